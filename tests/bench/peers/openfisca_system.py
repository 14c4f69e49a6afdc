"""The policy as an OpenFisca system: dated parameters, lines as its persons, bills as its households, the six figures.

Amounts are int32 fen, as an OpenFisca model would keep them; products are taken in int64 by hand.
"""

from typing import Any

import numpy as np

PERIOD = "2026-03"
FIGURES = ("total", "own_pay", "over_limit", "first_self_pay", "deductible", "fund")
"""What a bill comes to, in the order in which the other contenders give it."""
PARAMETERS = {"deductible": 180000, "cap": 2000000, "ratio": 50, "class_b": 10}
"""In fen and per cent, since the same day."""


def system() -> Any:
    """A tax and benefit system of one policy."""
    from openfisca_core.entities import Entity, GroupEntity
    from openfisca_core.parameters import ParameterNode
    from openfisca_core.periods import MONTH
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    item = Entity("item", "items", "line of a bill", "")
    bill = GroupEntity("bill", "bills", "bill", "", roles=[{"key": "member", "plural": "members"}])

    def variable(name: str, entity: Any, formula: Any = None) -> Any:
        body = {"value_type": int, "entity": entity, "definition_period": MONTH, "label": name}
        return type(name, (Variable,), body | ({"formula": formula} if formula else {}))

    def share(amount: Any, rate: int) -> Any:
        return (amount.astype(np.int64) * (rate * 2) + 100) // 200

    def first(lines: Any, period: Any, parameters: Any) -> Any:
        return np.where(lines("kind", period) == 1, share(lines("amount", period), parameters(period).class_b), 0)

    def total(bills: Any, period: Any) -> Any:
        return bills.sum(bills.members("amount", period))

    def own_pay(bills: Any, period: Any) -> Any:
        return bills.sum(np.where(bills.members("kind", period) == 2, bills.members("amount", period), 0))

    def first_self_pay(bills: Any, period: Any) -> Any:
        return bills.sum(bills.members("first", period))

    def scope(bills: Any, period: Any) -> Any:
        left = bills("total", period) - bills("own_pay", period)
        return left - bills("over_limit", period) - bills("first_self_pay", period)

    def deductible(bills: Any, period: Any, parameters: Any) -> Any:
        return np.minimum(bills("scope", period), parameters(period).deductible)

    def fund(bills: Any, period: Any, parameters: Any) -> Any:
        rest = bills("scope", period) - bills("deductible", period)
        return np.minimum(share(rest, parameters(period).ratio), parameters(period).cap)

    made = TaxBenefitSystem([item, bill])
    made.parameters = ParameterNode("", data={name: {"2020-01-01": value} for name, value in PARAMETERS.items()})
    for each, entity, formula in (
        ("amount", item, None), ("kind", item, None), ("first", item, first), ("over_limit", bill, None),
        ("total", bill, total), ("own_pay", bill, own_pay), ("first_self_pay", bill, first_self_pay),
        ("scope", bill, scope), ("deductible", bill, deductible), ("fund", bill, fund),
    ):  # fmt: skip
        made.add_variable(variable(each, entity, formula))
    return made


def figures(done: Any) -> list[Any]:
    """The figures of every bill of a simulation, each a column; calculated anew."""
    for name in (*FIGURES, "scope", "first"):
        done.delete_arrays(name)
    return [done.calculate(name, PERIOD) for name in FIGURES]


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
