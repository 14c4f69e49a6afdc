"""The lock file: everything the project declares, at the versions that are tested, with hashes and no addresses."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^#: (\w+)\n(.*?)(?=^#: |\Z)", LOCK, re.DOTALL | re.MULTILINE))
ENTRY = re.compile(
    r"^(?P<requirement>\S[^\\\n]*?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def entries(*sections: str) -> list[Requirement]:
    """The packages that a part of the lock installs, at exactly one version each."""
    text = "".join(SECTIONS[section] for section in sections or SECTIONS)
    return [Requirement(entry["requirement"]) for entry in ENTRY.finditer(text)]


EXTRAS = PROJECT["project"]["optional-dependencies"]
DECLARED = [
    *((wanted, ("terminal",)) for wanted in PROJECT["build-system"]["requires"] + PROJECT["project"]["dependencies"]),
    *((wanted, ("reader",)) for wanted in EXTRAS["pcsc"]),
    *((wanted, tuple(SECTIONS)) for extra in EXTRAS.values() for wanted in extra),
]


def test_every_line_is_a_name_a_version_or_a_hash() -> None:
    assert ENTRY.sub("", re.sub(r"^#: \w+\n", "", LOCK, flags=re.MULTILINE)) == ""
    assert list(SECTIONS) == ["terminal", "build", "reader", "development"]


@pytest.mark.parametrize(("wanted", "sections"), DECLARED, ids=str)
def test_what_the_project_declares_is_locked_where_run_looks_for_it(wanted: str, sections: tuple[str, ...]) -> None:
    requirement = Requirement(wanted)
    locked = [
        each for each in entries(*sections) if canonicalize_name(each.name) == canonicalize_name(requirement.name)
    ]
    assert locked
    assert all(str(next(iter(each.specifier)).version) in requirement.specifier for each in locked)


def test_what_is_tested_here_is_what_is_locked() -> None:
    wanted = {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each in entries()
        if each.marker is None or each.marker.evaluate()
    }
    installed = {name: metadata.version(name) for name in wanted}
    assert installed == wanted
