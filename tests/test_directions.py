"""Which way the rooms may look: the import contracts, and what a light start must not drag in."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]

SCREENS = {"textual", "rich"}
SERVICE = {"starlette", "uvicorn", "pydantic"}
COLUMNS = {"numpy", "pyarrow"}
PINYIN = {"pypinyin"}
HARDWARE = {"smartcard", "serial"}
NETWORK = {"http.client", "ssl", "socket"}
STORE = {"sqlite3", "sqlite_utils"}
READING = {"tomllib", "csv", "difflib", "hashlib", "terminal.adjudication.reading", "terminal.adjudication.tools"}
"""What reads and checks a pack's files: a till whose pack is kept splits without it."""
HEAVY = SCREENS | SERVICE | COLUMNS | PINYIN | HARDWARE

# What importing a room must not import, directly or by way of anything else.
LIGHT = {
    "terminal.cli": HEAVY | STORE | {"cryptography", "keyring"},
    "terminal.cli.commands": HEAVY,
    "terminal.adjudication": HEAVY | NETWORK | STORE | READING | {"cryptography", "keyring"},
    "terminal.documents": HEAVY | NETWORK | STORE,
    "terminal.counter": HEAVY,
    "terminal.centre": HEAVY,
    "cardio": HEAVY | NETWORK | STORE,
    "offline_queue": HEAVY - {"numpy"},  # sqlite_utils looks for it; a till has it only with the extra `batch`
    "config": HEAVY | NETWORK,
}


def test_the_import_contracts_hold() -> None:
    contracts = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert contracts.returncode == 0, contracts.stdout


def test_the_simulator_takes_from_the_terminal_only_its_clock_and_the_shape_of_its_errors() -> None:
    simulator = "terminal.centre.simulator"
    graph = grimp.build_graph("terminal", cache_dir=None)
    rooms = graph.find_descendants(simulator) | {simulator}
    taken = {each for room in rooms for each in graph.find_modules_directly_imported_by(room)} - rooms
    assert taken == {"terminal.clock", "terminal.faults"}


@pytest.mark.parametrize("room", LIGHT)
def test_a_room_starts_without_what_it_does_not_need(room: str) -> None:
    program = f"import sys, {room}; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )
    assert room in loaded
    assert loaded & LIGHT[room] == set()
