"""The guide for authors: its walk runs as printed, and it names every word a pack may write."""

import re
import shlex
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner

import config.policies
from config.policies import files_in
from terminal.adjudication import load_plan
from terminal.adjudication.bill import BASES
from terminal.adjudication.dimensions import WORDS
from terminal.adjudication.mistakes import vocabulary
from terminal.adjudication.tools.slips import COLUMNS
from terminal.cli.policy import policy

GUIDE = Path(config.policies.__file__).with_name("README.md").read_text()
SNIPPETS = re.findall(r"^```(\w+)(?: (\S+)( \+)?)?\n(.*?)^```$", GUIDE, re.M | re.S)


def yibao(line, home):
    words = shlex.split(line)
    assert words[:2] == ["yibao", "policy"]
    arguments = [*words[2:], *(["--home", str(home)] if words[2] != "examples" else [])]
    return CliRunner().invoke(policy, arguments, standalone_mode=False)


def test_the_walk_leads_from_a_printed_page_to_a_passing_pack(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "packs" / "example-resident"
    checked = None
    for language, file, more, text in SNIPPETS:
        if language == "sh":
            before = (folder / "cases.toml").read_text() if folder.exists() else ""
            checked = yibao(text.strip(), tmp_path)
            assert checked.exception is None
            assert checked.return_value == 0, checked.output
        elif file:
            place = folder / file
            place.parent.mkdir(exist_ok=True)
            if file == "cases.toml" and more:
                proposed = place.read_text().removeprefix(before)
                assert blanked(text) == blanked(proposed)
                assert [line for line in text.splitlines() if line[:1] == "#" and line not in proposed] == []
            else:
                before = place.read_text() if more else ""
            place.write_text(before + text)
    assert "example-resident: OK" in checked.output
    plan = load_plan(files_in(folder))
    assert len(plan.pack.cases) == 4


def blanked(text):
    """Cases without what a person puts into them."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [re.sub(r'= "[^"]*"', '= ""', line) if line[:4] in ("expe", "conf") else line for line in lines]


def test_the_start_of_the_walk_already_passes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (start, *_, check) = [text.strip() for language, _, _, text in SNIPPETS if language == "sh"]
    assert yibao(start, tmp_path).return_value == 0
    assert yibao(check, tmp_path).return_value == 0
    again = yibao(start, tmp_path)
    assert "exists" in str(again.exception)


@pytest.mark.parametrize("word", [*vocabulary(), *BASES, *COLUMNS, *dict.fromkeys(chain(*WORDS.values()))])
def test_the_guide_names_every_word_a_pack_may_write(word):
    assert re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", GUIDE)
