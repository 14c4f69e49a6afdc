"""Waiting for a device that does not answer."""

import time
from collections.abc import Callable


def eventually(seen: Callable[[], bool]) -> bool:
    """Whether ``seen`` became true within five seconds."""
    deadline = time.monotonic() + 5
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.005)
    return seen()
