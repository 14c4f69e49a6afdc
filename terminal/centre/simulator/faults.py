"""What goes wrong on the line, on purpose: which message, what, how often.

A plan is JSON, from a file or posted while the centre runs::

    {"seed": 7, "rules": [
      {"fault": "drop", "infno": "2207"},                                   once: done, but no answer
      {"fault": "drop", "infno": "2207", "done": false, "count": 3},        three times: not done, no answer
      {"fault": "late", "infno": "2207", "seconds": [0, 5], "rate": 0.1},   one in ten, at random, for ever
      {"fault": "down", "infno": "2204", "seconds": 2}]}                    the line breaks for two seconds
"""

import random
import threading
from enum import StrEnum
from pathlib import Path

import msgspec

from terminal.faults import Exit, Fault


class FaultKind(StrEnum):
    """What can go wrong with one message; unless the rule says ``done: false`` the transaction is carried out first."""

    DELAY = "delay"
    """The answer comes ``seconds`` later."""
    DROP = "drop"
    """The connection closes without an answer."""
    HALF = "half"
    """The answer stops in the middle."""
    HTML = "html"
    """The answer is a page, not JSON."""
    BAD_GATEWAY = "bad_gateway"
    """HTTP 502."""
    NO_OUTPUT = "no_output"
    """infcode 0 with an err_msg and no output."""
    WRONG_ADDRESS = "wrong_address"
    """The gateway's error object; never carried out."""
    NUMBERS_AS_TEXT = "numbers_as_text"
    """All numbers of the answer as text."""
    ONE_OBJECT = "one_object"
    """Lists of one row come as that object."""
    MISBOOK = "misbook"
    """The centre books one fen more for the funds than it answers: a difference that only a person can settle."""
    DUPLICATE = "duplicate"
    """The request is delivered twice; the first answer is sent."""
    SKEW = "skew"
    """The centre's clock is ``seconds`` off for this answer."""
    LATE = "late"
    """No answer, and the transaction takes effect ``seconds`` later, whatever happened in between."""
    DOWN = "down"
    """The line breaks before the transaction and refuses connections for ``seconds``."""


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """One kind of trouble. ``infno`` "*" is every transaction; ``count`` None with ``rate`` means for ever."""

    fault: FaultKind
    infno: str = "*"
    count: int | None = None
    after: int = 0
    """How many matching messages pass first."""
    rate: float | None = None
    seconds: float | tuple[float, float] = 0
    """A length, or the bounds between which one is drawn."""
    done: bool = True
    needs_person: bool = False
    """A mark for whoever compares: this case is expected to be handed to a person."""


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """All rules; the first that matches strikes."""

    rules: list[Rule] = []
    seed: int = 0


class Stroke(msgspec.Struct, frozen=True):
    """One fault that struck one message."""

    fault: FaultKind
    infno: str
    msgid: str
    seconds: float
    done: bool
    needs_person: bool


class BadFaultPlan(Fault):
    """A fault plan that cannot be followed."""

    code = "bad_fault_plan"
    exit = Exit.INPUT
    zh = "故障计划 {file} 不正确：{reason}。"
    en = "The fault plan {file} is not right: {reason}."
    next_zh = "请改正后重新提交；原计划不变。"
    next_en = "Correct it and submit again; the old plan stays."


class Trouble:
    """Decides which message is struck. Draws come from the plan's seed, so a sequence of messages replays."""

    def __init__(self, horizon: float) -> None:
        self._horizon = horizon
        self._lock = threading.Lock()
        self.strokes: list[Stroke] = []
        self.load(b"{}", "-")

    def load(self, data: bytes, file: str) -> None:
        """Replace the plan. Raises BadFaultPlan."""
        try:
            plan = msgspec.json.decode(data, type=Plan)
        except msgspec.DecodeError as error:
            raise BadFaultPlan(file=file, reason=str(error)) from error
        for rule in plan.rules:
            if rule.fault is FaultKind.LATE and max(_bounds(rule)) >= self._horizon:
                raise BadFaultPlan(file=file, reason=f"late must stay below the horizon of {self._horizon:g} s")
            if rule.rate is None and rule.count is None:
                rule.count = 1
        with self._lock:
            self._plan = plan
            self._random = random.Random(plan.seed)

    def load_file(self, file: Path) -> None:
        """Replace the plan by a file's. Raises BadFaultPlan."""
        try:
            data = file.read_bytes()
        except OSError as error:
            raise BadFaultPlan(file=str(file), reason=error.strerror or "unreadable") from error
        self.load(data, str(file))

    def strike(self, infno: str, msgid: str) -> Stroke | None:
        """What happens to this message."""
        with self._lock:
            for rule in self._plan.rules:
                if rule.infno not in ("*", infno) or rule.count == 0:
                    continue
                if rule.after > 0:
                    rule.after -= 1
                    continue
                if rule.rate is not None and self._random.random() >= rule.rate:
                    continue
                if rule.count is not None:
                    rule.count -= 1
                seconds = self._random.uniform(*_bounds(rule))
                stroke = Stroke(rule.fault, infno, msgid, seconds, rule.done, rule.needs_person)
                self.strokes.append(stroke)
                return stroke
        return None

    def summary(self) -> dict[str, object]:
        """The rules left and what has struck so far."""
        with self._lock:
            return {"seed": self._plan.seed, "rules": list(self._plan.rules), "strokes": list(self.strokes)}


def _bounds(rule: Rule) -> tuple[float, float]:
    return rule.seconds if isinstance(rule.seconds, tuple) else (rule.seconds, rule.seconds)
