"""A day of this terminal against the centre's books: what agrees is reconciled, what can be mended is mended.

The centre compares a whole institution; rows of other terminals are theirs to explain and are left alone. What a
person must look at stays as a difference with its proposal.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from offline_queue import custody
from offline_queue.ports import Item
from offline_queue.vocabulary import State, Step
from terminal.centre import (
    AlreadyReversed,
    CentreAnswerBroken,
    Group,
    Intent,
    Reconciled,
    Repair,
    ResultRow,
    Reversed,
    StatementDifference,
    StatementRow,
    statement_row,
)
from terminal.counter import journal
from terminal.counter.far_end import call_of, complete
from terminal.counter.identify import NO_LINE
from terminal.counter.journal import Answered
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import encode
from terminal.money import Fen

_ROUNDS = 5
"""Comparisons of one day: each mends what the one before has found."""

_DOUBTFUL = (State.IN_DOUBT, State.REVERSING)


class Figures(msgspec.Struct, frozen=True):
    """What the books compare of one settlement."""

    total: Fen
    fund: Fen
    account: Fen


class Difference(msgspec.Struct, frozen=True):
    """One settlement on which the books differ, and what is proposed. Figures are absent where a book has no row."""

    settlement_number: str
    message_number: str
    bill: str
    repair: Repair
    ours: Figures | None
    theirs: Figures | None
    memo: str


class Day(msgspec.Struct, frozen=True):
    """The outcome of one day."""

    day: date
    bills: int
    """Settlements and cancellations of this terminal that the centre confirmed."""
    total: Fen
    fund: Fen
    account: Fen
    accepted: tuple[str, ...]
    """Bills in doubt that turned out to stand."""
    freed: tuple[str, ...]
    """Bills in doubt that the centre never booked: they are sent anew."""
    reversed: tuple[str, ...]
    """Messages of this terminal that only the centre had, taken back."""
    differences: tuple[Difference, ...]
    doubtful: tuple[str, ...]
    """Bills nobody knows the end of yet."""
    elsewhere: int
    """Differences of other terminals."""


def reconcile(till: Till, day: date, by: Session) -> Day:
    """Compares and mends a day. Raises NotAllowed and the faults of the centre's questions."""
    by.require(Right.RECONCILE)
    accepted, freed, taken_back = list[str](), list[str](), list[str]()
    for _ in range(_ROUNDS):
        rows, doubts, ripe = dict(_rows(till, day)), dict(_doubts(till, day)), _past_the_horizon(till, day)
        groups = {row.group for row in rows.values()} | _known_groups(till, day)
        found = till.centre.reconcile(day, tuple(rows.values()), tuple(doubts.values()), groups)
        keys = {intent.message_number: key for key, intent in doubts.items()}
        mended = False
        for key in ripe.intersection(keys[number] for number in found.absent):
            till.queue.found_out(key, stands=False, evidence=b"", actor=by.number)
            freed.append(key)
        for difference in filter(lambda each: _ours(till, each), found.differences):
            if difference.repair is Repair.ACCEPT:
                key = keys[difference.message_number]
                if _accept(till, key, doubts[key], difference, by):
                    accepted.append(key)
                    mended = True
            elif _surplus(difference) and _take_back(till, difference):
                taken_back.append(difference.message_number)
                mended = True
        if not mended:
            break
    return _outcome(till, day, by, rows, found, (tuple(accepted), tuple(freed), tuple(taken_back)))


