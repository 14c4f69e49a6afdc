"""One admitted request, and everything its transaction may touch: books, catalogue, adjudicator, time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from terminal.centre.simulator import wire
from terminal.centre.simulator.catalogue import Catalogue
from terminal.centre.simulator.ledger import Kind, Ledger, VisitState
from terminal.centre.simulator.profile import Profile
from terminal.centre.simulator.wire import Node, Refusal


class AsksPolicies(Protocol):
    """Where a claim is split."""

    def settle(self, claim: Node) -> Node:
        """A ``claim/1`` as plain nodes to a ``settlement/1``; raises Refusal."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the centre is made of."""

    ledger: Ledger
    catalogue: Catalogue
    adjudicator: AsksPolicies
    institutions: Mapping[str, Node]
    profile: Profile
    dictionary: Mapping[str, Mapping[str, str]]
    """Labels of codes by kind."""
    counted: frozenset[str]
    """Accumulators that are counts, not money."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request being carried out at ``now``, inside one transaction of the ledger."""

    message: Node
    rooms: Rooms
    now: datetime

    @property
    def ledger(self) -> Ledger:
        """The books."""
        return self.rooms.ledger

    @property
    def infno(self) -> str:
        """Transaction number as sent."""
        return wire.text(self.message, "infno")

    @property
    def msgid(self) -> str:
        """The sender's message number."""
        return wire.text(self.message, "msgid")

    @property
    def institution(self) -> Node:
        """The sender, as the centre has it on file."""
        return self.rooms.institutions[wire.text(self.message, "fixmedins_code")]

    @property
    def code(self) -> str:
        """The sender's institution code."""
        return wire.text(self.message, "fixmedins_code")

    def node(self, name: str) -> Node:
        """A node of ``input`` that is one object; a list of one is the same."""
        return next(iter(self.nodes(name)), {})

    def nodes(self, name: str) -> list[Node]:
        """A node of ``input`` that is a list; one object is the same."""
        found = self.message.get("input")
        return wire.nodes(found.get(name)) if isinstance(found, dict) else []

    def person(self, psn_no: str) -> Node:
        """A person as seeded. Raises Refusal."""
        found = self.ledger.row("select body from person where psn_no = ?", psn_no)
        if found is None:
            raise Refusal(f"FSI-未查询到人员信息，人员编号{psn_no}")
        person: Node = wire.decode(found["body"])
        return person

    def insurance(self, psn_no: str, insutype: str) -> Node:
        """The person's insurance of a kind at the place of insurance the envelope names, ``balc`` in fen.

        Raises Refusal when there is none, or when it has ended.
        """
        area = wire.text(self.message, "insuplc_admdvs")
        found = self.ledger.rows(
            "select body, balc from insurance where psn_no = ? and insutype = ? and insuplc_admdvs = ?",
            psn_no, insutype, area,
        )  # fmt: skip
        for row in found:
            insurance: Node = {**wire.decode(row["body"]), "balc": row["balc"]}
            if insurance["psn_insu_stas"] in ("1", "2"):
                return insurance
        raise Refusal(f"FSI-参保地{area or '（空）'}没有该人员险种{insutype}的有效参保信息")

    def visit(self, node: Node, *kinds: Kind) -> Node:
        """The sender's visit that a node names by mdtrt_id and psn_no, not cancelled. Raises Refusal."""
        found = self.ledger.row(
            "select * from visit where mdtrt_id = ? and psn_no = ? and fixmedins_code = ?",
            wire.text(node, "mdtrt_id"), wire.text(node, "psn_no"), self.code,
        )  # fmt: skip
        if found is None or found["kind"] not in kinds:
            raise Refusal(f"FSI-未查询到就诊信息，就诊ID{wire.text(node, 'mdtrt_id')}")
        if found["state"] == VisitState.CANCELLED:
            raise Refusal("FSI-就诊信息已撤销")
        return {**found, "body": wire.decode(found["body"])}


Output = Node | list[Node] | bytes | None
"""What a transaction answers: ``output``, or for 9102 the bare bytes of a file."""

Handler = Callable[[Call], Output]
"""Carries a call out and returns its output; raises Refusal, which undoes everything."""
