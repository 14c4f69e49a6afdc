"""Who the patient is and which insurance pays: from the centre, or without the line from the last snapshot."""

from dataclasses import dataclass
from datetime import timedelta

from terminal.centre import CentreAnswerBroken, CentreSilent, CentreUnreachable
from terminal.counter.faults import NotEntitled, PersonUnknownOffline, SnapshotTooOld
from terminal.counter.people import Snapshot
from terminal.counter.till import Till
from terminal.documents import Credential, Insurance, Person, Scheme

NO_LINE = (CentreUnreachable, CentreSilent, CentreAnswerBroken)
"""Faults of a question that mean: serve without the line. Asking has no effect, so nothing is in doubt."""

_ORDER = (Scheme.EMPLOYEE, Scheme.RESIDENT, Scheme.URBAN_RESIDENT, Scheme.RURAL_COOPERATIVE)


@dataclass(frozen=True)
class Identified:
    """A person, the insurance that pays, and how fresh the knowledge is."""

    snapshot: Snapshot
    chosen: int
    online: bool
    age: timedelta

    @property
    def person(self) -> Person:
        """The person."""
        return self.snapshot.person

    @property
    def insurance(self) -> Insurance:
        """The insurance that pays."""
        return self.person.insurances[self.chosen]


def identify(till: Till, credential: Credential, *, online: bool = True) -> Identified:
    """The person behind a credential. ``online=False`` does not even try the line.

    Raises CentreRefused, NotEntitled; without the line PersonUnknownOffline or SnapshotTooOld.
    """
    if online:
        seq = till.queue.anchor().seq
        try:
            snapshot = Snapshot(till.centre.identify(credential), seq)
        except NO_LINE as fault:
            till.line(isinstance(fault, CentreAnswerBroken))
        else:
            till.line(True)
            till.people.remember(snapshot, credential)
            return Identified(snapshot, choose(snapshot.person), True, timedelta(0))
    found = till.people.recall(credential)
    if found is None:
        raise PersonUnknownOffline()
    age = till.clock() - found.person.taken_at
    allowed = till.offline.snapshot_hours
    splits = till.offline.on_outage == "local_split"
    if splits and age > timedelta(hours=allowed):  # who pays all needs no figures, only a name
        raise SnapshotTooOld(hours=age // timedelta(hours=1), allowed=allowed)
    return Identified(found, choose(found.person), False, age)


def choose(person: Person) -> int:
    """The place of the insurance that pays: valid, not suspended, in the order of the schemes. Raises NotEntitled."""
    entitled = [
        (_ORDER.index(row.insured.scheme), place)
        for place, row in enumerate(person.insurances)
        if row.valid and not row.insured.suspended and row.insured.scheme in _ORDER
    ]
    if not entitled:
        reasons = sorted({row.insured.suspended for row in person.insurances if row.insured.suspended})
        raise NotEntitled(reason="、".join(reasons) or "没有有效的参保 no valid insurance")
    return min(entitled)[1]
