"""The script ``run`` on machines where something is missing: it says what, in both languages, and can be run again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SET_UP_FAILED = 69
NO_INDEX = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_RETRIES": "0",
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What ``run`` reads, in a place with a blank and a Chinese name."""
    place = tmp_path / "医保 终端"
    place.mkdir()
    for name in ("run", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, place)
    return place


def run(clone: Path, *arguments: str, path: str = os.defpath, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs it as a service would: hardly an environment, no home folder, standard input closed."""
    command = ["sh", "-c", 'exec "$@" <&-', "sh", str(clone / "run"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": path, **environment})


@pytest.mark.parametrize("arguments", [("--help",), ()])
def test_help_costs_nothing_and_makes_nothing(clone: Path, arguments: tuple[str, ...]) -> None:
    answer = run(clone, *arguments)
    assert answer.returncode == 0
    assert "./run demo | test" in answer.stderr
    assert not (clone / ".venv").exists()


def test_an_unknown_word_is_wrong_use(clone: Path) -> None:
    answer = run(clone, "dmeo")
    assert answer.returncode == 2
    assert (answer.stdout, "用法" in answer.stderr) == ("", True)


def test_without_a_network_it_says_so_and_nothing_half_made_is_taken_for_done(clone: Path) -> None:
    half_made = clone / ".venv" / "bin" / "python"
    half_made.mkdir(parents=True)
    answer = run(clone, "yibao", "--version", path=f"{os.environ['PATH']}:{os.defpath}", **NO_INDEX)
    assert answer.returncode == SET_UP_FAILED
    assert "检查网络" in answer.stderr
    assert "check the network" in answer.stderr
    assert answer.stdout == ""
    assert half_made.is_file()
    assert not (clone / ".venv" / "ready").exists()


def test_without_python_and_a_package_manager_it_names_what_is_needed(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname", "cat", "cksum", "rm"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    answer = run(clone, "demo", path=str(tools))
    assert answer.returncode == SET_UP_FAILED
    assert "Python 3.11" in answer.stderr
