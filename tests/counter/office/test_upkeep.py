"""The night's work by the site's settings, and how its failure shows."""

from datetime import timedelta
from pathlib import Path

import pytest

from terminal.counter.checkup import checkup
from terminal.counter.office.upkeep import look_after, rules
from terminal.counter.settle import settle
from terminal.documents import BillState
from tests.world import AMOXICILLIN, World, claim


def test_a_copy_is_made_in_the_data_folder_unless_the_settings_name_another(world: World, tmp_path: Path) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        assert look_after(till) is None
        done = look_after(till, now=True)
        assert done is not None
        assert Path(done.copy).parent == world.home / "copies"
        assert rules(till).erase_after is None
        assert rules(till).archive_after == timedelta(days=35)
    with (world.home / "settings.toml").open("a") as file:
        file.write(f'\n[upkeep]\ncopies = "{tmp_path / "other"}"\nhour = 0\narchive_days = 0\nerase_days = 5500\n')
    with world.till() as till:
        done = look_after(till, now=True)
        assert done is not None
        assert Path(done.copy).parent == tmp_path / "other"
        assert rules(till).archive_after is None
        assert rules(till).erase_after == timedelta(days=5500)


def test_a_copy_that_fails_is_an_alarm_and_the_desk_goes_on(world: World) -> None:
    (world.home / "copies").write_bytes(b"in the way")
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        done = look_after(till, now=True)
        assert done is not None
        assert done.failed
        assert "copy_failed" in till.queue.status().warnings
        assert settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1))).state is BillState.SETTLED
    assert [check.code for check in checkup(world.home) if check.part == "copy"] == ["no_copy"]
    (world.home / "copies").unlink()
    with world.till() as till:
        assert look_after(till, now=True)
    assert [check.code for check in checkup(world.home) if check.part == "copy"] == ["copied"]


@pytest.mark.parametrize(
    ("part", "setting"),
    [
        ("upkeep", "hour = 24"),
        ("upkeep", "copies_kept = 0"),
        ("upkeep", "archive_days = -1"),
        ("upkeep", "erase_days = 99999999999"),
        ("upkeep", "copies = 7"),
        ("refund", "days = -1"),
        ("refund", "per_bill_fen = 99999999999999999999"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(world: World, part: str, setting: str) -> None:
    from config.faults import BadSettings

    with (world.home / "settings.toml").open("a") as file:
        file.write(f"\n[{part}]\n{setting}\n")
    with pytest.raises(BadSettings), world.till():
        pass
