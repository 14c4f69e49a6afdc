"""Filings: forms with their papers, decided by the office, used at once, and what the centre has."""

import pytest

from terminal.counter.identify import Identified, identify
from terminal.counter.office import filings, operators
from terminal.counter.office.filing_faults import (
    AlreadyFiled,
    FilingPapersMissing,
    FilingReasonMissing,
    FilingStep,
    UnknownFiling,
)
from terminal.counter.office.filings import FILING_PAPERS, FilingKind, FilingState
from terminal.counter.office.operators import CardShown, Session
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.office.roles import Role
from terminal.counter.till import Till
from terminal.documents import Assurance, Credential, CredentialKind
from tests.world import CARDS, World

Staff = dict[str, Session]


def here(till: Till, who: str) -> Identified:
    card, code = CARDS[who]
    return identify(till, Credential(CredentialKind.CARD, card, identification_code=code))


def taken(till: Till, staff: Staff, kind: FilingKind = FilingKind.CHRONIC, code: str = "M01600") -> str:
    papers = FILING_PAPERS[kind]
    return filings.collect(till, here(till, "zhang"), kind, code, "糖尿病", papers, staff["0001"]).filed.number


@pytest.fixture
def office(till: Till, staff: Staff) -> Session:
    operators.add(till, "0006", "医保办", [Role.OFFICE], by=staff["0009"], card="C0006")
    return operators.login(till, "0006", CardShown("C0006", Assurance.PIN))


def test_a_form_is_decided_by_the_office_and_counts_at_once(till: Till, staff: Staff, office: Session) -> None:
    number, who = taken(till, staff), here(till, "zhang")
    assert filings.diseases(till, who) == ()
    with pytest.raises(NotAllowed):
        filings.move(till, number, FilingState.APPROVED, staff["0001"])
    assert filings.move(till, number, FilingState.APPROVED, office).state is FilingState.APPROVED
    assert [mark.kind for mark in filings.diseases(till, who)] == ["M01600"]


def test_it_counts_without_the_line_too(till: Till, staff: Staff, office: Session, world: World) -> None:
    filings.move(till, taken(till, staff), FilingState.APPROVED, office)
    world.centre.line_down()
    assert [mark.kind for mark in filings.diseases(till, here(till, "zhang"))] == ["M01600"]


@pytest.mark.parametrize("kind", FilingKind)
def test_every_kind_names_the_papers_it_needs(till: Till, staff: Staff, kind: FilingKind) -> None:
    who = here(till, "zhang")
    for lacking in FILING_PAPERS[kind]:
        papers = tuple(paper for paper in FILING_PAPERS[kind] if paper is not lacking)
        with pytest.raises(FilingPapersMissing, match=lacking):
            filings.collect(till, who, kind, "310100", "上海", papers, staff["0001"])
    assert filings.filings(till) == {}
    taken(till, staff, kind, "310100")
    with pytest.raises(AlreadyFiled):
        taken(till, staff, kind, "310100")


@pytest.mark.parametrize("end", [FilingState.REJECTED, FilingState.WITHDRAWN])
def test_a_refused_or_withdrawn_form_counts_nowhere_and_may_be_brought_again(
    till: Till, staff: Staff, office: Session, end: FilingState
) -> None:
    number = taken(till, staff)
    by = office if end is FilingState.REJECTED else staff["0001"]
    for reason in ("", "  "):
        with pytest.raises(FilingReasonMissing):
            filings.move(till, number, end, by, reason)
    filings.move(till, number, end, by, "诊断证明已过期")
    assert filings.filings(till)[number].reason == "诊断证明已过期"
    with pytest.raises(FilingStep):
        filings.move(till, number, FilingState.APPROVED, office)
    assert filings.diseases(till, here(till, "zhang")) == ()
    assert taken(till, staff) != number
    with pytest.raises(UnknownFiling):
        filings.move(till, "F9", FilingState.APPROVED, office)


def test_what_the_centre_lists_is_known_and_marks_the_form_that_led_to_it(
    till: Till, staff: Staff, office: Session
) -> None:
    who = here(till, "li")
    assert [mark.name for mark in filings.at_centre(till, who)] == ["高血压"]
    papers = FILING_PAPERS[FilingKind.CHRONIC]
    form = filings.collect(till, who, FilingKind.CHRONIC, "M03900", "高血压", papers, staff["0001"])
    filings.move(till, form.filed.number, FilingState.APPROVED, office)
    assert len(filings.diseases(till, who)) == 1
    assert filings.filings(till)[form.filed.number].state is FilingState.LISTED
