"""The simulator judges the client, so it shares nothing with it but the packs' data."""

import ast
import sys
from pathlib import Path

import terminal.centre.simulator

ALLOWED = (
    "terminal.centre.simulator",
    "terminal.clock",
    "terminal.faults",
    "config.policies",
    "cryptography",
    "msgspec",
)


def test_it_imports_only_itself_the_clock_the_shape_of_errors_and_the_packs():
    files = sorted(Path(terminal.centre.simulator.__path__[0]).rglob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules = [name.name for name in names]
                case ast.ImportFrom(module=module, level=level):
                    assert level == 0
                    modules = [module]
                case _:
                    continue
            for module in modules:
                own = module.startswith(ALLOWED) or module.partition(".")[0] in sys.stdlib_module_names
                assert own, f"{file.name} imports {module}"
