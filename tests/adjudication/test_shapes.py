"""The guide lists every shape of rule; each has at least one test of its own."""

import ast
import re
from pathlib import Path

import pytest

import config.policies

GUIDE = Path(config.policies.__file__).with_name("README.md").read_text(encoding="utf-8")
SHAPES = re.findall(r"^\| ([A-J]\d+) \|", GUIDE, re.MULTILINE)
LAST = {"A": 8, "B": 11, "C": 11, "D": 6, "E": 10, "F": 2, "G": 7, "H": 6, "I": 1, "J": 3}


def shown() -> set[str]:
    """The shapes that names of tests and ids of their cases begin with, in the files of shapes."""
    found = set()
    for file in Path(__file__).parent.glob("test_shapes_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found |= {code.upper() for code in re.findall(r"(?<=_)[a-j]\d+(?=_)", node.name)}
            if isinstance(node, ast.keyword) and node.arg == "id" and isinstance(node.value, ast.Constant):
                found |= set(re.findall(r"^[A-J]\d+(?= )", str(node.value.value)))
    return found


def test_the_guide_lists_every_shape_once_in_order() -> None:
    assert [f"{letter}{number}" for letter, last in LAST.items() for number in range(1, last + 1)] == SHAPES


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_a_test(shape: str) -> None:
    assert shape in shown()
