"""What may happen in an outage here: the settings' own words, or those of the policy that the site signed."""

import hashlib
from datetime import datetime, time, timedelta
from pathlib import Path

import msgspec

from config.faults import BadSettings
from config.offline_policy import OfflinePolicy, parse, under
from config.settings import OfflineSettings, stated
from offline_queue.limits import Limits, Signed, Unusable
from offline_queue.queue import Queue
from offline_queue.signed import verified
from terminal.clock import BEIJING
from terminal.telling import told


class Offline(msgspec.Struct, frozen=True):
    """The words in force, and the limits that the queue holds itself to."""

    words: OfflineSettings
    limits: Limits


class Standing(msgspec.Struct, frozen=True):
    """What is in force in an outage, for a person: whose words, and why nothing may wait if that is so."""

    signed: bool
    usable: bool
    version: int
    """0: unsigned, or unreadable."""
    digest: str
    until: datetime | None
    newest: int
    """The newest signed version that was in force here."""
    why: str
    next_zh: str
    next_en: str
    words: OfflineSettings


def standing(own: OfflineSettings, words: OfflineSettings, queue: Queue) -> Standing:
    """What is in force, and whether it is signed."""
    fault, signed = queue.closed(), queue.limits.signed or Signed()
    return Standing(
        signed=bool(own.policy),
        usable=fault is None,
        version=signed.version,
        digest=signed.digest,
        until=signed.until,
        newest=queue.policy().version,
        why=str(fault.data["found"]) if fault else "",
        next_zh=told(fault).next_zh if fault else "",
        next_en=told(fault).next_en if fault else "",
        words=words,
    )


def read(home: Path, own: OfflineSettings) -> Offline:
    """What is in force in a data folder. An unusable policy raises nothing: its limits let nothing be stored."""
    if not own.policy:
        return Offline(own, _limits(own, None))
    try:
        file = (home / own.policy).read_bytes()
    except OSError:
        return Offline(own, _limits(own, Signed(unusable=Unusable.MISSING)))
    text = verified(file, bytes.fromhex(own.policy_key))
    if text is None:
        return Offline(own, _limits(own, Signed(unusable=Unusable.SIGNATURE)))
    try:
        policy = parse(text, own.policy)
    except BadSettings:
        return Offline(own, _limits(own, Signed(unusable=Unusable.SHAPE)))
    words = under(policy, own, stated(home))
    return Offline(words, _limits(words, Signed(policy.version, digest(text), _end(policy))))


def digest(text: bytes) -> str:
    """By which two texts of a policy are told apart."""
    return hashlib.sha256(text).hexdigest()


def _end(policy: OfflinePolicy) -> datetime:
    return datetime.combine(policy.until, time.max, BEIJING)


def _limits(words: OfflineSettings, signed: Signed | None) -> Limits:
    return Limits(
        items_open=words.open_items,
        sum_open_fen=words.total_fen,
        per_item_fen=words.per_bill_fen,
        per_lane_open=words.per_person_open,
        offline_hard=timedelta(hours=words.hours),
        contact_age=timedelta(hours=words.hours),
        signed=signed,
    )
