"""The day's comparison with the centre: sums first (3201), rows where the sums differ (3202), a repair for each row."""

import base64
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from terminal.centre.exchange import Exchange
from terminal.centre.faults import CentreAnswerBroken, CentreRefused
from terminal.centre.messages.files import Download, DownloadRequest, StoredFile, Upload, UploadRequest
from terminal.centre.messages.reconciliation import (
    FileAnswer,
    StatementDetail,
    StatementDetailRequest,
    StatementTotal,
    StatementTotalAnswer,
    StatementTotalRequest,
)
from terminal.centre.messages.settlement import SettlementAnswer
from terminal.centre.outcomes import Intent
from terminal.centre.statement import Group, ResultRow, StatementRow, TornFile, pack, results
from terminal.centre.wire import parse
from terminal.money import Fen


class Repair(StrEnum):
    """What mends one differing settlement."""

    ACCEPT = "accept"
    """The centre settled a message that is in doubt here: complete the record, nothing is sent."""
    REVERSE = "reverse"
    """The centre has one too many: reverse it by the message number of its row."""
    SEND_AGAIN = "send_again"
    """The centre has nothing: the bill is free for a new number."""
    HAND_OVER = "hand_over"
    """Both have it and disagree: only a person can tell which is right."""


class StatementDifference(msgspec.Struct, frozen=True):
    """One settlement on which the books differ. Ours or theirs is absent where only the other has it."""

    repair: Repair
    group: Group
    settlement_number: str
    message_number: str
    person_number: str
    ours: StatementRow | None
    theirs: ResultRow | None
    memo: str


class Reconciled(msgspec.Struct, frozen=True):
    """The comparison of one day. After a repair it is done again until ``differences`` is empty.

    ``absent`` are the messages in doubt that the centre does not have: the group they would be in was compared and no
    row names them, so past the settle horizon their bills are free for new numbers. A message whose clearing office
    is not known is never called absent.
    """

    day: date
    groups: tuple[Group, ...]
    unequal: tuple[Group, ...]
    differences: tuple[StatementDifference, ...]
    absent: tuple[str, ...]


def statement_row(intent: Intent, raw: bytes, *, refunded: bool = False) -> StatementRow:
    """The row of a settlement or cancellation, from its message and the answer as it came.

    ``refunded`` marks a settlement that a later cancellation undid. Raises CentreAnswerBroken.
    """
    try:
        output: Any = parse(raw).get("output")
    except ValueError as error:
        raise CentreAnswerBroken(transaction=intent.transaction, place="-", found=str(error)) from error
    info = SettlementAnswer.read(output or {}).setlinfo
    if info is None or info.medfee_sumamt is None:
        raise CentreAnswerBroken(transaction=intent.transaction, place="setlinfo", found="is absent")
    zero = Fen(0)
    return StatementRow(
        Group(info.insutype, info.clr_type, info.clr_optins),
        info.setl_id,
        info.mdtrt_id,
        intent.person_number,
        intent.message_number,
        info.medfee_sumamt,
        info.fund_pay_sumamt or zero,
        info.acct_pay or zero,
        info.cash or zero,
        refunded or info.medfee_sumamt < 0,
        intent.area,
    )


def reconcile(
    exchange: Exchange,
    day: date,
    rows: Sequence[StatementRow],
    doubts: Mapping[str, Intent],
    groups: Collection[Group] = (),
) -> Reconciled:
    """Compares one day's ``rows`` with the centre and proposes a repair for each difference.

    ``doubts`` are the messages in doubt by number. ``groups`` are compared even where we have no row: a day whose
    every answer was lost has sums of zero here and none there. Raises the faults of the centre's questions.
    """
    included = exchange.profile.reconciliation.refunds_included
    care = exchange.endpoint.institution.area
    ours: dict[Group, list[StatementRow]] = defaultdict(list, {group: [] for group in groups})
    for row in rows:
        if included or not row.refunded:
            ours[row.group].append(row)
    likely = {group for intent in doubts.values() for group in _likely(intent, care)} - ours.keys()
    verdicts = {group: _equal(exchange, day, group, part) for group, part in ours.items()}
    for group in likely:
        with suppress(CentreRefused):  # an office that is none: the message cannot be there, nor be called absent
            verdicts[group] = _equal(exchange, day, group, ())
    unequal = tuple(group for group, equal in verdicts.items() if not equal)
    found = tuple(
        difference
        for group in unequal
        for difference in _differences(
            group, ours.get(group, ()), _details(exchange, day, group, ours.get(group, ())), doubts
        )
    )
    named = {difference.message_number for difference in found}
    offices = {(row.area, row.group) for row in rows}
    absent = tuple(
        number
        for number, intent in doubts.items()
        if number not in named
        and intent.at.date() == day
        and any(_is_its_group(group, intent, care, offices) for group in ours)
    )
    return Reconciled(day, tuple(verdicts), unequal, found, absent)


CLEARINGS = {"2102": "41", "2207": "11", "2304": "21"}
"""Settling transaction -> clr_type 清算类别: purchase, outpatient, stay."""