def _outcome(
    till: Till,
    day: date,
    by: Session,
    rows: dict[str, StatementRow],
    found: Reconciled,
    mended: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> Day:
    mine = [each for each in found.differences if _ours(till, each)]
    wrong = {each.settlement_number for each in mine}
    names = {row.settlement_number: key for key, row in rows.items()}
    good = {key: row for key, row in rows.items() if row.settlement_number not in wrong}
    custody.reconcile(till.queue.book, good, day, by.number)
    differences = tuple(
        Difference(
            each.settlement_number,
            each.message_number,
            names.get(each.settlement_number, ""),
            each.repair,
            _figures(each.ours),
            _figures(each.theirs),
            each.memo,
        )
        for each in mine
    )
    accepted, freed, taken_back = mended
    return Day(
        day=day,
        bills=len(good),
        total=Fen(sum(row.total for row in good.values())),
        fund=Fen(sum(row.fund for row in good.values())),
        account=Fen(sum(row.account for row in good.values())),
        accepted=accepted,
        freed=freed,
        reversed=taken_back,
        differences=differences,
        doubtful=tuple(key for key, _ in _doubts(till, day)),
        elsewhere=len(found.differences) - len(mine),
    )


def _figures(row: StatementRow | ResultRow | None) -> Figures | None:
    return Figures(row.total, row.fund, row.account) if row else None


def _ours(till: Till, difference: StatementDifference) -> bool:
    """A message number carries the terminal that gave it; a row of ours is ours whatever its number says."""
    mark = difference.message_number[26:28]
    return difference.ours is not None or mark == till.settings.terminal


def _surplus(difference: StatementDifference) -> bool:
    """A settlement only the centre has. A surplus cancellation is a person's business: somebody may have been paid."""
    return difference.repair is Repair.REVERSE and bool(difference.theirs and difference.theirs.total > 0)


def _rows(till: Till, day: date) -> Iterator[tuple[str, StatementRow]]:
    for item in _of_day(till, (State.ACCEPTED,), day):
        answer = journal.answered(till.queue, item)
        if answer is None:
            continue
        try:
            refunded = journal.taken_back(till.queue, item)
            yield item.key, statement_row(_call(till, item), answer.raw, refunded=refunded)
        except CentreAnswerBroken:
            continue  # accepted on a person's word, without an answer: the centre's row will name it


def _doubts(till: Till, day: date) -> Iterator[tuple[str, Intent]]:
    for item in _of_day(till, _DOUBTFUL, day):
        yield item.key, _call(till, item)


def _past_the_horizon(till: Till, day: date) -> set[str]:
    """Doubts whose call can no longer take effect: only of these does a missing row prove anything."""
    horizon, now = timedelta(seconds=till.profile.deadlines.settle_horizon), till.clock()
    items = _of_day(till, _DOUBTFUL, day)
    return {item.key for item in items if item.doubtful_at and now - item.doubtful_at >= horizon}


def _known_groups(till: Till, day: date) -> set[Group]:
    """What was settled lately, so that a day whose every answer was lost is compared as well."""
    days = (day - timedelta(days=back) for back in range(1, 8))
    return {row.group for each in days for _, row in _rows(till, each)}


def _of_day(till: Till, states: tuple[State, ...], day: date) -> list[Item]:
    """Items by the day in their message number, which is the day the centre booked them."""
    return [item for item in till.queue.items(states) if item.number[12:20] == f"{day:%Y%m%d}"]


def _call(till: Till, item: Item) -> Intent:
    entry = journal.entry(till.queue, item)
    return call_of(till, entry, journal.last_call(till.queue, item), item.number)


def _accept(till: Till, key: str, call: Intent, difference: StatementDifference, by: Session) -> bool:
    item = till.queue.item(key)
    entry = journal.entry(till.queue, item)
    assert difference.theirs  # noqa: S101 - only the centre's row can say that it stands
    if item.state is not State.IN_DOUBT or entry.takes_back:
        return False
    try:
        settled = till.centre.look_up(call, entry.claim, difference.settlement_number, difference.theirs.visit_number)
    except NO_LINE:
        return False
    proof = Answered(complete(settled.settlement, entry.told), settled.raw)
    till.queue.found_out(key, stands=True, evidence=encode(proof), actor=by.number)
    return True


def _take_back(till: Till, difference: StatementDifference) -> bool:
    """Reverses a call that took effect after the journal had given it up. False when no bill of ours ever made it."""
    number = difference.message_number
    for item in till.queue.items(tuple(State)):
        if item.state is State.SENDING:
            continue
        for event in till.queue.events(item=item):
            if event.kind in (Step.BEGIN, Step.CLAIM) and event.changes.get("number") == number:
                call = call_of(till, journal.entry(till.queue, item), event.body or b"", number)
                outcome = till.centre.reverse(call, till.queue.numbers.next())
                return isinstance(outcome, Reversed | AlreadyReversed)
    return False
