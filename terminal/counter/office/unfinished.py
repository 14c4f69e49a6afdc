"""What a desk left behind: everything begun and not ended, in the order of urgency, each with what to do about it.

A desk shows this when it starts, whatever ended the last one. Nothing is remembered for it: it is read from the same
documents and bills that were there when the power went.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import msgspec

from offline_queue.ports import Item
from offline_queue.vocabulary import OPEN, WITHOUT_EFFECT
from terminal.counter import journal
from terminal.counter.office import card_money, drafts, issuing, shifts
from terminal.counter.office.owed import unbilled, was_served
from terminal.counter.office.refunds import RefundState, refunds, took_effect
from terminal.counter.office.serving import Stage, stages
from terminal.counter.slip import masked
from terminal.counter.till import Till
from terminal.documents import BillState, TenderKind
from terminal.money import Fen
from terminal.peripherals.bankpos.messages import Deal


class Kind(StrEnum):
    """What is unfinished, most urgent first."""

    POS_ASKED = "pos_asked"
    POS_ASKED_BACK = "pos_asked_back"
    CARD_WITHOUT_BILL = "card_without_bill"
    CASH_UNCOUNTED = "cash_uncounted"
    RECEIPT_UNPRINTED = "receipt_unprinted"
    SLIP_UNPRINTED = "slip_unprinted"
    SETTLING = "settling"
    IN_DOUBT = "in_doubt"
    EXCEPTION = "exception"
    PROVISIONAL = "provisional"
    REFUND_TAKEN_BACK = "refund_taken_back"
    REFUND_AUDITED = "refund_audited"
    REFUND_REVIEWED = "refund_reviewed"
    REFUND_REQUESTED = "refund_requested"
    PARKED = "parked"
    SHIFT = "shift"


class Unfinished(msgspec.Struct, frozen=True):
    """One thing: what happened, and the next step, in both languages. ``subject`` is the number to act on."""

    kind: Kind
    subject: str
    bill: str
    amount: Fen
    since: datetime
    operator: str
    zh: str
    en: str
    next_zh: str
    next_en: str


_WORDS: Mapping[Kind, tuple[str, str, str, str]] = MappingProxyType(
    {
        Kind.POS_ASKED: (
            "银行POS 已被要求收款 {amount} 元（账单 {bill}，{name}），结果不明。",
            "The bank POS was asked for {amount} (bill {bill}, {name}); its answer is unknown.",
            "查 POS 最后一笔：有则登记参考号，无则登记未收；不要重复刷卡。",
            "Ask the POS for its last transaction and note yes with its reference, or no; do not charge again.",
        ),
        Kind.POS_ASKED_BACK: (
            "银行POS 已被要求退款 {amount} 元（账单 {bill}，{name}），结果不明。",
            "The bank POS was asked to give back {amount} (bill {bill}, {name}); its answer is unknown.",
            "查 POS 最后一笔：有则登记参考号，无则登记未退；不要重复退款。",
            "Ask the POS for its last transaction and note yes with its reference, or no; do not refund again.",
        ),
        Kind.CARD_WITHOUT_BILL: (
            "银行卡已收 {amount} 元（{name}），账单 {bill} 没有结算。",
            "{amount} was taken by bank card ({name}), but bill {bill} was not settled.",
            "取出挂单继续结算，或经 POS 退回银行卡。",
            "Recall the parked bill and settle it, or give the money back through the POS.",
        ),
        Kind.CASH_UNCOUNTED: (
            "账单 {bill}（{name}）应收现金 {amount} 元，没有登记收到。",
            "Bill {bill} ({name}): {amount} in cash is due and was not noted as received.",
            "问病人或点钞核对，收到后登记。",
            "Ask the patient or count the drawer, then note it as received.",
        ),
        Kind.RECEIPT_UNPRINTED: (
            "账单 {bill} 的票据 {name} 没有登记打出。",
            "The receipt {name} of bill {bill} was not noted as printed.",
            "看纸：在手则登记，没有则打印，打坏则作废换号。",
            "Look at the paper: note it as here, print it, or void it and take the next number.",
        ),
        Kind.SLIP_UNPRINTED: (
            "账单 {bill} 的结算单没有打出（{name}）。",
            "The slip of bill {bill} did not reach the paper ({name}).",
            "请打印后交给病人。",
            "Print it and hand it to the patient.",
        ),
        Kind.SETTLING: (
            "账单 {bill} 正在结算时中断（{name}），中心是否收到不明。",
            "Bill {bill} was cut off while settling ({name}); whether the centre has it is unknown.",
            "无需重做：终端会向中心核实，不会重复结算；联网后办理。",
            "Do not repeat it: the terminal asks the centre and settles once; handle it when the line is up.",
        ),
        Kind.IN_DOUBT: (
            "账单 {bill} 待确认（{name}）：中心没有答复。",
            "Bill {bill} is in doubt ({name}): the centre has not answered.",
            "无需重做：终端会核实，不会重复结算。",
            "Do not repeat it: the terminal asks, and settles once.",
        ),
        Kind.EXCEPTION: (
            "账单 {bill} 异常（{name}），须由人处理。",
            "Bill {bill} is an exception ({name}); a person has to decide.",
            "在异常屏按回车，由两人处理。",
            "Handle it on the screen of open bills, by two persons.",
        ),
        Kind.PROVISIONAL: (
            "账单 {bill} 是脱机暂结（{name}），还没有上传。",
            "Bill {bill} was settled provisionally ({name}) and not yet forwarded.",
            "联网后自动上传，也可立即补传。",
            "It goes by itself when the line is up, or at once when asked to.",
        ),
        Kind.REFUND_TAKEN_BACK: (
            "退费 {subject}：账单已撤销，{amount} 元还没有退给病人。",
            "Refund {subject}: the bill is taken back, {amount} has not reached the patient yet.",
            "在退费屏按回车，从停下处继续。",
            "Press Enter on it on the refunds screen; it goes on where it stopped.",
        ),
        Kind.REFUND_AUDITED: (
            "退费 {subject} 三人已签，{amount} 元还没有办理。",
            "Refund {subject} is signed by three; {amount} is not yet given back.",
            "在退费屏按回车办理。",
            "Press Enter on it on the refunds screen.",
        ),
        Kind.REFUND_REVIEWED: (
            "退费 {subject} 已复核，等稽核签名。",
            "Refund {subject} is reviewed and waits for the auditor.",
            "请稽核员在退费屏签名。",
            "Have the auditor sign on the refunds screen.",
        ),
        Kind.REFUND_REQUESTED: (
            "退费 {subject} 已申请，等复核签名。",
            "Refund {subject} is requested and waits for the reviewer.",
            "请复核员在退费屏签名。",
            "Have the reviewer sign on the refunds screen.",
        ),
        Kind.PARKED: (
            "挂单 {bill}，{amount} 元，{name}。",
            "Parked bill {bill}, {amount}, {name}.",
            "取单后继续；交班时作废。",
            "Recall it to go on; it ends with the shift.",
        ),
        Kind.SHIFT: (
            "第 {subject} 班没有交班（{name}）。",
            "Shift {subject} is not closed ({name}).",
            "继续收费，下班时点钞交班。",
            "Go on; count and close it at the end.",
        ),
    }
)

_BILLS: Mapping[BillState, Kind] = MappingProxyType(
    {
        BillState.SETTLING: Kind.SETTLING,
        BillState.IN_DOUBT: Kind.IN_DOUBT,
        BillState.EXCEPTION: Kind.EXCEPTION,
        BillState.PROVISIONAL: Kind.PROVISIONAL,
    }
)
_REFUNDS: Mapping[RefundState, Kind] = MappingProxyType(
    {
        RefundState.REQUESTED: Kind.REFUND_REQUESTED,
        RefundState.REVIEWED: Kind.REFUND_REVIEWED,
        RefundState.AUDITED: Kind.REFUND_AUDITED,
    }
)


def unfinished(till: Till) -> list[Unfinished]:
    """Everything begun and not ended, most urgent first."""
    found = [each for source in _SOURCES for each in source(till)]
    order = list(Kind)
    return sorted(found, key=lambda each: order.index(each.kind))


def _thing(
    kind: Kind, subject: str, since: datetime, operator: str, *, bill: str = "", amount: int = 0, name: str = ""
) -> Unfinished:
    data = {"subject": subject, "bill": bill, "amount": Fen(amount), "name": name or operator}
    texts = (text.format(**data) for text in _WORDS[kind])
    return Unfinished(kind, subject, bill, Fen(amount), since, operator, *texts)


def _cards(till: Till) -> Iterator[Unfinished]:
    if (each := card_money.open_charge(till)) is not None:
        kind = Kind.POS_ASKED if each.deal is Deal.SALE else Kind.POS_ASKED_BACK
        yield _thing(kind, each.number, each.at, each.operator, bill=each.bill, amount=each.amount)
    for each in unbilled(till):
        named = f"{each.operator} {each.reference}"
        yield _thing(
            Kind.CARD_WITHOUT_BILL, each.number, each.at, each.operator, bill=each.bill, amount=each.amount, name=named
        )


def _served(till: Till) -> Iterator[Unfinished]:
    """Bills of the running shift whose money or paper nobody vouched for; the count of a close settles older ones."""
    receipts = issuing.unprinted(till)
    for drawn in receipts:
        if (item := journal.find(till.queue, drawn.bill)) is not None:
            yield _thing(Kind.RECEIPT_UNPRINTED, drawn.bill, item.created, "", bill=drawn.bill, name=drawn.number)
    numbered = {drawn.bill for drawn in receipts}
    printer = bool(till.settings.devices.printer)
    for bill, note in stages(till, shifts.last_closed(till)).items():
        uncounted = note.document.stage is Stage.SETTLING
        unprinted = note.document.stage is not Stage.PRINTED and printer and bill not in numbered
        if not (uncounted or unprinted):
            continue
        item = journal.find(till.queue, bill)
        if item is None or (item.state in WITHOUT_EFFECT and not was_served(till, item)):
            continue
        told = journal.entry(till.queue, item).told
        cash = sum(each.amount for each in told.tenders if each.kind in (TenderKind.CASH, TenderKind.CHANGE))
        if uncounted and cash:
            yield _thing(
                Kind.CASH_UNCOUNTED, bill, note.at, note.actor, bill=bill, amount=cash, name=masked(told.person)
            )
        if unprinted:
            yield _thing(Kind.SLIP_UNPRINTED, bill, note.at, note.actor, bill=bill, name=masked(told.person))


def _bills(till: Till) -> Iterator[Unfinished]:
    for item in till.queue.items(OPEN):
        if not item.reverses:
            yield _bill(till, item)


def _bill(till: Till, item: Item) -> Unfinished:
    entry = journal.entry(till.queue, item)
    return _thing(
        _BILLS[journal.state_of(item)],
        item.key,
        item.created,
        entry.claim.operator,
        bill=item.key,
        amount=item.amount_fen,
        name=masked(entry.person.name),
    )


def _refunds(till: Till) -> Iterator[Unfinished]:
    for each in refunds(till).values():
        if (kind := _REFUNDS.get(each.state)) is not None:
            if kind is Kind.REFUND_AUDITED and took_effect(till, each):
                kind = Kind.REFUND_TAKEN_BACK
            since = each.approvals[-1].at if each.approvals else till.clock()
            back = -sum(tender.amount for tender in each.requested.back.tenders)
            yield _thing(kind, each.number, since, each.operator, bill=each.bill, amount=back)


def _parked(till: Till) -> Iterator[Unfinished]:
    for bill, note in drafts.drafts(till).items():
        total = sum(line.amount for line in note.document.claim.lines)
        yield _thing(Kind.PARKED, bill, note.at, note.actor, bill=bill, amount=total)


def _shift(till: Till) -> Iterator[Unfinished]:
    if (running := shifts.current(till)) is not None:
        yield _thing(Kind.SHIFT, str(running.document.number), running.at, running.actor)


_SOURCES: tuple[Callable[[Till], Iterator[Unfinished]], ...] = (_cards, _served, _bills, _refunds, _parked, _shift)
