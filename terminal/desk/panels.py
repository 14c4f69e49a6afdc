"""Text of the panels: pictures of stored values in terminal cells; nothing here asks or decides."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from offline_queue.limits import Limit
from offline_queue.standing import Status
from offline_queue.vocabulary import State
from terminal.adjudication.accumulators import Accumulator
from terminal.counter.sale import Item, Sale
from terminal.counter.slip import masked, payers
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.desk.keys import Action, name, shown
from terminal.desk.words import say
from terminal.documents import Claim, ItemClass, Line, Settlement, TenderKind
from terminal.money import Fen, format_rate
from terminal.peripherals.lamp import Device, Health, Lamp
from terminal.width import cells, cut, left, right

WIDTH = 79
"""Cells that every line must fit; the eightieth stays free for terminals that draw borders wide."""
INSIDE = WIDTH - 4
"""Cells inside a panel's border and padding."""

AMOUNT, LABEL = 11, 8
"""Cells of an amount beside its label in the split, and of a label in the tender."""

COLUMNS = (
    ("sn", 4, right), ("name", 31, left), ("class", 3, right), ("first", 6, right), ("quantity", 8, right),
    ("price", 11, right), ("amount", 13, right),
)  # fmt: skip
"""Columns of the bill: word, cells, side."""

_LAMPS = {Lamp.OK: "OK", Lamp.WARNING: "!", Lamp.FAULT: "X", Lamp.ABSENT: "-"}


