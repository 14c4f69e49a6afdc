"""A desk with people: a manager, two cashiers, a reviewer and an auditor."""

from collections.abc import Iterator

import pytest

from terminal.counter.office import operators
from terminal.counter.office.operators import CardShown, Session
from terminal.counter.office.roles import Role
from terminal.counter.till import Till
from terminal.documents import Assurance
from tests.world import World

STAFF = {
    "0009": ("主管甲", Role.MANAGER),
    "0001": ("收费员甲", Role.CASHIER),
    "0002": ("复核员甲", Role.REVIEWER),
    "0003": ("稽核员甲", Role.AUDITOR),
    "0004": ("收费员乙", Role.CASHIER),
}


def hire(till: Till) -> dict[str, Session]:
    """Adds everybody with a card, and logs everybody in with card and PIN."""
    here: dict[str, Session] = {}
    for number, (name, role) in STAFF.items():
        card = f"C{number}"
        operators.add(till, number, name, [role], by=here.get("0009"), card=card)
        here[number] = operators.login(till, number, CardShown(card, Assurance.PIN))
    return here


@pytest.fixture
def till(world: World) -> Iterator[Till]:
    """An open till."""
    with world.till() as till:
        yield till


@pytest.fixture
def staff(till: Till) -> dict[str, Session]:
    """Everybody, logged in at that till."""
    return hire(till)
