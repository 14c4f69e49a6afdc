"""Filings: what a patient has on file with the centre, and the forms this counter collects for the office.

The centre answers for chronic and special diseases (5301). Forms, theirs and those of care elsewhere, are collected
with their papers, decided by the institution's insurance office, and count here at once; ``listed`` when the centre has
them too.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

import msgspec

from terminal.centre import CentreAnswerBroken
from terminal.counter.identify import NO_LINE, Identified
from terminal.counter.office.filing_faults import (
    AlreadyFiled,
    FilingPapersMissing,
    FilingReasonMissing,
    FilingStep,
    UnknownFiling,
)
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, read, writing
from terminal.counter.office.roles import Right
from terminal.counter.slip import masked
from terminal.counter.till import Till
from terminal.documents import Mark


class FilingKind(StrEnum):
    """What is filed."""

    CHRONIC = "chronic"
    REFERRAL = "referral"
    LIVING_ELSEWHERE = "living_elsewhere"
    WORKING_ELSEWHERE = "working_elsewhere"
    EMERGENCY_ELSEWHERE = "emergency_elsewhere"


class FilingState(StrEnum):
    """Where a form stands; ``listed`` means that the centre has it."""

    COLLECTED = "collected"
    APPROVED = "approved"
    LISTED = "listed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class FilingPaper(StrEnum):
    """What the patient hands in."""

    FORM = "form"
    ID_DOCUMENT = "id_document"
    DIAGNOSIS = "diagnosis"
    REFERRAL_LETTER = "referral_letter"
    RESIDENCE = "residence"
    WORK = "work"
    EMERGENCY_RECORD = "emergency_record"


_ALWAYS = (FilingPaper.FORM, FilingPaper.ID_DOCUMENT)
FILING_PAPERS: Mapping[FilingKind, tuple[FilingPaper, ...]] = MappingProxyType(
    {
        FilingKind.CHRONIC: (*_ALWAYS, FilingPaper.DIAGNOSIS),
        FilingKind.REFERRAL: (*_ALWAYS, FilingPaper.REFERRAL_LETTER),
        FilingKind.LIVING_ELSEWHERE: (*_ALWAYS, FilingPaper.RESIDENCE),
        FilingKind.WORKING_ELSEWHERE: (*_ALWAYS, FilingPaper.WORK),
        FilingKind.EMERGENCY_ELSEWHERE: (*_ALWAYS, FilingPaper.EMERGENCY_RECORD),
    }
)
"""What each kind needs."""

_STEPS: Mapping[tuple[FilingState, FilingState], Right] = MappingProxyType(
    {
        (FilingState.COLLECTED, FilingState.APPROVED): Right.FILINGS,
        (FilingState.COLLECTED, FilingState.REJECTED): Right.FILINGS,
        (FilingState.COLLECTED, FilingState.WITHDRAWN): Right.SETTLE,
    }
)
"""The only ways through the states, and whose step each is; ``listed`` is the centre's."""

FOR_A_REASON = (FilingState.REJECTED, FilingState.WITHDRAWN)
"""Ends that say why."""
_COUNTS = (FilingState.APPROVED, FilingState.LISTED)
_LIVE = (FilingState.COLLECTED, *_COUNTS)


class Filed(Document, frozen=True):
    """A form as it was collected. ``code`` is a disease's, or the six digits of an area; ``about`` its name."""

    KIND: ClassVar[str] = "filing"
    number: str
    person: str
    """The centre's person number."""
    name: str
    """Masked."""
    kind: FilingKind
    code: str
    about: str
    begin: date
    end: date | None
    papers: tuple[FilingPaper, ...]


class FilingMoved(Document, frozen=True):
    """A step of a form."""

    KIND: ClassVar[str] = "filing.step"
    filing: str
    to: FilingState
    reason: str = ""


class Filing(msgspec.Struct, frozen=True):
    """A form as it stands."""

    filed: Filed
    state: FilingState
    by: str
    """Who took the last step."""
    reason: str = ""


