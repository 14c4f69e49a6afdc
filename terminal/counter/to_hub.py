"""A terminal's way to its site's hub, from the words of its settings."""

from contextlib import closing
from pathlib import Path

from config.settings import HubSettings
from offline_queue.hub.end import HubEnd
from offline_queue.hub.line import Way
from offline_queue.hub.tenure import Tenure
from offline_queue.hub.tls import Certificates
from offline_queue.hub.words import Countersigned
from offline_queue.numbers import Share
from offline_queue.ports import FarEnd
from offline_queue.queue import Queue

_PATIENT, _IN_HASTE = 10.0, 1.0
"""Seconds to connect, and for each piece of an answer: while a lease goes on, nobody waits long for more of it."""


def certificates(home: Path, words: HubSettings) -> Certificates | None:
    """This side's files, where the settings name them."""
    if not words.certificate:
        return None
    return Certificates(home / words.certificate, home / words.private_key, home / words.authority)


def hub_end(
    queue: Queue, home: Path, words: HubSettings, direct: FarEnd | None = None, seconds: float = _PATIENT
) -> HubEnd:
    """The hub as a far end. Raises ``BadHub`` and ``NeedsTls``."""
    way = Way(words.address, certificates(home, words), seconds)
    return HubEnd(queue, way, bytes.fromhex(words.key), direct=direct)


class Leased:
    """This terminal's share of its message numbers, as the hub leases it; for ``Numbers.shares``."""

    def __init__(self, queue: Queue, home: Path, words: HubSettings) -> None:
        self._queue, self._home, self._words = queue, home, words
        self._tenure = Tenure(queue, bytes.fromhex(words.key), self._ask)

    def __call__(self, number: int) -> Share:
        """Raises ``SlotTaken``, ``SetBack``, ``NoLease``, ``BadHub`` and ``NeedsTls``."""
        return self._tenure.share(number)

    def _ask(self, second: int, in_haste: bool) -> Countersigned:
        with closing(hub_end(self._queue, self._home, self._words, seconds=_IN_HASTE if in_haste else _PATIENT)) as end:
            return end.lease(second)
