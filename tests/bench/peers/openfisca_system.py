"""The policy as an OpenFisca system: lines are its persons, bills its households; int32 fen, products in int64."""

from typing import Any

import numpy as np

PERIOD = "2026-03"


def system() -> Any:
    """A tax and benefit system of one policy."""
    from openfisca_core.entities import Entity, GroupEntity
    from openfisca_core.periods import MONTH
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    item = Entity("item", "items", "line of a bill", "")
    bill = GroupEntity("bill", "bills", "bill", "", roles=[{"key": "member", "plural": "members"}])

    def variable(name: str, entity: Any, formula: Any = None) -> Any:
        body = {"value_type": int, "entity": entity, "definition_period": MONTH, "label": name}
        return type(name, (Variable,), body | ({"formula": formula} if formula else {}))

    def first(lines: Any, period: Any) -> Any:
        amount = lines("amount", period).astype(np.int64)
        return np.where(lines("kind", period) == 1, (amount * 20 + 100) // 200, 0)

    def scope(bills: Any, period: Any) -> Any:
        amount, kind = bills.members("amount", period), bills.members("kind", period)
        return bills.sum(np.where(kind == 2, 0, amount)) - bills.sum(bills.members("first", period))

    def fund(bills: Any, period: Any) -> Any:
        rest = np.maximum(bills("scope", period).astype(np.int64) - 180000, 0)
        return np.minimum((rest * 100 + 100) // 200, 2000000)

    made = TaxBenefitSystem([item, bill])
    for name, entity, formula in (
        ("amount", item, None), ("kind", item, None), ("first", item, first), ("scope", bill, scope),
        ("fund", bill, fund),
    ):  # fmt: skip
        made.add_variable(variable(name, entity, formula))
    return made


def simulation(made: Any, amount: Any, kind: Any, bills: Any) -> Any:
    """A simulation of lines that belong to ``bills`` (numbers from 0)."""
    from openfisca_core.simulations import SimulationBuilder

    builder = SimulationBuilder()
    builder.create_entities(made)
    builder.declare_person_entity("item", np.arange(len(amount)).astype(str))
    groups = builder.declare_entity("bill", np.arange(bills.max() + 1).astype(str))
    builder.join_with_persons(groups, bills.astype(str), np.full(len(amount), "member"))
    done = builder.build(made)
    done.set_input("amount", PERIOD, amount.astype(np.int32))
    done.set_input("kind", PERIOD, kind.astype(np.int32))
    return done