def filings(till: Till, person: str = "") -> dict[str, Filing]:
    """The forms collected here, oldest first; of one person, if given."""
    found: dict[str, Filing] = {}
    for note in read(till, Filed, FilingMoved):
        match note.document:
            case Filed() as filed if person in ("", filed.person):
                found[filed.number] = Filing(filed, FilingState.COLLECTED, note.actor)
            case FilingMoved(number, to, reason) if number in found:
                found[number] = msgspec.structs.replace(found[number], state=to, by=note.actor, reason=reason)
    return found


def live(till: Till, number: str) -> bool:
    """Whether a form still counts or waits for the office's word."""
    filing = filings(till).get(number)
    today = till.clock().date()
    return filing is not None and filing.state in _LIVE and (filing.filed.end is None or filing.filed.end >= today)


def collect(
    till: Till,
    who: Identified,
    kind: FilingKind,
    code: str,
    about: str,
    papers: Collection[FilingPaper],
    by: Session,
    *,
    begin: date | None = None,
    end: date | None = None,
) -> Filing:
    """Takes a form with its papers; it begins today unless said otherwise.

    Raises FilingPapersMissing, AlreadyFiled for the same thing still on file here, NotAllowed.
    """
    by.require(Right.SETTLE)
    if missing := [paper for paper in FILING_PAPERS[kind] if paper not in papers]:
        raise FilingPapersMissing(papers="、".join(missing))
    with writing(till) as pen:
        known = filings(till)
        for number, each in known.items():
            same = (each.filed.person, each.filed.kind, each.filed.code) == (who.person.number, kind, code)
            if same and each.state in _LIVE:
                raise AlreadyFiled(filing=number)
        filed = Filed(
            number=f"F{till.settings.terminal}{len(known) + 1:05d}",
            person=who.person.number,
            name=masked(who.person.name),
            kind=kind,
            code=code,
            about=about,
            begin=begin or till.clock().date(),
            end=end,
            papers=tuple(sorted(set(papers))),
        )
        pen(filed, by.number)
    return Filing(filed, FilingState.COLLECTED, by.number)


def move(till: Till, number: str, to: FilingState, by: Session, reason: str = "") -> Filing:
    """Approves or rejects (the office), or withdraws (the counter); the last two for a reason.

    Raises UnknownFiling, FilingStep, NotAllowed, FilingReasonMissing.
    """
    with writing(till) as pen:
        known = filings(till).get(number)
        if known is None:
            raise UnknownFiling(filing=number)
        if (right := _STEPS.get((known.state, to))) is None:
            raise FilingStep(filing=number, state=known.state, to=to)
        by.require(right)
        if to in FOR_A_REASON and not reason.strip():
            raise FilingReasonMissing(filing=number)
        pen(FilingMoved(number, to, reason), by.number)
    return Filing(known.filed, to, by.number, reason)


def at_centre(till: Till, who: Identified) -> tuple[Mark, ...]:
    """What the centre has of a person; forms it lists are noted as ``listed``. Raises the faults of a question."""
    marks = till.centre.filings(who.person, who.insurance)
    codes = {mark.kind for mark in marks}
    with writing(till) as pen:
        for number, each in filings(till, who.person.number).items():
            if each.state is FilingState.APPROVED and each.filed.code in codes:
                pen(FilingMoved(number, FilingState.LISTED), "centre")
    return marks


def diseases(till: Till, who: Identified) -> tuple[Mark, ...]:
    """The chronic diseases a visit of today may be for: the centre's, and those approved here.

    Without the line those approved here alone. Raises CentreRefused.
    """
    today = till.clock().date()
    listed: tuple[Mark, ...] = ()
    if who.online:
        try:
            listed = at_centre(till, who)
        except NO_LINE as fault:
            till.line(isinstance(fault, CentreAnswerBroken))
    here = (
        Mark(each.filed.code, each.filed.about, each.filed.begin, each.filed.end)
        for each in filings(till, who.person.number).values()
        if each.filed.kind is FilingKind.CHRONIC and each.state in _COUNTS
    )
    found = {mark.kind: mark for mark in (*here, *listed)}
    return tuple(mark for mark in found.values() if mark.begin <= today and (mark.end is None or today <= mark.end))
