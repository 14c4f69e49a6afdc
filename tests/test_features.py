"""``features.toml`` says for each feature the terminal takes part in what shows it; this keeps it complete and true."""

import ast
import tomllib
from pathlib import Path

import click
import pytest

from terminal.cli.commands import yibao

TESTS = Path(__file__).parent
FEATURES = tomllib.loads((TESTS / "features.toml").read_text(encoding="utf-8"))
LAST = 140
OTHERS = {11, 12, 61, 79, 127, 129}
"""Features that are the work of other systems."""


def names(file: Path) -> set[str]:
    """The tests of a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_feature_has_a_row_and_no_other() -> None:
    assert list(FEATURES) == [f"S{number}" for number in range(1, LAST + 1) if number not in OTHERS]


@pytest.mark.parametrize("number", FEATURES)
def test_a_row_names_what_shows_it_or_why_nothing_does_yet(number: str) -> None:
    row = FEATURES[number]
    assert row["fit"] in ("full", "part")
    assert row["what"]
    assert bool(row.get("shown")) is not bool(row.get("missing"))


@pytest.mark.parametrize("shown", sorted({each for row in FEATURES.values() for each in row.get("shown", ())}))
def test_what_shows_a_feature_exists(shown: str) -> None:
    if not shown.startswith("yibao "):
        file, _, name = shown.partition("::")
        assert name in names(TESTS / file)
        return
    command: click.Command = yibao
    for word in shown.split()[1:]:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
