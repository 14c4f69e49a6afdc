"""Approvals: one person agreeing to exactly one digest, and how many different persons a thing needs."""

import hashlib
from collections.abc import Sequence
from typing import ClassVar

from offline_queue.ports import Item
from offline_queue.vocabulary import Decision
from terminal.counter.office.operators import Session
from terminal.counter.office.person_faults import SamePerson
from terminal.counter.office.register import Document, Write, read, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import Approval, Assurance, encode


class Approved(Document, frozen=True):
    """An approval in the register, with what it was about."""

    KIND: ClassVar[str] = "approval"
    subject: str
    approval: Approval


def digest(document: object) -> str:
    """What is approved: SHA-256 over the document as it is stored."""
    return hashlib.sha256(encode(document)).hexdigest()


def approve(
    till: Till,
    write: Write,
    subject: str,
    digest: str,
    right: Right,
    by: Session,
    least: Assurance = Assurance.PRESENTED,
) -> None:
    """One person's yes to a digest, under one right. Raises NotAllowed, AssuranceTooLow, SamePerson."""
    by.require(right, least)
    if any(earlier.operator == by.number for earlier in approvals(till, digest)):
        raise SamePerson(operator=by.number)
    given = Approval(digest, right, by.number, by.assurance, till.clock(), till.settings.terminal)
    write(Approved(subject, given), by.number)


def approvals(till: Till, digest: str) -> tuple[Approval, ...]:
    """Everybody's yes to this digest, in order."""
    return tuple(note.document.approval for note in read(till, Approved) if note.document.approval.digest == digest)


def two_persons(till: Till, subject: str, document: object, right: Right, by: Sequence[Session]) -> str:
    """Two different persons with this right approve a document; gives its digest.

    Raises NotAllowed, SamePerson, and ValueError for anything but two.
    """
    one, other = by
    if one.number == other.number:
        raise SamePerson(operator=one.number)
    for session in by:
        session.require(right)
    agreed = digest(document)
    with writing(till) as write:
        known = {earlier.operator for earlier in approvals(till, agreed)}
        for session in by:
            if session.number not in known:
                approve(till, write, subject, agreed, right, session)
    return agreed


def resolve(till: Till, bill: str, decision: Decision, by: Sequence[Session], reason: str) -> Item:
    """Two persons' decision about a bill that waits for one.

    Raises NotAllowed, SamePerson, ForbiddenStep, UnknownKey.
    """
    item = till.queue.item(bill)
    seq = max(event.seq for event in till.queue.events(item=item))
    document = {"bill": bill, "decision": decision, "reason": reason, "seq": seq}
    evidence = two_persons(till, bill, document, Right.RESOLVE, by).encode()
    numbers = tuple(session.number for session in by)
    return till.queue.resolve(bill, decision, by=numbers, reason=reason, evidence=evidence)
