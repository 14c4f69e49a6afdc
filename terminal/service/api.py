"""The use cases of one till, for programs: each handler is one function of the counter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec

from cardio import CardReading, list_readers
from offline_queue.vocabulary import State
from terminal import VERSION
from terminal.centre.counterpart import Counterpart, Doors, Site, envelope
from terminal.counter import journal
from terminal.counter.cards import read_patient
from terminal.counter.far_end import FarEnd, forwarder
from terminal.counter.faults import OfflineNotAllowed, UnknownBill
from terminal.counter.identify import identify
from terminal.counter.office import operators, receipts, refunds, shifts
from terminal.counter.office.faults import AlreadyRequested
from terminal.counter.office.owed import owed
from terminal.counter.settle import commit, stands, try_out
from terminal.counter.till import Till
from terminal.counter.why import why as explained
from terminal.documents import BillState, Claim, Credential, Settlement, decode
from terminal.faults import Exit, Fault
from terminal.service.answers import FAULTS, Answer, InternalError, done, fault, internal
from terminal.service.clients import Client, Right
from terminal.service.documents import (
    Eligibility,
    Forwarded,
    Health,
    Line38,
    Nothing,
    QueueStatus,
    ReadCard,
    Readers,
    RefundRequest,
    Row,
    Standing,
)
from terminal.service.events import Cards
from terminal.service.settling import Settling
from terminal.telling import Told, told

_Takes = TypeVar("_Takes")


class WrongKey(Fault):
    """A settlement is named by its bill number, and the key must be that number."""

    code = "wrong_key"
    exit = Exit.INPUT
    zh = "Idempotency-Key 应等于账单号 {bill}，收到 {found}。"
    en = "Idempotency-Key must be the bill number {bill}; found {found}."
    next_zh = "请把账单号放入 Idempotency-Key 请求头。"
    next_en = "Send the bill number as Idempotency-Key."


class InDoubt(Fault):
    """A national program gets no answer about a settlement that nobody knows about yet; it asks again."""

    code = "in_doubt"
    exit = Exit.CENTRE
    zh = "账单 {bill} 现为 {state}，中心结果未知。"
    en = "Bill {bill} is {state}; the centre's outcome is not known yet."
    next_zh = "请用同一报文号再问，不要换号重发。"
    next_en = "Ask again under the same message number; never send it anew."


class WrongOperator(Fault):
    """A client settles for its own operator only."""

    code = "wrong_operator"
    exit = Exit.NO
    zh = "接口程序 {client} 只能代收费员 {expected} 结算，账单写的是 {found}。"
    en = "The client {client} settles for operator {expected}; the bill says {found}."
    next_zh = "请改正账单的收费员。"
    next_en = "Correct the bill's operator."


@dataclass(frozen=True)
class Call(Generic[_Takes]):
    """One call: what it says, who makes it, and the parts of its path."""

    content: _Takes
    client: Client
    key: str
    place: str


@dataclass(frozen=True)
class Route:
    """One path. ``gives`` is the document of each success status; every route may answer with a fault."""

    method: str
    path: str
    right: Right
    takes: type
    gives: dict[int, type]
    zh: str
    en: str
    handle: Callable[["Api", Call[Any]], Answer]
    faults: tuple[int, ...] = (400, 409)
    needs_key: bool = False


class Api:
    """The use cases of one till, for programs."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.settling = Settling(till)
        self.cards = Cards()
        doors = Doors(lambda credential: identify(till, credential).person, self._national_trial, self._national_settle)
        self.counterpart = Counterpart(till.profile, doors)

    def close(self) -> None:
        """Waits for what is under way."""
        self.cards.close()
        self.settling.close()

    def perform(self, route: Route, client: Client, body: bytes, *, key: str = "", place: str = "") -> Answer:
        """Decodes, does, answers; a fault is an answer too."""
        try:
            content: Any = decode(body or b"{}", route.takes, file="body")
            return route.handle(self, Call(content, client, key, place))
        except FAULTS as error:
            return fault(error)
        except Exception as error:  # noqa: BLE001 the last door of a call: the program gets a sentence, the log the frames
            return fault(internal(self.till.home, error), 500)

    def health(self, _: Call[Nothing]) -> Answer:
        """Alive, and what waits."""
        status = self.till.queue.status()
        return done(Health(not status.not_ready, VERSION, status.offline_since, sum(status.open.values())))

    def devices(self, _: Call[Nothing]) -> Answer:
        """The attached readers."""
        return done(Readers(list_readers()))

    def card(self, call: Call[ReadCard]) -> Answer:
        """Reads the card."""
        return done(self._read(call.content))

    def line38(self, call: Call[ReadCard]) -> Answer:
        """Reads the card as the standard's line."""
        return done(Line38(self._read(call.content).line38()))

    def eligibility(self, call: Call[Credential]) -> Answer:
        """Who it is and what insurance pays."""
        who = identify(self.till, call.content)
        age = int(who.age.total_seconds())
        return done(Eligibility(who.person.number, who.person.name, who.insurance.insured, who.online, age))

    def trial(self, call: Call[Claim]) -> Answer:
        """The split, nothing settled; what the trial opened at the centre is given up again."""
        self._operator(call)
        trial = try_out(self.till, call.content)
        if trial.centre is not None:
            FarEnd(self.till).give_up(trial.centre)
        return done(trial.told)

    def settle(self, call: Call[Claim]) -> Answer:
        """Starts the settlement and returns at once."""
        self._operator(call)
        bill = call.content.bill
        if call.key != bill:
            raise WrongKey(bill=bill, found=call.key[:64] or "-")
        state = self.settling.start(call.content)
        return done(Standing(bill, state), 202 if state is BillState.SETTLING else 200)

    def bill(self, call: Call[Nothing]) -> Answer:
        """Where a bill stands."""
        found = self.settling.find(call.place)
        if isinstance(found, Settlement):
            return done(Standing(call.place, found.state, found))
        if isinstance(found, Told):
            state = BillState.DRAFT if found.code == InternalError.code else BillState.REFUSED
            return done(Standing(call.place, state, fault=found))
        return done(Standing(call.place, found))

    def bills(self, _: Call[Nothing]) -> Answer:
        """Every bill, oldest first."""
        items = self.till.queue.items(tuple(State))
        return done([Row(item.key, journal.state_of(item), item.created, item.reason) for item in items])

    def why(self, call: Call[Nothing]) -> Answer:
        """A bill's local split again, with every step."""
        item = journal.find(self.till.queue, call.place)
        if item is None:
            raise UnknownBill(bill=call.place)
        return done(explained(self.till, item))

    def refund(self, call: Call[RefundRequest]) -> Answer:
        """Asks for a refund; the same request again finds the same refund."""
        asked = call.content
        if call.key != asked.bill:
            raise WrongKey(bill=asked.bill, found=call.key[:64] or "-")
        operator = call.client.operator
        session = operators.login(self.till, operator, operators.Password(asked.password))
        try:
            return done(
                refunds.request(
                    self.till, asked.bill, asked.reason, asked.papers, session, keep=asked.keep, to=asked.to
                )
            )
        except AlreadyRequested as fault_:
            known = refunds.find(self.till, str(fault_.data["refund"]))
            same = (known.requested.reason, known.requested.keep) == (asked.reason, tuple(sorted(asked.keep)))
            if known.operator == operator and same:
                return done(known)
            raise

    def refunds(self, _: Call[Nothing]) -> Answer:
        """Every refund and where it stands."""
        return done(list(refunds.refunds(self.till).values()))

    def owed(self, _: Call[Nothing]) -> Answer:
        """Who owes whom after a difference, or after full payment."""
        return done(owed(self.till))

    def shift(self, _: Call[Nothing]) -> Answer:
        """The running shift's report."""
        return done(shifts.report(self.till))

    def receipts(self, _: Call[Nothing]) -> Answer:
        """The paper stock."""
        return done(receipts.stock(self.till))

    def queue(self, _: Call[Nothing]) -> Answer:
        """What waits."""
        return done(QueueStatus.of(self.till.queue.status()))

    def forward(self, _: Call[Nothing]) -> Answer:
        """Forwards what is due."""
        with forwarder(self.till) as sender:
            return done(Forwarded(sender.run(timedelta(seconds=10), now=True).left))

    def national(self, call: Call[msgspec.Raw]) -> Answer:
        """A message of the national interface, answered in its own envelope."""
        site = Site(self.till.institution, self.till.settings.terminal, call.client.operator)
        try:
            return Answer(200, self.counterpart.answer(call.place, bytes(call.content), site))
        except InDoubt as doubt:
            return fault(doubt, 504)
        except FAULTS as error:
            sentence = told(error)
            return Answer(200, envelope(-1, f"{sentence.zh}{sentence.next_zh}"))

    def _national_settle(self, claim: Claim) -> Settlement:
        known = stands(self.till, claim)
        if known is None:
            trial = try_out(self.till, claim)
            if trial.centre is None:
                raise OfflineNotAllowed()
            known = commit(self.till, trial)
        if known.state not in (BillState.SETTLED, BillState.RECONCILED):
            raise InDoubt(bill=claim.bill, state=known.state)
        return known

    def _national_trial(self, claim: Claim) -> Settlement:
        trial = try_out(self.till, claim)
        if trial.centre is not None:
            FarEnd(self.till).give_up(trial.centre)
        return trial.told

    def _read(self, asked: ReadCard) -> CardReading:
        return read_patient(self.till.settings, asked.reader, timeout=max(0.0, min(asked.timeout, 60.0)))

    def _operator(self, call: Call[Claim]) -> None:
        if call.content.operator != call.client.operator:
            raise WrongOperator(
                client=call.client.name, expected=call.client.operator, found=call.content.operator[:40]
            )
