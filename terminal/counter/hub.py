"""The site's hub: this terminal's way to it, and the hub itself over a data folder of its own."""

from typing import TYPE_CHECKING

from offline_queue.errands import Policy
from offline_queue.ports import Anchor, FarEnd
from offline_queue.vocabulary import OnDoubt
from terminal.counter.till import Till

if TYPE_CHECKING:  # a terminal without a hub loads none of it
    from offline_queue.hub.end import HubEnd
    from offline_queue.hub.site import Site
    from offline_queue.hub.tls import Certificates


def way_out(till: Till, centre: FarEnd) -> FarEnd:
    """Where what waits goes: through the hub of the settings, or to the centre. Raises ``BadHub`` and ``NeedsTls``.

    Calls that went to the centre directly are asked about, and taken back, there.
    """
    if not till.settings.hub.address:
        return centre
    if till.hub is None:
        till.hub = _hub(till, centre)
    return till.hub


def countersigned(till: Till) -> list[Anchor]:
    """The end of our chain as the site's hub knows it; nothing without a hub. Raises ``BadHub`` when it is away."""
    return _hub(till).anchors() if till.settings.hub.address else []


def rules(till: Till) -> Policy:
    """How the site wants things sent."""
    return Policy(width=till.offline.lanes, on_doubt=OnDoubt(till.offline.on_doubt))


def open_hub(till: Till, centre: FarEnd, host: str, port: int) -> "Site":
    """Serve this folder's queue to the site's terminals. Raises ``BadHub``, ``NeedsTls`` and ``OSError``."""
    from offline_queue.hub.site import Site

    return Site(till.queue, centre, rules(till), host=host, port=port, files=_certificates(till))


def _hub(till: Till, direct: FarEnd | None = None) -> "HubEnd":
    from offline_queue.hub.end import HubEnd
    from offline_queue.hub.line import Way

    words = till.settings.hub
    return HubEnd(till.queue, Way(words.address, _certificates(till)), bytes.fromhex(words.key), direct=direct)


def _certificates(till: Till) -> "Certificates | None":
    from offline_queue.hub.tls import Certificates

    words = till.settings.hub
    if not words.certificate:
        return None
    return Certificates(till.home / words.certificate, till.home / words.private_key, till.home / words.authority)
