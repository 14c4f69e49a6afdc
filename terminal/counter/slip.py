"""The settlement slip as lines of text: a picture of one stored settlement. Printing never computes."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from terminal.counter.words import Language, word
from terminal.documents import BillState, Claim, Settlement, Source
from terminal.money import Fen
from terminal.width import cells, centre, cut, left, pair, right

WIDTH = 48
"""Cells of an 80 mm receipt; 32 for 58 mm."""


_PAID_IN_FULL: Mapping[BillState, str] = MappingProxyType(
    {
        BillState.SETTLED: ".settled",
        BillState.RECONCILED: ".settled",
        BillState.REFUSED: ".not_settled",
        BillState.REVERSED: ".not_settled",
    }
)
"""What became of a bill that was paid in full; in every other state the centre's word is still to come."""


def masked(name: str) -> str:
    """A name as a slip may show it: the first and, from three characters on, the last."""
    return name[:1] + "*" * max(len(name) - 2, 1) + (name[-1] if len(name) > 2 else "") if name else ""


def bar(part: Fen, whole: Fen, width: int) -> str:
    """A share as a bar of ``#`` and ``.``; ASCII, so that every printer and console shows it alike."""
    filled = 0 if whole <= 0 else max(0, min(width, (part * width + whole // 2) // whole))
    return "#" * filled + "." * (width - filled)


def wrap(text: str, width: int) -> Iterator[str]:
    """A text in lines of at most ``width`` cells; English breaks at blanks, Chinese anywhere."""
    while cells(text) > width:
        head = cut(text, width)
        blank = head.rfind(" ")
        if blank > 0 and text[len(head) : len(head) + 1] not in ("", " ") and head[-1].isascii():
            head = head[:blank]
        yield head
        text = text[len(head) :].lstrip()
    if text:
        yield text


def payers(settlement: Settlement, language: Language) -> list[tuple[str, Fen]]:
    """Who pays how much, in the order of the slip; only those who pay something, the cash always."""
    rows = [(word(f"fund.{layer.fund}", language), layer.paid) for layer in settlement.layers if layer.paid]
    for name in ("account", "family_account", "hospital"):
        if amount := getattr(settlement, name):
            rows.append((word(name, language), amount))
    return [*rows, (word("cash", language), settlement.cash)]


def split_picture(settlement: Settlement, language: Language, width: int = WIDTH) -> list[str]:
    """The split as bars, one line per payer."""
    return [
        left(label, 16) + " " + bar(amount, settlement.total, width - 29) + right(str(amount), 12)
        for label, amount in payers(settlement, language)
    ]


def slip(settlement: Settlement, claim: Claim, language: Language, width: int = WIDTH, receipt: str = "") -> list[str]:
    """The lines of the slip, each at most ``width`` cells; ``receipt`` is what stands there of its receipt."""

    def say(key: str) -> str:
        return word(key, language)

    rule = "-" * width
    lines = [
        centre(claim.institution.name, width),
        centre(f"{say('slip')} [{say(f'state.{settlement.state}')}]", width),
        pair(f"{say('bill')} {claim.bill}", f"{say('window')} {claim.terminal}", width),
        pair(f"{say('person')} {masked(settlement.person)}", f"{say('operator')} {claim.operator}", width),
    ]
    if receipt:
        lines.append(cut(f"{say('receipt')} {receipt}", width))
    if settlement.settled_at:
        lines.append(f"{say('time')} {settlement.settled_at:%Y-%m-%d %H:%M:%S}")
    lines.append(rule)
    for line in claim.lines:
        kind = f"{line.item_class or ''} {line.quantity} x {line.price}".strip()
        lines.append(
            left(f"{line.sn:>2} {line.name}", width - cells(kind) - 12) + " " + kind + right(str(line.amount), 11)
        )
    lines.append(rule)
    lines.append(pair(say("total"), str(settlement.total), width))
    lines += [
        pair("  " + say(name), str(getattr(settlement, name)), width)
        for name in ("own_pay", "over_limit", "first_self_pay", "in_scope", "deductible")
        if getattr(settlement, name)
    ]
    lines.append(rule)
    lines += split_picture(settlement, language, width)
    if settlement.account_balance is not None:
        lines.append(pair(say("account_balance"), str(settlement.account_balance), width))
    lines += [pair(say(f"tender.{tender.kind}"), str(tender.amount), width) for tender in settlement.tenders]
    lines.append(rule)
    lines += [
        pair(f"{say('difference')} {difference.figure}", f"{difference.local} / {difference.centre}", width)
        for difference in settlement.differences
    ]
    if settlement.settlement_number:
        lines.append(f"{say('settlement_number')} {settlement.settlement_number}")
    if settlement.message_number:
        lines.append(cut(f"{say('message_number')} {settlement.message_number}", width))
    unsplit = settlement.fully_paid and settlement.source is Source.LOCAL
    lines.append(cut(say("paid_in_full" if unsplit else f"source.{settlement.source}"), width))
    if settlement.pack and not unsplit:
        lines.append(cut(f"{say('pack')} {settlement.pack} {settlement.pack_digest[:12]}", width))
    if (notice := _notice(settlement)) is not None:
        lines += wrap(say(notice), width)
    return lines


def _notice(settlement: Settlement) -> str | None:
    """What the patient must know besides the figures: what this paper is, what to keep, when to come back."""
    state = settlement.state
    if settlement.fully_paid and (state is not BillState.REVERSED or settlement.source is Source.LOCAL):
        return "notice.paid_in_full" + _PAID_IN_FULL.get(state, "")
    return f"notice.{state}" if state in (BillState.PROVISIONAL, BillState.IN_DOUBT) else None
