"""The centre as the terminal sees it: trial, settle, give up, cancel, reverse, reconcile; no national name outside."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date

import msgspec

from config.profiles import Profile
from terminal.centre import answers, claims
from terminal.centre.claims import Attendance
from terminal.centre.exchange import Endpoint, Exchange, Operator, Reply
from terminal.centre.faults import CentreAnswerBroken, CentreRefused, CentreSilent, CentreUnreachable
from terminal.centre.flows import FLOWS
from terminal.centre.flows.handle import Flow, Handle, Kind, handle_of
from terminal.centre.messages.outpatient import SettlementCancelRequest, SettlementKey
from terminal.centre.messages.queries import (
    FoundSettlement,
    SettlementQuery,
    SettlementQueryAnswer,
    SettlementQueryRequest,
)
from terminal.centre.messages.reversal import Reversal, ReversalRequest
from terminal.centre.messages.settlement import FundPart, SettlementAnswer
from terminal.centre.outcomes import (
    AlreadyReversed,
    InDoubt,
    Intent,
    NothingToReverse,
    NotSent,
    Refused,
    Reversed,
    ReverseOutcome,
    Settled,
    SettleOutcome,
    Trial,
)
from terminal.centre.questions import Questions
from terminal.centre.reconciliation import Reconciled, reconcile
from terminal.centre.statement import Group, StatementRow
from terminal.centre.wire import Node
from terminal.clock import Clock
from terminal.documents import BillState, Claim, Finding, Insurance, Person, Settlement, Severity

KINDS: dict[str, Kind] = {flow.settles: kind for kind, flow in FLOWS.items()}
"""Settling transaction -> the way its bill travelled."""

STANDS, UNDONE = "0", "1"
"""refd_setl_flag 退费结算标志."""

CANCELS = {"2102": "2103", "2207": "2208", "2304": "2305"}
"""Settling transaction -> the one that cancels it."""


class Centre(Questions):
    """One centre, one institution, one operator. ``numbers`` gives message numbers, each used once for ever.

    Doors that only ask raise CentreUnreachable, CentreSilent, CentreAnswerBroken or CentreRefused. Doors that move
    money return an outcome instead, because each end has its own next step. All may raise BreaksText beforehand.
    """

    def __init__(
        self,
        profile: Profile,
        endpoint: Endpoint,
        operator: Operator,
        clock: Clock,
        numbers: Callable[[], str],
        attendance: Attendance | None = None,
    ) -> None:
        super().__init__(Exchange(profile, endpoint, operator, clock, numbers))
        self._flows: dict[str, Flow] = {
            kind: flow(self._exchange, attendance or Attendance()) for kind, flow in FLOWS.items()
        }

    def trial(self, claim: Claim, person: Person, insurance: Insurance) -> Trial:
        """The centre's own split of a bill, nothing settled.

        2201, 2203, 2204, 2206 for a visit, 2101 for a purchase, 2401, 2301, 2402, 2303 for a stay. When a step fails,
        what was opened for it is given up again, as far as the line allows.
        """
        return self._flows[claims.kind(claim)].trial(claim, person, insurance)

    def give_up(self, trial: Trial) -> None:
        """Takes back what a trial left open at the centre. A pharmacy's trial leaves nothing."""
        handle = handle_of(trial)
        self._flows[handle.kind].give_up(handle)

    def clear(self, original: Intent) -> None:
        """Takes back the visit or stay of a settlement that no longer stands, so that it is not left open.

        Part of a refund: cancel, clear, then a new trial and settlement of what stays on the bill.
        """
        self._flows[KINDS[original.transaction[:4]]].give_up(
            Handle(
                kind=KINDS[original.transaction[:4]],
                person_number=original.person_number,
                id_number="",
                insurance_type=original.insurance_type,
                area=original.area,
                visit_number=original.visit_number,
                own_number=original.own_number,
            )
        )

    def intent(self, trial: Trial, message_number: str) -> Intent:
        """What must be durable before ``settle`` is called with the same trial and number."""
        handle = handle_of(trial)
        return Intent(
            message_number=message_number,
            transaction=self._exchange.sent_as(self._flows[handle.kind].settles),
            person_number=handle.person_number,
            area=handle.area,
            at=self._exchange.clock(),
            visit_number=handle.visit_number,
            own_number=handle.own_number,
            insurance_type=handle.insurance_type,
        )

    def settle(
        self, trial: Trial, claim: Claim, message_number: str, on_first_byte: Callable[[], None] | None = None
    ) -> SettleOutcome:
        """Settles the bill of a trial: 2207, 2102 for a purchase, 2304 for a stay. Never repeats by itself.

        ``on_first_byte`` runs when the line stands and before anything leaves; what it raises passes through.
        """
        handle = handle_of(trial)
        flow = self._flows[handle.kind]

        def read(answer: SettlementAnswer) -> Settlement:
            result = self._settlement(answer, claim, flow.settles, BillState.SETTLED, message_number)
            _same(flow.settles, "setlinfo.medfee_sumamt", result.total, claims.total(claim))
            return msgspec.structs.replace(result, lines=result.lines or trial.settlement.lines)

        return self._move(self.intent(trial, message_number), flow.settlement(handle, claim), on_first_byte, read)

    def cancel_intent(self, original: Intent, message_number: str) -> Intent:
        """What must be durable before ``cancel`` is called with the same original and number."""
        return msgspec.structs.replace(
            original,
            message_number=message_number,
            transaction=self._exchange.sent_as(CANCELS[original.transaction[:4]]),
            at=self._exchange.clock(),
        )

    def cancel(
        self,
        original: Intent,
        standing: Settlement,
        claim: Claim,
        message_number: str,
        on_first_byte: Callable[[], None] | None = None,
    ) -> SettleOutcome:
        """Cancels a settlement as a whole (2208, 2103, 2305). The new one is negative, with a number of its own."""
        transaction = CANCELS[original.transaction[:4]]

        def read(answer: SettlementAnswer) -> Settlement:
            result = self._settlement(answer, claim, transaction, BillState.REVERSED, message_number)
            _same(transaction, "setlinfo.medfee_sumamt", result.total, -standing.total)
            return result

        key = SettlementKey(
            psn_no=original.person_number, setl_id=standing.settlement_number, mdtrt_id=standing.visit_number
        )
        message = self.cancel_intent(original, message_number)
        return self._move(message, SettlementCancelRequest(data=key), on_first_byte, read)

    def reverse(self, original: Intent, message_number: str) -> ReverseOutcome:
        """Takes back one message by its number (2601). May be repeated with the same original until it is clear."""
        key = Reversal(psn_no=original.person_number, omsgid=original.message_number, oinfno=original.transaction)
        outcome = self._sent("2601", ReversalRequest(data=key), original.area, message_number, None)
        if isinstance(outcome, Reply):
            return Reversed(outcome.raw)
        if isinstance(outcome, Refused):
            if re.search(self.profile.words.nothing_there, outcome.text):  # first: it is the one that proves less
                return NothingToReverse(outcome.text)
            if re.search(self.profile.words.already_reversed, outcome.text):
                return AlreadyReversed(outcome.text)
        return outcome

    def reconcile(
        self, day: date, rows: Sequence[StatementRow], doubts: Sequence[Intent] = (), groups: Collection[Group] = ()
    ) -> Reconciled:
        """Compares a day with the centre (3201, 3202) and proposes a repair for each difference.

        ``rows`` come from ``statement_row``; ``groups`` are compared even where there is no row of ours.
        """
        by_number = {intent.message_number: intent for intent in doubts}
        return reconcile(self._exchange, day, rows, by_number, groups)

    def look_up(self, original: Intent, claim: Claim, settlement_number: str, visit_number: str) -> Settled:
        """The settlement of a message in doubt that a statement names (5203): it stands, complete the record.

        Raises CentreAnswerBroken where it belongs to another message or no longer stands.
        """
        raw, found, parts = self._found(original, settlement_number, visit_number)
        _same("5203", "setlinfo.medins_setl_id", found.medins_setl_id, original.message_number)
        _same("5203", "setlinfo.refd_setl_flag", found.refd_setl_flag, STANDS)
        answer = SettlementAnswer(setlinfo=found, setldetail=parts)
        settlement = self._settlement(answer, claim, "5203", BillState.SETTLED, original.message_number)
        return Settled(settlement, raw)

    def stands(self, original: Intent, settlement: Settlement) -> bool:
        """Whether a settlement still stands (5203): the question after a cancellation in doubt."""
        _, found, _ = self._found(original, settlement.settlement_number, settlement.visit_number)
        if found.refd_setl_flag not in (STANDS, UNDONE):
            raise CentreAnswerBroken(
                transaction="5203", place="setlinfo.refd_setl_flag", found=f"is {found.refd_setl_flag!r}"
            )
        return found.refd_setl_flag == STANDS

    def _found(
        self, original: Intent, settlement_number: str, visit_number: str
    ) -> tuple[bytes, FoundSettlement, tuple[FundPart, ...]]:
        query = SettlementQuery(psn_no=original.person_number, setl_id=settlement_number, mdtrt_id=visit_number)
        reply = self._exchange.question("5203", SettlementQueryRequest(data=query), area=original.area)
        answer = reply.content
        assert isinstance(answer, SettlementQueryAnswer)  # noqa: S101 - the registry says so
        if answer.setlinfo is None:
            raise CentreAnswerBroken(transaction="5203", place="setlinfo", found="is absent")
        _same("5203", "setlinfo.setl_id", answer.setlinfo.setl_id, settlement_number)
        return reply.raw, answer.setlinfo, answer.setldetail

    def _move(
        self,
        message: Intent,
        content: Node,
        on_first_byte: Callable[[], None] | None,
        read: Callable[[SettlementAnswer], Settlement],
    ) -> SettleOutcome:
        transaction = message.transaction[:4]
        outcome = self._sent(transaction, content, message.area, message.message_number, on_first_byte)
        if not isinstance(outcome, Reply):
            return outcome
        answer = outcome.content
        assert isinstance(answer, SettlementAnswer)  # noqa: S101 - the registry says so
        try:
            info = answer.setlinfo
            if info is None or not info.setl_id:
                raise CentreAnswerBroken(transaction=transaction, place="setlinfo.setl_id", found="is absent")
            for name, expected in (
                ("medins_setl_id", message.message_number),
                ("psn_no", message.person_number),
                ("mdtrt_id", message.visit_number),
            ):
                _same(transaction, f"setlinfo.{name}", getattr(info, name) or expected, expected or getattr(info, name))
            return Settled(_warned(read(answer), outcome.head.warn_msg), outcome.raw)
        except CentreAnswerBroken as fault:
            return InDoubt(str(fault), outcome.raw)

    def _sent(
        self,
        transaction: str,
        content: Node,
        area: str,
        message_number: str,
        on_first_byte: Callable[[], None] | None,
    ) -> Reply | Refused | NotSent | InDoubt:
        """One message, sent at most once; a sign-in that fails before it means that it was not sent."""
        try:
            self._exchange.ready()
        except (CentreUnreachable, CentreSilent, CentreAnswerBroken, CentreRefused) as fault:
            return NotSent(str(fault))
        try:
            return self._exchange.call(
                transaction, content, area=area, message_number=message_number, on_first_byte=on_first_byte
            )
        except CentreUnreachable as fault:
            return NotSent(str(fault))
        except CentreRefused as fault:
            return Refused(str(fault.data["number"]), str(fault.data["text"]))
        except CentreSilent as fault:
            return InDoubt(str(fault))
        except CentreAnswerBroken as fault:
            return InDoubt(str(fault), fault.raw)

    def _settlement(
        self, answer: SettlementAnswer, claim: Claim, transaction: str, state: BillState, message_number: str
    ) -> Settlement:
        return answers.settlement(
            answer,
            claim,
            self.profile,
            transaction=transaction,
            state=state,
            message_number=message_number,
            items=answer.detlcutinfo,
        )


def _warned(settlement: Settlement, warning: str) -> Settlement:
    """The centre's warning is told with the bill; it changes no figure."""
    if not warning:
        return settlement
    finding = Finding("centre_warning", Severity.NOTE, "", warning, warning)
    return msgspec.structs.replace(settlement, findings=(*settlement.findings, finding))


def _same(transaction: str, place: str, found: object, expected: object) -> None:
    if found != expected:
        raise CentreAnswerBroken(transaction=transaction, place=place, found=f"is {found}, not {expected}")
