"""What README.md shows is what the command does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click

from terminal.cli.commands import COMMANDS, yibao
from terminal.faults import Exit

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table(first: str) -> list[list[str]]:
    """The rows of the table whose head begins so, as cells."""
    rows = README[README.index(f"| {first} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_every_command_stands_in_the_table_and_nothing_else() -> None:
    told = [word.split()[0] for row in table("command") for word in re.findall(r"`([^`-][^`]*)`", row[0])]
    assert sorted(set(told)) == sorted(COMMANDS)


def test_the_words_after_run_are_those_it_knows() -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    known = {word for words in re.findall(r"^([a-z |]+)\)", script, re.MULTILINE) for word in words.split(" | ")}
    assert {row[0].strip("`").split()[0] for row in table("`./run` with")} == known


def test_the_exit_codes_are_those_of_the_command() -> None:
    assert [int(row[0]) for row in table("exit code")] == [*map(int, Exit), 69]


def test_the_picture_of_a_split_is_what_the_command_prints() -> None:
    shown = re.search(r"^    \$ \./run yibao (.*)\n((?:    .+\n)+)", README, re.MULTILINE)
    assert shown
    command = [sys.executable, "-m", "terminal.cli", *shown[1].split()]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.removeprefix("    ").rstrip() for line in shown[2].splitlines()] == printed.rstrip().splitlines()


def test_every_command_that_is_told_exists() -> None:
    for words in re.findall(r"`\./run yibao ([a-z]+(?: [a-z]+)?)", README):
        command, *rest = words.split()
        found = yibao.get_command(click.Context(yibao), command)
        assert found, words
        if rest and isinstance(found, click.Group):
            assert rest[0] in found.commands, words


def test_a_site_is_set_up_as_told(tmp_path: Path) -> None:
    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "terminal.cli", *words],
            env={**os.environ, "YIBAO_HOME": str(tmp_path), **environment},
            input="synthetic-password-1\n",
            capture_output=True,
            text=True,
        )

    settings = tmp_path / "settings.toml"
    assert run("config", "new").returncode == 0
    no_secret_service = run("operator", "list", PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    assert no_secret_service.returncode == Exit.STORE
    assert 'keystore = "file"' in no_secret_service.stderr and "secret service" in no_secret_service.stderr
    settings.write_text(settings.read_text("utf-8").replace('keystore = "system"', 'keystore = "file"'), "utf-8")
    added = run("operator", "add", "0001", "张三", "--role", "manager")
    assert (added.returncode, added.stderr.count("Traceback")) == (0, 0), added.stderr
    assert run("client", "add", "his", "--operator", "0001").returncode == 0
