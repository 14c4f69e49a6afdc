"""Time that passes whatever anybody does to the clock on the wall."""

import time
import uuid
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from offline_queue.ports import Moment

_THIS_RUN = uuid.uuid4().hex


@cache
def _boot() -> str:
    """The system's name for its current boot; empty where it has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def boot_clock() -> Moment:
    """Seconds since the machine's boot; where the system names no boot, since some start of this process."""
    if boot := _boot():
        return Moment(boot, time.clock_gettime(time.CLOCK_BOOTTIME))
    return Moment(_THIS_RUN, time.monotonic())


def elapsed(wall_then: datetime, then: Moment, wall_now: datetime, now: Moment) -> timedelta:
    """How long ago ``then`` was, at the least.

    Within one boot the steady clock alone decides. Across boots the wall clocks are compared, which somebody may have
    set back; what has passed since this boot is certain in any case.
    """
    if then.boot == now.boot:
        return timedelta(seconds=now.seconds - then.seconds)
    return max(wall_now - wall_then, timedelta(seconds=now.seconds))
