"""What a person has used up so far: which period a bill falls into, what it opens with and what it posts.

The engine never overwrites a balance: a bill returns postings, and a reversal is their exact negation into the
same periods.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from terminal.documents import Claim, Opening, Posting, Settlement, Source


class Period(StrEnum):
    """How long an accumulator runs before it starts again."""

    YEAR = "calendar_year"
    SCHEME_YEAR = "scheme_year"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"
    STAY = "stay"
    CYCLE = "cycle"
    """``days`` days from the first bill that falls outside the last cycle."""
    EPISODE = "episode"
    """Goes on as long as bills follow within ``days`` days of the last one."""
    LIFETIME = "lifetime"


class Scope(StrEnum):
    """Whose use is counted together."""

    PERSON = "person"
    FAMILY = "family"
    PERSON_DISEASE = "person+disease"
    PERSON_INSTITUTION = "person+institution"


class Trust(StrEnum):
    """Which opening counts when several exist."""

    CENTRE = "centre"
    JOURNAL = "journal"
    ZERO = "zero"


class Accumulator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One running total. ``measure`` names figures of a bill whose sum is posted, or ``bills`` for a count of bills.

    ``benefits`` are those that post to it; reading needs no entry. ``unit`` is ``yuan`` or ``count``.
    """

    id: str
    unit: str
    measure: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    period: Period
    scope: Scope
    opening: Trust
    days: int = 0
    year_begins: int = 1
    """First month of a scheme year."""
    zh: str
    en: str


def period_of(accumulator: Accumulator, claim: Claim, day: date, openings: Sequence[Opening]) -> str:
    """The period key of a bill, such as ``2026``, ``2026-03``, ``stay:Z1`` or ``2026-03-01+90@H1``."""
    scope = ""
    if accumulator.scope is Scope.PERSON_DISEASE:
        scope = f"#{claim.visit.disease}"
    elif accumulator.scope is Scope.PERSON_INSTITUTION:
        scope = f"@{claim.institution.code}"
    return _span(accumulator, claim, day, openings, scope) + scope


def _span(accumulator: Accumulator, claim: Claim, day: date, openings: Sequence[Opening], scope: str) -> str:
    match accumulator.period:
        case Period.YEAR:
            return str(day.year)
        case Period.SCHEME_YEAR:
            return f"{day.year - (day.month < accumulator.year_begins)}-{accumulator.year_begins:02d}"
        case Period.QUARTER:
            return f"{day.year}Q{(day.month + 2) // 3}"
        case Period.MONTH:
            return f"{day.year}-{day.month:02d}"
        case Period.DAY:
            return day.isoformat()
        case Period.STAY:
            return f"stay:{claim.visit.admission_number or claim.bill}"
        case Period.LIFETIME:
            return "life"
        case Period.CYCLE | Period.EPISODE:
            return _window(accumulator, day, openings, scope)


def _window(accumulator: Accumulator, day: date, openings: Sequence[Opening], scope: str) -> str:
    reach = timedelta(days=accumulator.days)
    for opening in openings:
        if opening.accumulator != accumulator.id or not opening.period.endswith(f"+{accumulator.days}{scope}"):
            continue
        begin = date.fromisoformat(opening.period[:10])
        last = begin + reach - timedelta(days=1) if accumulator.period is Period.CYCLE else opening.as_of + reach
        if begin <= day <= last:
            return f"{begin}+{accumulator.days}"
    return f"{day}+{accumulator.days}"


_PREFERENCE = {
    Trust.CENTRE: (Source.CENTRE, Source.JOURNAL, Source.CALLER, Source.LOCAL),
    Trust.JOURNAL: (Source.JOURNAL, Source.LOCAL, Source.CENTRE, Source.CALLER),
    Trust.ZERO: (),
}


def opening_of(accumulator: Accumulator, period: str, openings: Sequence[Opening]) -> int | None:
    """What the accumulator held, by the most trusted source; None when nobody says."""
    if accumulator.opening is Trust.ZERO:
        return 0
    order = _PREFERENCE[accumulator.opening]
    known = [o for o in openings if o.accumulator == accumulator.id and o.period == period]
    return min(known, key=lambda o: (order.index(o.source), -o.as_of.toordinal())).value if known else None


def reverse(settlement: Settlement) -> tuple[Posting, ...]:
    """The exact negation of a bill's postings, into the same periods: every accumulator is as it was before."""
    return tuple(Posting(p.accumulator, p.period, -p.delta) for p in settlement.postings)


def after(openings: Sequence[Opening], postings: Sequence[Posting], as_of: date) -> tuple[Opening, ...]:
    """The openings the next bill sees once these postings are booked."""
    held = {(o.accumulator, o.period): o for o in openings}
    for posting in postings:
        place = (posting.accumulator, posting.period)
        before = held.get(place)
        value = posting.delta + (before.value if before else 0)
        held[place] = Opening(*place, value, as_of, before.source if before else Source.JOURNAL)
    return tuple(held.values())
