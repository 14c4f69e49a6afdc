"""The file that signs for the institution is missing or empty: said before anything is sent, and nothing is held."""

from pathlib import Path

import pytest

from offline_queue.vocabulary import State
from terminal.counter.checkup import checkup
from terminal.counter.far_end import FarEnd, forwarder
from terminal.counter.faults import NoCentreSecret
from terminal.counter.settle import commit, settle, try_out
from tests.world import AMOXICILLIN, World, claim


def _gone(secret: Path) -> None:
    secret.unlink()


def _empty(secret: Path) -> None:
    secret.write_text("account=TEST\n")


def _not_text(secret: Path) -> None:
    secret.write_bytes(b"\xff\xfe\xff")


@pytest.mark.parametrize("spoil", [_gone, _empty, _not_text])
def test_a_missing_secret_names_setting_and_file_sends_nothing_and_holds_no_bill(world: World, spoil: object) -> None:
    secret = world.home / "secret"
    good = secret.read_bytes()
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        commit(till, try_out(till, claim("B-1", "zhang", (AMOXICILLIN, 1)), online=False))
    assert callable(spoil)
    spoil(secret)
    with world.till() as till:
        with pytest.raises(NoCentreSecret) as fault:
            settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
        assert fault.value.data["setting"] == "centre.secret_file"
        assert fault.value.data["file"] == str(secret)
        assert not FarEnd(till).probe()
        with forwarder(till) as sender:
            sender.run(now=True)
        (waiting,) = till.queue.items()
        assert (waiting.key, waiting.state, waiting.reason) == ("B-1", State.RECORDED, "no_centre_secret")
    (told,) = [check for check in checkup(world.home) if check.part == "centre"]
    assert (told.ok, told.code) == (False, "no_centre_secret")
    assert str(secret) in told.zh
    assert "centre.secret_file" in told.en
    secret.write_bytes(good)
    with world.till() as till, forwarder(till) as sender:
        sender.run(now=True)
        assert not till.queue.items()
    assert world.standing() == {"B-0": 1, "B-1": 1}


def test_a_secret_that_goes_after_the_trial_is_not_missed_by_its_settlement(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        (world.home / "secret").unlink()
        settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
    assert world.standing() == {"B-1": 1, "B-2": 1}