def head(
    till: Till, status: Status, who: str, health: Mapping[Device, Health], reader: Lamp, language: Language
) -> str:
    """Where we are: window, operator, line, what waits and for how long, the lamps, the time."""
    waiting = {state: count for state, count in status.open.items() if state is not State.HELD}
    parts = [say("charge", language), f"{say('window', language)}{till.settings.terminal} {who}"]
    parts.append(f"[{say('offline' if status.offline_since else 'online', language)}]")
    if status.until_hard_limit is not None:
        parts.append(f"-{timedelta(seconds=max(0, int(status.until_hard_limit)))}")
    if waiting and status.oldest:
        minutes = int((till.clock() - status.oldest).total_seconds() // 60)
        parts.append(f"{say('queue', language)}{sum(waiting.values())}({minutes}{say('minutes', language)})")
    if held := status.open.get(State.HELD):
        parts.append(f"{say('held', language)}{held}")
    if {"copy_too_old", "copy_failed"} & set(status.warnings):
        parts.append(say("no_copy", language))
    if any(breach.limit is Limit.STORE for breach in status.not_ready):
        parts.append(say("store_broken", language))
    if any(breach.limit is Limit.POLICY for breach in status.not_ready):
        parts.append(say("no_policy", language))
    parts.append(say("lamp.reader", language) + _LAMPS[reader])
    parts += [say(f"lamp.{device}", language) + _LAMPS[found.lamp] for device, found in health.items()]
    return left(" " + " ".join(parts), WIDTH - 9) + right(f"{till.clock():%H:%M:%S}", 8)


def insured(sale: Sale, totals: Sequence[tuple[Accumulator, int]], language: Language, key: str) -> list[str]:
    """The patient: credential, name masked, person group, account, what is used up, how fresh the knowledge is."""
    who = sale.who
    if who is None:
        return [say("waiting", language, key=key)]
    facts = who.insurance.insured
    words = [f"[{word(f'credential.{sale.credential.kind}', language)}]"] if sale.credential else []
    words += [masked(who.person.name), say(f"sex.{who.person.sex}", language) if who.person.sex else ""]
    if facts.born:
        words.append(say("age", language, years=years(facts.born.isoformat(), sale.till.clock().date().isoformat())))
    words += [word(f"scheme.{facts.scheme}", language), word(f"employment.{facts.employment}", language), facts.area]
    words += [mark.name for mark in who.person.marks]
    if not who.online:
        words.append(say("as_of", language, hours=int(who.age.total_seconds() // 3600)))
    account = f"{say('account', language)} {facts.account_balance}"
    if not sale.account_use:
        account += f" ({say('account_off', language)})"
    used = [
        f"{total.zh if language is Language.ZH else total.en} {Fen(value) if total.unit == 'yuan' else value}"
        for total, value in totals
    ]
    return [fitting(filter(None, words), " "), fitting([account, *used], "  ")]


def fitting(parts: Iterable[str], between: str) -> str:
    """As many whole parts as a panel's line takes: half an amount would be another amount."""
    line = ""
    for part in parts:
        if cells(line) + len(between) + cells(part) > INSIDE:
            break
        line += (between if line else "") + part
    return line


def years(born: str, day: str) -> int:
    """Completed years of age between two ISO dates."""
    return int(day[:4]) - int(born[:4]) - (day[5:] < born[5:])


def item_class(kind: ItemClass | None, language: Language) -> str:
    """The class as people say it; ``?`` where no list knows the item."""
    return word(f"class.{kind}", language) if kind else "?"


def item_row(line: Line, language: Language) -> tuple[str, ...]:
    """A line of the bill as cells of the table."""
    texts = (
        str(line.sn),
        f" {line.name}",
        item_class(line.item_class, language),
        format_rate(line.first_self_pay) if line.first_self_pay is not None else "",
        str(line.quantity),
        str(line.price),
        str(line.amount),
    )
    return tuple(side(text, width) for text, (_, width, side) in zip(texts, COLUMNS, strict=True))


def found_row(item: Item, language: Language) -> str:
    """An item that the typed code may mean."""
    head = f"{left(item_class(item.item_class, language), 3)}{right(str(item.price), 11)}  {item.name}"
    return cut(head, INSIDE)


def split(settlement: Settlement | None, total: Fen, language: Language, width: int, rows: int) -> list[str]:
    """The trial: who pays how much, in two columns; a difference from the centre stands first."""
    if settlement is None:
        return [_pair(word("total", language), total, width // 2), say("no_trial", language)]
    half = width // 2
    texts = [_pair(word("total", language), settlement.total, half)]
    texts += [_pair(label, amount, half) for label, amount in payers(settlement, language)]
    texts += [
        _pair(word(figure, language), amount, half)
        for figure in ("own_pay", "over_limit", "first_self_pay", "deductible")
        if (amount := getattr(settlement, figure))
    ]
    noted = [cut("! " + say("paid_in_full", language), width)] if settlement.fully_paid else []
    different = noted or [
        cut(f"! {word('difference', language)} {each.figure} {each.local}/{each.centre}", width)
        for each in settlement.differences[:1]
    ]
    deep = rows - len(different)
    columns = [texts[:deep], texts[deep : 2 * deep]]
    pairs = [
        left(one, half) + (columns[1][place] if place < len(columns[1]) else "") for place, one in enumerate(columns[0])
    ]
    return [*different, *pairs]


def _pair(label: str, amount: Fen, width: int) -> str:
    return left(label, width - AMOUNT) + right(str(amount), AMOUNT)


def tender(
    due: Fen | None,
    received: Fen | None,
    change: Fen | None,
    others: Sequence[tuple[TenderKind, Fen]],
    language: Language,
    width: int,
) -> list[str]:
    """What is due, what of it by card or code, what was received, the change."""
    rows = [
        (say("receivable", language), due),
        *((say(f"pay_{kind}", language), amount) for kind, amount in others),
    ]
    rows += [(say("received", language), received), (say("change", language), change)]
    return [left(label, LABEL) + right(str(amount), width - LABEL) for label, amount in rows if amount is not None]


def parked_row(claim: Claim, at: datetime) -> str:
    """A parked bill among others: since when, what it comes to, its first item."""
    total = Fen(sum(line.amount for line in claim.lines))
    return cut(f"{at:%H:%M} {claim.bill} {total!s:>11}  {claim.lines[0].name}", INSIDE)


def key_line(keys: Mapping[Action, str], actions: Sequence[Action], language: Language) -> str:
    """The keys at the foot, as many as fit."""
    line = ""
    for action in actions:
        text = f"{shown(keys[action])}{name(action, language)}"
        if cells(line) + cells(text) > WIDTH:
            break
        line += text + " "
    return line.rstrip()
