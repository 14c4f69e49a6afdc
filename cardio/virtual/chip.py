"""What sits in a virtual reader: anything that has an ATR, can be powered and answers commands."""

from collections.abc import Iterable
from typing import Protocol


class Torn(Exception):
    """Raised by a chip in the middle of a command: it was pulled out and never answers this one."""


class Chip(Protocol):
    @property
    def atr(self) -> bytes: ...
    def power(self) -> None:
        """Power on or reset: selection, PIN and authentication state are gone."""

    def process(self, command: bytes) -> bytes:
        """Answer one command as the application sent it: data and two status bytes. May raise Torn."""


class ScriptedChip:
    """Answers a fixed list of (command, answer) pairs, in order; anything out of order is an AssertionError.

    An empty command in the script stands for "whatever comes".
    """

    def __init__(self, script: Iterable[tuple[bytes, bytes]], atr: bytes = bytes.fromhex("3B00")) -> None:
        self.atr = atr
        self.script = list(script)
        self.step = 0

    def power(self) -> None:
        """A script has no state to lose."""

    def process(self, command: bytes) -> bytes:
        if self.step == len(self.script):
            raise AssertionError(f"after the end of the script came {command.hex().upper()}")
        wanted, answer = self.script[self.step]
        if wanted and wanted != command:
            raise AssertionError(f"step {self.step}: expected {wanted.hex().upper()}, came {command.hex().upper()}")
        self.step += 1
        return answer
