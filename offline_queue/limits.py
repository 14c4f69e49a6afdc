"""How much may be stored while the far end is away. Checked inside the recording transaction, and shown beforehand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from offline_queue.faults import BadLimits, LimitReached
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
    STORE = "store"
    """What is stored must be as it was stored."""
    POLICY = "policy"
    """The signed policy that the limits must come from."""


class Unusable(StrEnum):
    """Why a signed policy gives no limits; the value is what a person is told."""

    MISSING = "政策文件不存在或读不出 the file is missing or unreadable"
    SIGNATURE = "签名不符：被改动，或不是本单位签发 changed, or not signed with the site's key"
    SHAPE = "签名无误，但内容不全或有不认识的项 signed, but words are missing or unknown"
    EXPIRED = "政策已过期 it has expired"
    OLDER = "版本不高于本机已用过的另一份 its version is not above another one already in force here"
    SUPERSEDED = "已有新版生效，本程序仍用旧版 a newer one is in force; this program still has the older"


class Signed(Struct, frozen=True):
    """The signed policy that limits come from."""

    version: int = 0
    digest: str = ""
    until: datetime | None = None
    """From this moment on it has expired."""
    unusable: Unusable | None = None


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
    signed: Signed | None = None
    """Where a site wants them signed: by which policy. While that is unusable no request is stored."""

    def most(self, kind: Kind) -> int:
        """So many items open leave no room for one more of this kind."""
        return self.items_open * (self.advice_factor if kind is Kind.ADVICE else 1)


class Breach(Struct, frozen=True):
    """A limit that is reached."""

    limit: Limit
    found: str
    allowed: str


class Figures(Struct, frozen=True, gc=False):
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
    closed: Unusable | None = None
    """Why the signed policy lets nothing be stored."""


VALID = "有效的签名政策，请管理员放回后重新打开本程序 a valid signed policy: have it put back, then reopen this program"


def refusal(breach: Breach) -> LimitReached:
    """The fault that tells a person of it."""
    fault = BadLimits if breach.limit is Limit.POLICY else LimitReached
    return fault(limit=breach.limit.value, found=breach.found, allowed=breach.allowed)


def breaches(limits: Limits, kind: Kind, at: Figures) -> Iterator[Breach]:
    """Every limit that recording one more item of this kind and amount would pass."""
    if kind is Kind.REVERSAL:
        return  # taking back never adds exposure
    if at.closed and kind is not Kind.ADVICE:
        yield Breach(Limit.POLICY, at.closed.value, VALID)
    if at.items_open >= (items := limits.most(kind)):
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