def _likely(intent: Intent, care: str) -> set[Group]:
    """Where a message in doubt may have been booked: at the office of the place of care or of the insured region."""
    clearing = CLEARINGS.get(intent.transaction[:4])
    return {Group(intent.insurance_type, clearing, office) for office in (care, intent.area)} if clearing else set()


def _is_its_group(group: Group, intent: Intent, care: str, offices: Collection[tuple[str, Group]]) -> bool:
    """Whether a known group is surely the one a message would be in: people of the place clear at an office of the
    place, others where another settlement of their region did.
    """
    if (group.insurance, group.clearing) != (intent.insurance_type, CLEARINGS.get(intent.transaction[:4])):
        return False
    local = intent.area[:4] == care[:4] == group.office[:4]
    return local or (intent.area, group) in offices


def _sum(rows: Sequence[StatementRow], name: str) -> Fen:
    return Fen(sum(getattr(row, name) for row in rows))


def _equal(exchange: Exchange, day: date, group: Group, rows: Sequence[StatementRow]) -> bool:
    form = exchange.profile.reconciliation
    flag = {form.refund_flag: "1" if form.refunds_included else "0"} if form.refund_flag else {}
    total = StatementTotal(
        insutype=group.insurance,
        clr_type=group.clearing,
        setl_optins=group.office,
        stmt_begndate=day.isoformat(),
        stmt_enddate=day.isoformat(),
        medfee_sumamt=_sum(rows, "total"),
        fund_pay_sumamt=_sum(rows, "fund"),
        acct_pay=_sum(rows, "account"),
        fixmedins_setl_cnt=len(rows),
        extra=flag,
    )
    answer = exchange.ask("3201", StatementTotalRequest(data=total), StatementTotalAnswer).stmtinfo
    if answer is None or not answer.stmt_rslt:
        raise CentreAnswerBroken(transaction="3201", place="stmtinfo.stmt_rslt", found="is absent")
    return re.fullmatch(form.equal, answer.stmt_rslt) is not None


def _details(exchange: Exchange, day: date, group: Group, rows: Sequence[StatementRow]) -> tuple[ResultRow, ...]:
    form, institution = exchange.profile.reconciliation, exchange.endpoint.institution.code
    name = f"{institution}{day:%Y%m%d}{'-'.join(group)}"
    upload = Upload(
        in_=base64.b64encode(pack(rows, f"{name}.txt", form)).decode(),
        filename=f"{name}.txt.zip",
        fixmedins_code=institution,
    )
    stored = exchange.ask("9101", UploadRequest(fsUploadIn=upload), StoredFile)
    flag = {form.refund_flag: "1" if form.refunds_included else "0"} if form.refund_flag else {}
    detail = StatementDetail(
        setl_optins=group.office,
        file_qury_no=stored.file_qury_no,
        stmt_begndate=day.isoformat(),
        stmt_enddate=day.isoformat(),
        medfee_sumamt=_sum(rows, "total"),
        fund_pay_sumamt=_sum(rows, "fund"),
        cash_payamt=_sum(rows, "cash"),
        fixmedins_setl_cnt=len(rows),
        clr_type=group.clearing,
        extra=flag,
    )
    result = exchange.ask("3202", StatementDetailRequest(data=detail), FileAnswer).fileinfo
    if result is None or not result.file_qury_no:
        raise CentreAnswerBroken(transaction="3202", place="fileinfo.file_qury_no", found="is absent")
    wanted = Download(file_qury_no=result.file_qury_no, filename=result.filename, fixmedins_code=institution)
    try:
        return results(exchange.download(DownloadRequest(fsDownloadIn=wanted)))
    except TornFile as error:
        raise CentreAnswerBroken(transaction="9102", place=result.filename, found=str(error)) from error


def _differences(
    group: Group, ours: Sequence[StatementRow], theirs: Sequence[ResultRow], doubts: Mapping[str, Intent]
) -> Iterator[StatementDifference]:
    mine = {row.settlement_number: row for row in ours}
    other = {row.settlement_number: row for row in theirs}
    for number in mine.keys() | other.keys():
        row, result = mine.get(number), other.get(number)
        if row is not None and result is not None and _agree(row, result):
            continue
        if row is not None and result is None:
            continue  # a result file lists differences; what it does not name agrees
        assert result is not None  # noqa: S101 - one of the two is there
        message = result.message_number or (row.message_number if row else "")
        yield StatementDifference(
            repair=_repair(row, result, doubts),
            group=group,
            settlement_number=number,
            message_number=message,
            person_number=result.person_number,
            ours=row,
            theirs=result,
            memo=result.memo,
        )


def _agree(row: StatementRow, result: ResultRow) -> bool:
    return set(result.result) <= {"0"} and (row.total, row.fund, row.account) == (
        result.total,
        result.fund,
        result.account,
    )


ONLY_OURS, ONLY_THEIRS = "000102", "000101"
"""stmt_rslt as one edition writes it; 000103 and anything else means that the amounts differ."""


def _repair(row: StatementRow | None, result: ResultRow, doubts: Mapping[str, Intent]) -> Repair:
    if row is None:
        if result.message_number in doubts:
            return Repair.ACCEPT
        return Repair.REVERSE if result.message_number else Repair.HAND_OVER
    return Repair.SEND_AGAIN if result.result == ONLY_OURS else Repair.HAND_OVER
