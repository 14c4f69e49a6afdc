"""What it costs to start the command, against the interpreter alone."""

import subprocess
import sys

from tests.bench.timing import Work, compare

_COMMAND = "import sys; from terminal.cli import main; sys.exit(main())"


def _run(*arguments: str) -> Work:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """The short way out that scripts poll, and the whole tree of commands."""
    bare = {"bare Python": _run("-c", "pass")}
    compare("start: yibao --version", _run("-c", _COMMAND, "--version"), bare)
    compare("start: yibao --help", _run("-c", _COMMAND, "--help"), bare)
