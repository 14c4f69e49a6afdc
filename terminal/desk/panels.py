"""Text of the panels: pictures of stored values in terminal cells; nothing here asks or decides."""

from collections.abc import Sequence
from datetime import timedelta

from offline_queue.queue import Status
from terminal.counter.identify import Identified
from terminal.counter.slip import masked, payers
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.desk.keys import Action, name, shown
from terminal.desk.words import say
from terminal.documents import Line, Settlement, Tender, TenderKind, VisitType
from terminal.money import Fen, format_rate
from terminal.width import cut, left, right

WIDTH = 79
"""Cells that every line must fit; the eightieth stays free for terminals that draw borders wide."""


def head(till: Till, status: Status, language: Language) -> str:
    """Where we are: window, operator, line, what waits and for how long, the time."""
    settings = till.settings
    line = say("offline" if status.offline_since else "online", language)
    count = sum(status.open.values())
    waits = ""
    if count and status.oldest:
        minutes = int((till.clock() - status.oldest).total_seconds() // 60)
        waits = f" {say('queue', language)} {count}({minutes}{say('minutes', language)})"
    left_hours = ""
    if status.until_hard_limit is not None:
        left_hours = f" -{timedelta(seconds=int(status.until_hard_limit))}"
    title = say("charge", language)
    text = (
        f" {title}  {say('window', language)}{settings.terminal} {settings.operator_name}  [{line}]{waits}{left_hours}"
    )
    return left(text, WIDTH - 9) + right(f"{till.clock():%H:%M:%S}", 8)


def insured(who: Identified | None, visit: VisitType, language: Language, key: str) -> list[str]:
    """The patient: name masked, person group, account, how fresh the knowledge is."""
    if who is None:
        return [say("waiting", language, key=key), ""]
    facts = who.insurance.insured
    fresh = "" if who.online else " " + say("as_of", language, hours=int(who.age.total_seconds() // 3600))
    born = f" {facts.born.year}" if facts.born else ""
    return [
        cut(f"{masked(who.person.name)}{born}  {facts.scheme} {facts.employment}  {facts.area}{fresh}", WIDTH - 4),
        cut(
            f"{say('visit', language)} {say(f'visit.{visit}', language)}   "
            f"{say('account', language)} {facts.account_balance}   {who.insurance.employer}",
            WIDTH - 4,
        ),
    ]


def item_row(line: Line) -> tuple[str, ...]:
    """A line of the bill as cells of the table."""
    first = format_rate(line.first_self_pay) if line.first_self_pay is not None else ""
    return (
        right(str(line.sn), 4),
        left(line.name, 30),
        str(line.item_class or "?"),
        right(first, 5),
        right(str(line.quantity), 6),
        right(str(line.price), 10),
        right(str(line.amount), 11),
    )


def split(settlement: Settlement | None, total: Fen, language: Language, width: int) -> list[str]:
    """The trial: who pays how much."""
    if settlement is None:
        return [f"{say('total', language)} {total}", say("no_trial", language)]
    rows = [f"{word('total', language)} {settlement.total}"]
    rows += [f"{left(label, 14)}{right(str(amount), 11)}" for label, amount in payers(settlement, language)]
    rows += [
        f"! {word('difference', language)} {each.figure} {each.local}/{each.centre}" for each in settlement.differences
    ]
    return [cut(row, width) for row in rows]


def tender(settlement: Settlement | None, taken: Sequence[Tender], language: Language, width: int) -> list[str]:
    """What is due, what was received, the change."""
    if settlement is None:
        return [""]
    received = sum(line.amount for line in taken if line.kind is not TenderKind.CHANGE)
    change = -sum(line.amount for line in taken if line.kind is TenderKind.CHANGE)
    rows = [
        (say("receivable", language), settlement.cash),
        (say("received", language), Fen(received)),
        (say("change", language), Fen(change)),
    ]
    return [cut(f"{left(label, 10)}{right(str(amount), 11)}", width) for label, amount in rows]


def key_line(keys: dict[Action, str], actions: Sequence[Action], language: Language) -> str:
    """The keys at the foot."""
    return cut(" ".join(f"{shown(keys[action])}{name(action, language)}" for action in actions), WIDTH)
