"""The key change needs two different persons with the right, at the command as anywhere."""

import json

import pytest

from terminal.counter import journal
from terminal.counter.office import operators
from terminal.counter.office.operators import CardShown, Session
from terminal.counter.office.person_faults import NotAllowed, SamePerson
from terminal.counter.office.rekeying import renew_key
from terminal.counter.office.roles import Role
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import Assurance
from tests.world import World, claim

PASSWORD = "long enough 1"


@pytest.fixture
def other(till: Till, staff: dict[str, Session]) -> Session:
    """A second manager."""
    operators.add(till, "0010", "主管乙", [Role.MANAGER], by=staff["0009"], card="C0010", password="for one day")
    operators.set_password(till, "0010", "for one day", PASSWORD)
    return operators.login(till, "0010", CardShown("C0010", Assurance.PIN))


def test_one_person_or_one_without_the_right_changes_no_key(
    till: Till, staff: dict[str, Session], other: Session
) -> None:
    for fault, pair in ((SamePerson, (other, other)), (NotAllowed, (other, staff["0003"]))):
        with pytest.raises(fault):
            renew_key(till, pair)
    assert "rekeyed" not in {event.kind for event in till.queue.events()}


def test_two_managers_change_it_by_command_and_every_bill_opens(
    world: World, till: Till, staff: dict[str, Session], other: Session
) -> None:
    settle(till, claim("B-1", "zhang"))
    operators.change(till, "0009", by=other, password="for one day")
    operators.set_password(till, "0009", "for one day", PASSWORD)
    for words, text, code in (
        (["--by", "0010"], PASSWORD, 2),
        (["--by", "0009", "--by", "0010", "--json"], f"{PASSWORD}\n{PASSWORD}\n", 0),
    ):
        process = world.command("queue", "rekey", *words)
        out, err = process.communicate(text.encode(), timeout=60)
        assert process.returncode == code, err
    done = json.loads(out)
    (event,) = [event for event in till.queue.events() if event.kind == "rekeyed"]
    assert done == {"keys": event.changes["keys"], "seq": event.seq}
    assert event.actor == "0009 + 0010"
    with world.till() as again:
        assert journal.entry(again.queue, again.queue.item("B-1")).claim.bill == "B-1"
        assert again.queue.verify().intact
