"""Field staff without any line: what waits goes to another terminal in a sealed file, and settles there once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue.faults import BadBundle
from terminal.counter import journal
from terminal.counter.far_end import FarEnd
from terminal.counter.office import carrying, operators
from terminal.counter.office.faults import NotRefundable
from terminal.counter.office.operators import Session
from terminal.counter.office.person_faults import NotAllowed, SamePerson
from terminal.counter.office.refunds import request
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState
from tests.counter.office.test_refunds import ALL
from tests.world import AMOXICILLIN, World, claim

Staff = dict[str, Session]


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Till]:
    """A second terminal of the institution."""
    home = tmp_path / "office"
    home.mkdir()
    text = (world.home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text('terminal = "02"\n' + text, encoding="utf-8")
    with Till(home) as till:
        yield till


@pytest.fixture
def waiting(world: World, till: Till) -> Till:
    """The field's terminal with a bill that waits."""
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    return till


def test_a_bill_settles_at_the_other_terminal_once(
    world: World, waiting: Till, staff: Staff, office: Till, tmp_path: Path
) -> None:
    own = carrying.address(office)
    assert (
        carrying.export(waiting, tmp_path / "bundle", bytes.fromhex(own.address), (staff["0003"], staff["0009"])) == 1
    )
    data = (tmp_path / "bundle").read_bytes()
    assert journal.standing(waiting.queue, waiting.queue.item("B-1")).state is BillState.EXCEPTION
    with pytest.raises(NotRefundable):
        request(waiting, "B-1", "开错", ALL, staff["0001"])
    trusted = [bytes.fromhex(carrying.address(waiting).signer)]
    who = operators.acting(office)
    assert carrying.take_in(office, data, trusted, who).new == ("B-1",)
    assert carrying.take_in(office, data, trusted, who).known == ("B-1",)
    world.centre.line_up()
    for till in (office, waiting):
        with till.queue.forwarder(FarEnd(till)) as forwarder:
            forwarder.run(timedelta(seconds=5), now=True)
    assert journal.standing(office.queue, office.queue.item("B-1")).state is BillState.SETTLED
    assert world.standing() == {"B-0": 1, "B-1": 1}


def test_two_different_persons_with_the_right_export(waiting: Till, staff: Staff, office: Till, tmp_path: Path) -> None:
    to = bytes.fromhex(carrying.address(office).address)
    with pytest.raises(NotAllowed):
        carrying.export(waiting, tmp_path / "bundle", to, (staff["0001"], staff["0009"]))
    with pytest.raises(SamePerson):
        carrying.export(waiting, tmp_path / "bundle", to, (staff["0009"], staff["0009"]))
    assert journal.standing(waiting.queue, waiting.queue.item("B-1")).state is BillState.PROVISIONAL


def test_a_bundle_of_a_stranger_is_refused(waiting: Till, staff: Staff, office: Till, tmp_path: Path) -> None:
    to = bytes.fromhex(carrying.address(office).address)
    carrying.export(waiting, tmp_path / "bundle", to, (staff["0003"], staff["0009"]))
    data = (tmp_path / "bundle").read_bytes()
    with pytest.raises(BadBundle):
        carrying.take_in(office, data, [], operators.acting(office))
