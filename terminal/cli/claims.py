"""Reading bills from a file or standard input, one document or one per line."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from terminal.documents import Claim, decode


def read(name: str) -> Claim:
    """The claim of a file. Raises BadDocument; a file that cannot be read is wrong use."""
    try:
        return decode(Path(name).read_bytes(), Claim, file=name)
    except OSError as error:
        raise click.ClickException(
            f"无法读取 {name}：{error.strerror}。 Cannot read {name}: {error.strerror}."
        ) from error


def stream() -> Iterator[tuple[str, bytes]]:
    """The lines of standard input, each with its place; empty lines are passed over."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            yield f"-:{number}", line
