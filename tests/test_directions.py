"""Which way the rooms may look: the import contracts, and what a light start must not drag in."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SCREENS = {"textual", "rich"}
SERVICE = {"starlette", "uvicorn", "pydantic"}
COLUMNS = {"numpy", "pyarrow"}
PINYIN = {"pypinyin"}
HARDWARE = {"smartcard", "serial"}
NETWORK = {"http.client", "ssl", "socket"}
STORE = {"sqlite3", "sqlite_utils"}
HEAVY = SCREENS | SERVICE | COLUMNS | PINYIN | HARDWARE

# What importing a room must not import, directly or by way of anything else.
LIGHT = {
    "terminal.cli": HEAVY | STORE | {"cryptography", "keyring"},
    "terminal.cli.commands": HEAVY,
    "terminal.adjudication": HEAVY | NETWORK | STORE | {"cryptography", "keyring"},
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


@pytest.mark.parametrize("room", LIGHT)
def test_a_room_starts_without_what_it_does_not_need(room: str) -> None:
    program = f"import sys, {room}; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )
    assert room in loaded
    assert loaded & LIGHT[room] == set()
