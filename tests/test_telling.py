"""A fault is told with this terminal's commands; the packages below know none of them."""

import re

import pytest

from offline_queue import faults
from offline_queue.faults import QueueFault
from offline_queue.hub import faults as hub
from terminal.telling import STEPS, told

QUEUE = {kind.code: kind for module in (faults, hub) for kind in vars(module).values() if hasattr(kind, "next_zh")}


@pytest.mark.parametrize("kind", QUEUE.values(), ids=QUEUE.keys())
def test_the_queue_speaks_no_word_of_the_terminal(kind: type[QueueFault]) -> None:
    said = " ".join((kind.zh, kind.en, kind.next_zh, kind.next_en))
    assert not re.search(r"yibao|收费|taking money|\[hub\]|offline\.policy|keystore =", said)


@pytest.mark.parametrize("code", STEPS)
def test_a_next_step_of_the_terminal_belongs_to_a_fault_and_takes_its_data(code: str) -> None:
    below = QUEUE[code]
    braces = set(re.findall(r"{(\w+)", below.zh + below.en + below.next_zh + below.next_en))
    said = told(below(**{name: f"<{name}>" for name in braces}))
    assert (said.next_zh, said.next_en) == STEPS[code], "no step names data so far"
    assert (said.zh, said.code) == (below.zh.format(**{name: f"<{name}>" for name in braces}), code)


def test_what_is_said_below_stays_where_the_terminal_has_no_other_word() -> None:
    said = told(faults.UnknownKey(key="B-1"))
    assert (said.en, said.next_en) == ("The queue has no item B-1.", "Check the number.")
