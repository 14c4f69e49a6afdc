"""A terminal's number set free at the site's hub, by two persons.

Whoever says that a data folder is gone decides about the money in it: what it still holds reaches the hub no more.
"""

from collections.abc import Sequence

from offline_queue.hub import slots
from terminal.counter.office.approvals import two_persons
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till


def release(till: Till, terminal: str, by: Sequence[Session]) -> None:
    """Whoever comes next under this number has it. Raises NotAllowed and SamePerson."""
    head = till.queue.anchor()
    two_persons(till, "release", {"terminal": terminal, "seq": head.seq, "head": head.hash.hex()}, Right.RESOLVE, by)
    slots.release(till.queue, terminal, by=tuple(session.number for session in by))
