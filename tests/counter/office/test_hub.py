"""A terminal that sends through the site's hub: the same bills, figures and refunds, with one sender to the centre."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import BadSettings, load
from offline_queue.hub.site import Site
from offline_queue.vocabulary import State
from terminal.counter import journal
from terminal.counter.far_end import FarEnd, forwarder
from terminal.counter.hub import open_hub
from terminal.counter.office import operators
from terminal.counter.office.reconciling import reconcile
from terminal.counter.office.refunds import RefundState, give_back
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState
from tests.counter.office.conftest import hire
from tests.counter.office.test_refunds import audited
from tests.world import World, claim


@pytest.fixture
def hub(world: World, tmp_path: Path) -> Iterator[Site]:
    """A hub in a folder of its own, and the terminal's settings that name it."""
    home = tmp_path / "hub"
    home.mkdir()
    settings = (world.home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(f'terminal = "H0"\n{settings}', encoding="utf-8")
    with Till(home) as till, open_hub(till, FarEnd(till), "127.0.0.1", 0) as site:
        address, key = f"http://127.0.0.1:{site.port}", site.intake.public_key.hex()
        words = f'[hub]\naddress = "{address}"\nkey = "{key}"\n'
        (world.home / "settings.toml").write_text(settings + words, encoding="utf-8")
        yield site


@pytest.fixture
def till(world: World, hub: Site) -> Iterator[Till]:
    """The terminal, with the hub in its settings."""
    with world.till() as till:
        yield till


def forwarded(till: Till, seconds: float = 20) -> int:
    """Forwards until nothing is left; what the hub has is asked about at once."""
    end = time.monotonic() + seconds
    with forwarder(till) as sender:
        while (left := sender.run(timedelta(0), now=True).left) and time.monotonic() < end:
            time.sleep(0.05)
    return left


def test_what_waited_is_settled_by_the_hub_and_stands_at_the_terminal_as_its_own(
    world: World, till: Till, hub: Site
) -> None:
    settle(till, claim("B-1", "zhang"))
    world.centre.line_down()
    told = settle(till, claim("B-2", "zhang"))
    assert told.state is BillState.PROVISIONAL
    with forwarder(till) as sender:
        sender.run(now=True)
    assert till.queue.item("B-2").state is State.IN_DOUBT
    assert hub.intake.queue.item("B-2").state is State.RECORDED
    world.centre.line_up()
    with forwarder(till) as sender:
        sender.run(now=True)
    assert forwarded(till) == 0
    item = till.queue.item("B-2")
    stands = journal.standing(till.queue, item)
    assert (stands.state, stands.cash) == (BillState.SETTLED, told.cash)
    assert (item.number[26:28], stands.message_number) == ("H0", item.number)
    assert world.standing() == {"B-1": 1, "B-2": 1}
    day = reconcile(till, till.clock().date(), operators.acting(till))
    assert (day.bills, day.differences, day.doubtful) == (2, (), ())
    assert till.queue.verify().intact


def test_a_bill_the_hub_has_settled_is_given_back_through_it(world: World, till: Till, hub: Site) -> None:
    staff = hire(till)
    settle(till, claim("B-1", "zhang"))
    world.centre.line_down()
    settle(till, claim("B-2", "zhang"))
    world.centre.line_up()
    assert forwarded(till) == 0
    for bill in ("B-2", "B-1"):
        refund = audited(till, staff, bill)
        done = give_back(till, refund.number, staff["0001"])
        assert done.state is RefundState.DONE
    assert world.standing() == {}


def test_an_online_sale_in_doubt_is_taken_back_directly_and_settled_again_by_the_hub(
    world: World, till: Till, hub: Site
) -> None:
    world.trouble({"fault": "drop", "infno": "2207"})
    assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
    assert forwarded(till) == 0
    assert world.standing() == {"B-1": 1}
    assert till.queue.item("B-1").number[26:28] == "H0"


@pytest.mark.parametrize(
    "words", ['address = "https://hub.example:7790"', 'key = "' + "0" * 64 + '"', 'certificate = "own.pem"']
)
def test_half_a_setting_is_refused(world: World, words: str) -> None:
    file = world.home / "settings.toml"
    file.write_text(file.read_text(encoding="utf-8") + f"[hub]\n{words}\n", encoding="utf-8")
    with pytest.raises(BadSettings):
        load(world.home)
