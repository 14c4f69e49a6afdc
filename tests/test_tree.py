"""What the checkout holds: the few names at its top, a page in every room, and nothing of anybody's machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    if name and (ROOT / name).exists()
]
TEXTS = [path for path in TRACKED if path != Path(__file__) and b"\0" not in path.read_bytes()]

TOP = {"terminal", "cardio", "offline_queue", "config", "tests", "run"} | {
    "pyproject.toml", "requirements.lock", "README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"
}  # fmt: skip

# Where money is reckoned nothing may be a float; elsewhere seconds and screen sizes may.
EXACT = ("terminal/money.py", "terminal/documents", "terminal/adjudication", "terminal/catalogue")
LIKENESS_OF_WORDS = "terminal/adjudication/mistakes.py"

# The national interface's own words, which only the centre's room speaks.
NATIONAL = re.compile(
    r"\b(?:hif\w+_pay|acct_pay|medfee_sumamt|mdtrt_\w+|psn_\w+|setl_\w+|fixmedins\w*|insutype|insu\w*_admdvs|med_list_codg)\b"
)
SPEAKS_NATIONAL = ("terminal/centre", "config/profiles", "tests")

FOREIGN = re.compile(
    r"(?P<registry>pypi\.org|pythonhosted|deb\.debian\.org|archive\.ubuntu|mirrors?\.\w+\.\w+)"
    r"|(?P<place>(?<![\w.])/(?:home|root|work|Users)/\w+)"
)


def rooms() -> list[Path]:
    """The four at the top, those inside the terminal, the simulator, the tests."""
    packages = {path.parent.relative_to(ROOT) for path in TRACKED if path.name == "__init__.py"}
    rooms = {
        room for room in packages if len(room.parts) == 1 or (room.parts[0] == "terminal" and len(room.parts) == 2)
    }
    return [ROOT / room for room in sorted({*rooms, Path("terminal/centre/simulator"), Path("tests")})]


def test_the_top_holds_only_the_agreed_names() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in TRACKED}
    assert {name for name in top if not name.startswith(".")} <= TOP


@pytest.mark.parametrize("name", sorted(TOP))
def test_the_top_is_complete(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_licence_is_the_one_declared() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in declared
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.relative_to(ROOT).as_posix())
def test_a_room_has_a_page_for_those_who_change_it(room: Path) -> None:
    assert (room / "README.md").read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize(
    "page", [p for p in TRACKED if p.suffix == ".md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in TEXTS
        for match in FOREIGN.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_national_names_stay_in_the_room_of_the_centre() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in TEXTS
        if path.suffix == ".py" and not path.relative_to(ROOT).as_posix().startswith(SPEAKS_NATIONAL)
        for match in NATIONAL.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        p
        for p in TRACKED
        if p.suffix == ".py" and p.relative_to(ROOT).as_posix().startswith(EXACT) and p != ROOT / LIKENESS_OF_WORDS
    ],
    ids=lambda source: str(source.relative_to(ROOT)),
)
def test_money_never_meets_a_float(source: Path) -> None:
    floats = [
        f"line {node.lineno}"
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert floats == []
