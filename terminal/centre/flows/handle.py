"""What every flow has in common: its transactions, and the handle a trial leaves for settling or giving up."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Literal, Protocol, TypeVar

import msgspec

from terminal.centre import claims
from terminal.centre.answers import settlement
from terminal.centre.claims import Attendance
from terminal.centre.exchange import Exchange
from terminal.centre.faults import CentreAnswerBroken, CentreRefused, CentreSilent, CentreUnreachable
from terminal.centre.messages.settlement import ItemResult, ItemsAnswer, SettlementAnswer
from terminal.centre.outcomes import Trial
from terminal.centre.wire import Node
from terminal.documents import BillState, Claim, Credential, CredentialKind, Insurance, Person
from terminal.faults import Fault
from terminal.money import Fen

_Answer = TypeVar("_Answer", bound=Node)

Kind = Literal["visit", "purchase", "stay"]
"""The way a bill travels."""


class Handle(msgspec.Struct, frozen=True, kw_only=True):
    """The trail of one trial. The four parts are the trial's, in fen: the centre wants them repeated."""

    kind: Kind
    person_number: str
    id_number: str
    insurance_type: str
    area: str
    visit_number: str = ""
    own_number: str = ""
    """The institution's number of the visit."""
    batch: str = ""
    own_pay: int = 0
    over_limit: int = 0
    first_self_pay: int = 0
    in_scope: int = 0

    def credential(self, claim: Claim) -> Credential:
        """What the patient showed, or the ID number on record where the bill does not say."""
        return claim.credential or Credential(CredentialKind.ID_NUMBER, self.id_number)

    @property
    def parts(self) -> dict[str, Any]:
        """The four parts under their names in 2207 and 2304."""
        return {
            "fulamt_ownpay_amt": Fen(self.own_pay),
            "overlmt_selfpay": Fen(self.over_limit),
            "preselfpay_amt": Fen(self.first_self_pay),
            "inscp_scp_amt": Fen(self.in_scope),
        }


def handle_of(trial: Trial) -> Handle:
    """The trail inside a trial."""
    return msgspec.json.decode(trial.handle, type=Handle)


class Flow(Protocol):
    """One way for a bill to travel."""

    settles: ClassVar[str]
    """The transaction that moves the money."""

    def __init__(self, exchange: Exchange, attendance: Attendance) -> None: ...

    def trial(self, claim: Claim, person: Person, insurance: Insurance) -> Trial:
        """The centre's own split; whatever was opened for it is given up again when a step fails."""

    def settlement(self, handle: Handle, claim: Claim) -> Node:
        """The content of the settling message."""

    def give_up(self, handle: Handle) -> None:
        """Takes back what the trial left open."""


class Steps(ABC):
    """What the flows in steps share: asking about one person, a handle to begin with, rows in several calls."""

    def __init__(self, exchange: Exchange, attendance: Attendance) -> None:
        self._exchange = exchange
        self._attendance = attendance

    @abstractmethod
    def give_up(self, handle: Handle) -> None:
        """Takes back what the trial left open."""

    @contextmanager
    def _given_up_on_fault(self, handle: Handle) -> Iterator[None]:
        """A step that fails takes back those before it; where that fails too, what stays open settles nothing."""
        try:
            yield
        except Fault:
            with suppress(CentreUnreachable, CentreSilent, CentreAnswerBroken, CentreRefused):
                self.give_up(handle)
            raise

    def _ask(self, transaction: str, content: Node, kind: type[_Answer], handle: Handle) -> _Answer:
        return self._exchange.ask(transaction, content, kind, area=handle.area)

    def _shown(self, handle: Handle, claim: Claim) -> dict[str, Any]:
        """The credential in every message that names one."""
        shown = handle.credential(claim)
        return {"mdtrt_cert_type": self._exchange.profile.credentials[shown.kind], "mdtrt_cert_no": shown.number}

    def _uploaded(
        self, transaction: str, request: Callable[[Any], Node], rows: Sequence[Node], handle: Handle
    ) -> tuple[ItemResult, ...]:
        step = self._exchange.profile.rows_per_call
        parts = (rows[first : first + step] for first in range(0, len(rows), step))
        return tuple(
            item for part in parts for item in self._ask(transaction, request(part), ItemsAnswer, handle).result
        )


def handle_for(kind: Kind, claim: Claim, person: Person, insurance: Insurance, number: str) -> Handle:
    """A handle to begin with. The visit's own number is new each time: a lost answer never blocks the bill."""
    return Handle(
        kind=kind,
        person_number=person.number,
        id_number=person.id_number,
        insurance_type=insurance.codes["insutype"],
        area=insurance.codes["insuplc_admdvs"],
        own_number=f"{claim.bill[-18:]}.{number[-11:]}",
        batch=number,
    )


def trial_of(
    exchange: Exchange,
    answer: SettlementAnswer,
    claim: Claim,
    handle: Handle,
    transaction: str,
    items: Sequence[ItemResult],
) -> Trial:
    """The centre's trial as a document, and the handle with the four parts it must repeat."""
    split = settlement(
        answer,
        claim,
        exchange.profile,
        transaction=transaction,
        state=BillState.TRIAL,
        message_number="",
        items=items,
    )
    if split.total != claims.total(claim):
        raise CentreAnswerBroken(
            transaction=transaction,
            place="setlinfo.medfee_sumamt",
            found=f"is {split.total}, not the bill's {claims.total(claim)}",
        )
    kept = msgspec.structs.replace(
        handle,
        own_pay=int(split.own_pay),
        over_limit=int(split.over_limit),
        first_self_pay=int(split.first_self_pay),
        in_scope=int(split.in_scope),
    )
    return Trial(split, msgspec.json.encode(kept))
