"""The clock as a port: rules never ask the machine what time it is."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""Policy days, message times and stored instants are Beijing time (+08:00)."""

Clock = Callable[[], datetime]
"""Returns an aware datetime in Beijing time."""


def now() -> datetime:
    """The system's clock, in Beijing time."""
    return datetime.now(BEIJING)
