"""The policy packs at arm's length: a long-lived process that reads one claim a line and answers one settlement a line.

The centre judges the terminal's sums, so it may not import the code that makes them; it asks the command
``yibao adjudicate - --json`` over a pipe instead. A file of hand-worked answers guards what both sides then share.
"""

import select
import subprocess
import sys
import threading
from collections.abc import Sequence

from terminal.centre.simulator import wire
from terminal.centre.simulator.wire import Node, Refusal

COMMAND = (sys.executable, "-m", "terminal.cli", "adjudicate", "-", "--json")


PATIENCE = 30.0
"""Seconds after which an adjudicator that says nothing is ended."""


class Adjudicator:
    """One process, started at once, started again when it has died."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def settle(self, claim: Node) -> Node:
        """The split of a claim. Raises Refusal with the adjudicator's own sentence when there is none."""
        line = wire.encode(claim) + b"\n"
        with self._lock:
            if self._process.poll() is not None:
                self._process = self._start()
            answer = self._ask(line)
        if not answer:
            raise Refusal("FSI-结算规则进程没有应答，请稍后重试")
        found: Node = wire.decode(answer)
        if fault := found.get("fault"):
            raise Refusal(f"FSI-{wire.text(fault, 'zh') or wire.text(fault, 'code')}")
        return found

    def _ask(self, line: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101
        try:
            stdin.write(line)
            stdin.flush()
        except BrokenPipeError:
            return b""
        if not select.select([stdout], [], [], PATIENCE)[0]:
            self._process.kill()
            return b""
        return stdout.readline()

    def close(self) -> None:
        """End the process: its input ends, so it does; killed only when it does not."""
        with self._lock:
            if self._process.stdin is not None:
                self._process.stdin.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
