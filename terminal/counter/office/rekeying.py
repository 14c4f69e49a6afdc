"""The key change: the keystore's key for this store is renewed, by two persons.

Nothing that is sealed changes; only who can open it. The keystore holds the new key alone afterwards.
"""

from collections.abc import Sequence

import msgspec

from offline_queue import custody
from terminal.counter.office.approvals import two_persons
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till


class Rekeyed(msgspec.Struct, frozen=True):
    """How many data keys are wrapped anew, and the event that says so."""

    keys: int
    seq: int


def renew_key(till: Till, by: Sequence[Session]) -> Rekeyed:
    """Two persons change the key. Copies made before open no more on this terminal: make one at once.

    Raises NotAllowed, SamePerson, KeysClosed, and the store's faults.
    """
    head = till.queue.anchor()
    two_persons(till, "rekey", {"seq": head.seq, "head": head.hash.hex()}, Right.KEYS, by)
    count = custody.renew_key(till.queue.book, " + ".join(session.number for session in by))
    return Rekeyed(count, till.queue.anchor().seq)
