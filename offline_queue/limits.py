"""How much may be stored while the far end is away. Checked inside the recording transaction, and shown beforehand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from offline_queue.faults import BadLimits
from offline_queue.vocabulary import Kind


class Limit(StrEnum):
    """What is limited."""

    ITEMS = "items_open"
    SUM = "sum_open"
    ITEM = "per_item"
    LANE = "per_lane"
    OFFLINE = "offline_age"
    CONTACT = "contact_age"
    DISK = "free_disk"
    CLOCK = "clock_step"


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """One site's limits. The defaults lie below what payment terminals allow (24 h and 250 to 500 records)."""

    items_open: int = 300
    sum_open_fen: int = 2_000_000
    per_item_fen: int = 50_000
    per_lane_open: int = 3
    offline_soft: timedelta = timedelta(hours=12)
    """From here on a banner."""
    offline_hard: timedelta = timedelta(hours=24)
    contact_age: timedelta = timedelta(hours=24)
    """Age of the last usable answer of the far end; there must have been one."""
    free_disk: int = 200_000_000
    clock_step: timedelta = timedelta(minutes=2)
    advice_factor: int = 10
    """Advices are final already; only their number is limited, this much higher."""


class Breach(Struct, frozen=True):
    """A limit that is reached."""

    limit: Limit
    found: str
    allowed: str


class Figures(Struct, frozen=True):
    """What the limits are held against."""

    now: datetime
    items_open: int
    sum_open_fen: int = 0
    lane_open: int = 0
    amount_fen: int = 0
    offline_since: datetime | None = None
    last_contact: datetime | None = None
    free_disk: int = 0
    clock_step: timedelta = timedelta(0)
    """How far the wall clock is from where it should be."""


def read_signed(document: bytes, signature: bytes, site: bytes) -> Limits:
    """The limits of a JSON document, signed with the site's Ed25519 key (32 bytes, public). Raises ``BadLimits``."""
    try:
        Ed25519PublicKey.from_public_bytes(site).verify(signature, document)
        return msgspec.json.decode(document, type=Limits)
    except InvalidSignature as error:
        raise BadLimits(found="the signature is not the site's") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadLimits(found=error) from error


def breaches(limits: Limits, kind: Kind, at: Figures) -> Iterator[Breach]:
    """Every limit that recording one more item of this kind and amount would pass."""
    if kind is Kind.REVERSAL:
        return  # taking back never adds exposure
    items = limits.items_open * (limits.advice_factor if kind is Kind.ADVICE else 1)
    if at.items_open >= items:
        yield Breach(Limit.ITEMS, str(at.items_open), str(items))
    if kind is Kind.ADVICE:
        return
    if at.sum_open_fen + at.amount_fen > limits.sum_open_fen:
        yield Breach(Limit.SUM, _yuan(at.sum_open_fen + at.amount_fen), _yuan(limits.sum_open_fen))
    if at.amount_fen > limits.per_item_fen:
        yield Breach(Limit.ITEM, _yuan(at.amount_fen), _yuan(limits.per_item_fen))
    if at.lane_open >= limits.per_lane_open:
        yield Breach(Limit.LANE, str(at.lane_open), str(limits.per_lane_open))
    if at.offline_since and at.now - at.offline_since > limits.offline_hard:
        yield Breach(Limit.OFFLINE, _hours(at.now - at.offline_since), _hours(limits.offline_hard))
    if at.last_contact is None:
        yield Breach(Limit.CONTACT, "never", _hours(limits.contact_age))
    elif at.now - at.last_contact > limits.contact_age:
        yield Breach(Limit.CONTACT, _hours(at.now - at.last_contact), _hours(limits.contact_age))
    if at.free_disk < limits.free_disk:
        yield Breach(Limit.DISK, f"{at.free_disk // 1_000_000} MB", f"{limits.free_disk // 1_000_000} MB")
    if at.clock_step > limits.clock_step:
        yield Breach(Limit.CLOCK, f"{at.clock_step}", f"{limits.clock_step}")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.1f} h"
