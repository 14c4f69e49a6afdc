"""Commands that look things up: messages of the interface, the catalogue, what happened since."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import AMOXICILLIN, World, bill

SAMPLES = Path(__file__).parent.parent / "centre" / "samples"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize(
    ("sample", "code", "infno"),
    [("2207_response_01", 0, "2207"), ("1101_request_02", 1, "1101"), ("2601_request_01", 0, "2601")],
)
def test_any_message_is_read_and_what_is_wrong_is_said(world: World, sample: str, code: int, infno: str) -> None:
    words = ["centre", "check", str(SAMPLES / f"{sample}.json"), "--json"]
    if "response" in sample:
        words += ["--infno", infno]
    found, documents, _ = world.run(*words)
    (document,) = documents
    assert (found, document["infno"]) == (code, infno)
    assert any(finding["severity"] == "wrong" for finding in document["findings"]) is bool(code)
    assert document["content"]


def test_events_after_a_sequence_number_tell_late_results(world: World) -> None:
    world.run("settle", "-", "--json", feed=[bill("E-1", "zhang", (AMOXICILLIN, 1))])
    first = world.run("events", "--after", "0")[1]
    assert [row["bill"] for row in first] == ["E-1"] * len(first) and first[-1]["state"] == "settled"
    assert world.run("events", "--after", str(first[-1]["seq"]))[1] == []


def test_a_downloaded_list_is_imported_and_found_by_code_and_name(world: World) -> None:
    file = world.home / "list.txt"
    rows = ["XA01\t阿莫西林胶囊\t2020-01-01\t01\tamxljn", "XB01\t布洛芬片\t2020-01-01\t02\tblfp"]
    file.write_text("\n".join(rows), encoding="utf-8")
    columns = "code=0,name=1,begin=2,item_class=3,initials=4"
    words = ("catalogue", "import", str(file), "--columns", columns, "--area", "110100", "--json")
    assert world.run(*words)[:2] == (0, [{"imported": 2}])
    for text in ("amx", "西林", "XA01"):
        code, documents, _ = world.run("catalogue", "search", text, "--json")
        assert (code, [item["name"] for item in documents[0]]) == (0, ["阿莫西林胶囊"])
    assert world.run("catalogue", "search", "没有", "--json")[0] == 1
    file.write_text("XA01\n", encoding="utf-8")
    code, _, err = world.run(*words)
    assert code == 2 and "Traceback" not in err
    assert json.dumps(world.run("catalogue", "search", "XB01", "--json")[1], ensure_ascii=False).count("布洛芬") == 1
