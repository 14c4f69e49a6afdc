"""What a bill that is taken back would change for the bills after it; and which pack is whose."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from config.places import policies_folder
from config.policies import pack_files
from terminal.counter import journal
from terminal.counter.faults import NoPackFor
from terminal.counter.policies import Policies
from terminal.counter.settle import settle
from terminal.counter.why import consequence_lines, consequences, touched
from terminal.counter.words import Language
from terminal.documents import Employment, Insured, Scheme
from tests.world import CT, World, claim


def test_later_bills_that_would_split_otherwise_are_listed_and_stay_as_they_are(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (CT, 8)))
        settle(till, claim("B-2", "li", (CT, 8)))
        later = settle(till, claim("B-3", "zhang", (CT, 2)))
        item = journal.find(till.queue, "B-1")
        assert item is not None
        (found,) = touched(till, item)
        # without the first, the second would bear the deductible itself
        assert (found.bill, found.funds, found.funds_now) == ("B-3", later.funds, 0)
        last = journal.find(till.queue, "B-3")
        assert last is not None and touched(till, last) == []
    code, documents, _ = world.run("bill", "affected", "B-1", "--json")
    assert (code, documents) == (1, [[{"bill": "B-3", "funds": str(later.funds), "funds_now": "0.00"}]])
    code, documents, _ = world.run("bill", "affected", "B-3", "--json")
    assert (code, documents) == (0, [[]])
    assert world.run("bill", "affected", "B-9")[0] == 2


def test_it_is_said_where_the_pack_of_a_bill_is_no_longer_the_one_it_was_split_with(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (CT, 8)))
        item = journal.find(till.queue, "B-1")
        assert item is not None
        assert consequence_lines(consequences(till, item), Language.EN) == ["No later bill is affected."]
    folder = policies_folder(world.home) / "beijing-employee"
    for name, data in pack_files("beijing-employee").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data + b"\n")
    with world.till() as till:
        assert consequences(till, item) is None
        assert "ask the centre" in consequence_lines(None, Language.EN)[0]


@pytest.mark.parametrize(
    ("area", "scheme", "pack"),
    [
        ("110100", Scheme.EMPLOYEE, "beijing-employee"),
        ("110105", Scheme.EMPLOYEE, "beijing-employee"),
        ("450100", Scheme.RESIDENT, "guangxi-resident"),
        ("360100", Scheme.RESIDENT, None),
        ("000000", Scheme.RURAL_COOPERATIVE, None),
    ],
)
def test_the_pack_of_the_prefecture_goes_before_that_of_the_province(
    area: str, scheme: Scheme, pack: str | None
) -> None:
    insured = Insured(area=area, scheme=scheme, employment=Employment.ACTIVE)
    if pack is None:
        with pytest.raises(NoPackFor):
            Policies().plan(insured)
    else:
        assert Policies().plan(insured).pack.id == pack


def test_a_sites_own_pack_of_a_prefecture_goes_before_the_shipped_one_of_the_province(tmp_path: Path) -> None:
    folder = tmp_path / "nanning-resident"
    (folder / "tables").mkdir(parents=True)
    for name, data in pack_files("guangxi-resident").items():
        mine = data.replace(b'"450000"', b'"450100"').replace(b'id = "guangxi-resident"', b'id = "nanning-resident"')
        (folder / name).write_bytes(mine)
    insured = Insured(area="450100", scheme=Scheme.RESIDENT, employment=Employment.ACTIVE)
    assert Policies(tmp_path).plan(insured).pack.id == "nanning-resident"
    assert Policies(tmp_path).plan(replace(insured, area="450200")).pack.id == "guangxi-resident"


def test_a_till_finds_the_packs_that_the_one_before_it_checked(world: World) -> None:
    for read_from_files in (True, False):
        with world.till() as till:
            assert bool(till.policies.named("beijing-employee").pack.cases) is read_from_files
