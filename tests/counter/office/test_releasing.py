"""A terminal's number is set free at the hub by two different persons with the right."""

import pytest

from offline_queue.hub.slots import RELEASED
from terminal.counter.office.operators import Session
from terminal.counter.office.person_faults import NotAllowed, SamePerson
from terminal.counter.office.releasing import release
from terminal.counter.till import Till


def test_two_different_persons_with_the_right_release_a_number(till: Till, staff: dict[str, Session]) -> None:
    for fault, pair in ((SamePerson, ("0009", "0009")), (NotAllowed, ("0009", "0003"))):
        with pytest.raises(fault):
            release(till, "01", [staff[number] for number in pair])
    assert not list(till.queue.notes([RELEASED]))
    release(till, "01", [staff[number] for number in ("0009", "0002")])
    (event,) = till.queue.notes([RELEASED])
    assert (event.body, event.actor) == (b"01", "0009 + 0002")
    assert till.queue.verify().intact
