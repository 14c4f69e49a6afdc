"""A pack that was checked once is kept as bytes: the same plan, and no plan at all when anything is not as it was."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from config.places import kept_packs
from config.policies import pack_files, pack_ids
from terminal.adjudication import CannotSplit, compile_plan, load_plan, split
from terminal.adjudication.golden import question
from terminal.adjudication.kept import keep, kept_pack
from terminal.cli.adjudicate import adjudicate as adjudicate_command
from terminal.counter.policies import Policies
from terminal.documents import encode
from tests.adjudication.packs import small_files

PACK = "beijing-employee"
FILES = pack_files(PACK)
KEPT = keep(load_plan(FILES).pack)


@pytest.mark.parametrize("pack", pack_ids())
def test_a_kept_pack_splits_and_explains_every_golden_case_as_its_files_do(pack):
    files = pack_files(pack)
    plan = load_plan(files)
    found = kept_pack(keep(plan.pack), files)
    assert found == replace(plan.pack, cases=())
    kept = compile_plan(found)
    assert (kept.values.bounds, kept.dimensions) == (plan.values.bounds, plan.dimensions)
    for case in plan.pack.cases:
        assert told(kept, case) == told(plan, case), case.id


def told(plan, case):
    claim, insured, openings, purses = question(plan, case)
    try:
        return encode(split(plan, claim, insured, openings, explain=3, known=case.known, purses=purses).settlement)
    except CannotSplit as fault:
        return encode(fault.findings)


def test_no_bit_of_it_may_be_another_and_none_may_be_missing():
    assert kept_pack(KEPT, FILES) is not None
    for place in range(len(KEPT)):
        torn, changed = KEPT[:place], bytearray(KEPT)
        changed[place] ^= 1 << place % 8
        assert kept_pack(torn, FILES) is None, f"torn at {place}"
        assert kept_pack(bytes(changed), FILES) is None, f"changed at {place}"
    assert kept_pack(KEPT + b"\0", FILES) is None


@pytest.mark.parametrize("name", sorted(FILES))
def test_it_is_of_no_other_files(name):
    assert kept_pack(KEPT, FILES | {name: FILES[name] + b"\n"}) is None
    assert kept_pack(KEPT, {other: data for other, data in FILES.items() if other != name}) is None
    assert kept_pack(KEPT, {f"{other}x" if other == name else other: data for other, data in FILES.items()}) is None


OTHER_PROGRAMS = {
    "the same": ("", True),
    "a later version": ("import terminal; terminal.VERSION += '.1'", False),
    "a key that may be left out": ("from terminal.adjudication.pack import *; Layer.__annotations__['x'] = int", False),
    "a word more": ("from enum import StrEnum\nfrom terminal.adjudication.values import Row, Unit\n"
                    "Row.__annotations__['unit'] = StrEnum('Unit', [*Unit.__members__, 'DAYS'])", False),
}  # fmt: skip


@pytest.mark.parametrize(("before", "usable"), OTHER_PROGRAMS.values(), ids=OTHER_PROGRAMS)
def test_it_is_of_no_other_program(before, usable, tmp_path):
    (tmp_path / "kept").write_bytes(KEPT)
    script = f"""{before}
import sys
from pathlib import Path
from config.policies import pack_files
from terminal.adjudication.kept import kept_pack
sys.exit(kept_pack(Path({str(tmp_path / "kept")!r}).read_bytes(), pack_files({PACK!r})) is None)
"""
    assert (subprocess.run([sys.executable, "-c", script], check=False).returncode == 0) is usable


def test_a_terminal_reads_its_packs_once_and_keeps_them(tmp_path):
    kept = tmp_path / "kept"
    assert Policies(kept=kept).named(PACK).pack.cases, "read from its files"
    assert not Policies(kept=kept).named(PACK).pack.cases, "as it was kept"


def test_the_command_keeps_them_in_its_data_folder_and_answers_the_same(tmp_path):
    bill = tmp_path / "bill.json"
    plan = load_plan(FILES)
    asked = question(plan, plan.pack.cases[0])
    bill.write_bytes(encode(replace(asked.claim, insured=asked.insured)))
    words = [str(bill), "--pack", PACK, "--explain", "3", "--json", "--home", str(tmp_path)]
    first, second = (CliRunner().invoke(adjudicate_command, words).output for _ in range(2))
    assert '"steps":[{' in first
    assert first == second
    assert (kept_packs(tmp_path) / f"{PACK}.pack").read_bytes() == KEPT


@pytest.mark.parametrize("damage", [b"", KEPT[:4000], b"\0" * len(KEPT)], ids=["empty", "torn", "zeros"])
def test_a_damaged_one_is_made_again_and_nobody_notices(damage, tmp_path):
    place = tmp_path / f"{PACK}.pack"
    place.write_bytes(damage)
    assert Policies(kept=tmp_path).named(PACK).pack.cases, "read from its files"
    assert place.read_bytes() == KEPT


def test_a_pack_that_is_edited_is_read_again(tmp_path):
    own, kept = tmp_path / "policies" / "small", tmp_path / "kept"
    own.mkdir(parents=True)
    for rate in ("50%", "60%"):
        for name, data in small_files('{ kind = "ratio", rate = "r" },', {"r": rate}).items():
            (own / name).write_bytes(data)
        for _ in range(2):
            plan = Policies(tmp_path / "policies", kept=kept).named("small")
            assert [str(row.rate * 100) for row in plan.pack.rows] == [rate[:2]]


def a_file(folder: Path) -> Path:
    (folder / "file").write_bytes(b"")
    return folder / "file"


NOWHERE = {
    "no data folder": lambda folder: folder / "none" / "kept",
    "a file in its place": a_file,
    "no right to write": lambda _: Path("/proc/kept"),
}


@pytest.mark.parametrize("place", NOWHERE.values(), ids=NOWHERE)
def test_a_terminal_that_can_keep_nothing_reads_the_files_each_time(place, tmp_path):
    kept = place(tmp_path)
    for _ in range(2):
        assert Policies(kept=kept).named(PACK).pack.cases
    assert not kept.is_dir()


def test_a_pack_with_a_number_that_cannot_be_kept_is_read_from_its_files_each_time(tmp_path):
    own, kept = tmp_path / "policies" / "small", tmp_path / "kept"
    own.mkdir(parents=True)
    for name, data in small_files(header=f"observation_days = {2**70}").items():
        (own / name).write_bytes(data)
    for _ in range(2):
        assert Policies(tmp_path / "policies", kept=kept).named("small").pack.header.observation_days == 2**70


def test_many_at_once_leave_one_whole_file(tmp_path):
    threads = [Thread(target=Policies(kept=tmp_path).named, args=(PACK,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {f"{PACK}.pack": KEPT}
