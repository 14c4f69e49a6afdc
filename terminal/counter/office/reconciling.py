"""A day of this terminal against the centre's books: what agrees is reconciled, what can be mended is mended.

The centre compares a whole institution; rows of other terminals are theirs to explain and are left alone. What a
person must look at stays as a difference with its proposal.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

import msgspec

from offline_queue import custody
from offline_queue.decisions import may_stand
from offline_queue.faults import ForbiddenStep
from offline_queue.ports import Doubt, Item
from offline_queue.vocabulary import EXPORTED, OPEN, State, Step
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
from terminal.counter.office.register import Document, write
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import encode
from terminal.money import Fen

_ROUNDS = 5
"""Comparisons of one day: each mends what the one before has found."""


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


class TakenBack(Document, frozen=True):
    """A call that only the centre had, reversed without asking anybody: once before the reversal leaves, once after."""

    KIND: ClassVar[str] = "reconcile.taken_back"
    bill: str
    message_number: str
    """Of the call that is taken back."""
    reversal: str
    """Message number of the reversal."""
    done: bool | None = None
    """Whether it succeeded; nothing while that is not known."""


@dataclass
class _Mended:
    accepted: list[str] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)
    taken_back: dict[str, bool] = field(default_factory=dict)
    """By message number, each tried once: whether it succeeded."""


def reconcile(till: Till, day: date, by: Session) -> Day:
    """Compares and mends a day. Raises NotAllowed and the faults of the centre's questions."""
    by.require(Right.RECONCILE)
    mended = _Mended()
    for _ in range(_ROUNDS):
        seen, doubts, rows = till.queue.anchor().seq, dict(_doubts(till, day)), dict(_rows(till, day))
        groups = {row.group for row in rows.values()} | _known_groups(till, day)
        calls = tuple(call for _, call in doubts.values())
        found = till.centre.reconcile(day, tuple(rows.values()), calls, groups)
        for number in found.absent:
            with suppress(ForbiddenStep):  # too early, or somebody was faster
                mended.freed.append(_free(till, doubts[number][0], by))
        mine = [each for each in found.differences if _ours(till, each)]
        for difference in mine:
            number = difference.message_number
            if difference.repair is Repair.ACCEPT:
                doubt, call = doubts[number]
                with suppress(ForbiddenStep, *NO_LINE):
                    if _accept(till, doubt, call, difference, by):
                        mended.accepted.append(doubt.key)
            elif number not in mended.taken_back and _surplus(difference) and (made := _given_up(till, number)):
                mended.taken_back[number] = _take_back(till, *made, number, by)
        if not mine or till.queue.anchor().seq == seen:
            break
    return _outcome(till, day, by, rows, found, mended)


def _outcome(
    till: Till, day: date, by: Session, rows: dict[str, StatementRow], found: Reconciled, mended: _Mended
) -> Day:
    mine = [each for each in found.differences if _ours(till, each)]
    wrong = {each.settlement_number for each in mine}
    doubtful = dict(_doubts(till, day))
    names = {row.settlement_number: key for key, row in rows.items()}
    names |= {
        each.settlement_number: doubtful[each.message_number][0].key for each in mine if each.message_number in doubtful
    }
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
    return Day(
        day=day,
        bills=len(good),
        total=Fen(sum(row.total for row in good.values())),
        fund=Fen(sum(row.fund for row in good.values())),
        account=Fen(sum(row.account for row in good.values())),
        accepted=tuple(mended.accepted),
        freed=tuple(mended.freed),
        reversed=tuple(number for number, done in mended.taken_back.items() if done),
        differences=differences,
        doubtful=tuple(doubt.key for doubt, _ in doubtful.values()),
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
            continue  # an answer without figures ("already undone"): there is nothing to compare


def _doubts(till: Till, day: date) -> Iterator[tuple[str, tuple[Doubt, Intent]]]:
    """By message number: calls that may stand and whose answer is missing; and whether absence would be proof."""
    horizon = timedelta(seconds=till.profile.deadlines.settle_horizon)
    for item in _of_day(till, (*OPEN, State.ACCEPTED), day):
        if may_stand(item) and (item.state is not State.ACCEPTED or journal.by_hand(till.queue, item)):
            yield item.number, (till.queue.doubt(item, horizon), _call(till, item))


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


def _free(till: Till, doubt: Doubt, by: Session) -> str:
    return till.queue.found_out(doubt, stands=False, evidence=b"", actor=by.number).key


def _accept(till: Till, doubt: Doubt, call: Intent, difference: StatementDifference, by: Session) -> bool:
    """Completes the record. What is before a person, being reversed or on the wire is only shown."""
    item = till.queue.item(doubt.key)
    entry = journal.entry(till.queue, item)
    assert difference.theirs  # noqa: S101 - only the centre's row can say that it stands
    if entry.takes_back or not (item.state is State.IN_DOUBT or journal.by_hand(till.queue, item)):
        return False
    settled = till.centre.look_up(call, entry.claim, difference.settlement_number, difference.theirs.visit_number)
    proof = Answered(complete(settled.settlement, entry.told), settled.raw)
    till.queue.found_out(doubt, stands=True, evidence=encode(proof), actor=by.number)
    return True


def _given_up(till: Till, number: str) -> tuple[Item, bytes] | None:
    """The bill that once made a call which cannot stand in the journal any more, with what was committed before it.

    None when no bill of ours made it, when its bill stands or may stand under this number as the journal is *now*, or
    when its bill was carried to another terminal: then it is not ours to take back.
    """
    for item in till.queue.items(tuple(State)):
        events = list(till.queue.events(item=item))
        calls = (each for each in events if each.kind in (Step.BEGIN, Step.CLAIM))
        made = [each for each in calls if each.changes.get("number") == number]
        if made:
            stands = item.number == number and may_stand(item)
            elsewhere = any(each.changes.get("reason") == EXPORTED for each in events)
            return None if stands or elsewhere else (item, made[0].body or b"")
    return None


def _take_back(till: Till, item: Item, sent: bytes, number: str, by: Session) -> bool:
    """Reverses a call that took effect after the journal had given it up; says whether that succeeded."""
    call = call_of(till, journal.entry(till.queue, item), sent, number)
    intent = TakenBack(item.key, number, till.queue.numbers.next())
    write(till, intent, by.number)
    done = isinstance(till.centre.reverse(call, intent.reversal), Reversed | AlreadyReversed)
    write(till, msgspec.structs.replace(intent, done=done), by.number)
    return done
