"""Checks that advise: each explains itself, stops nobody, and keeps the answer that was given to it.

They see what this terminal has served; the centre sees more, weeks later.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from offline_queue.vocabulary import OPEN, State
from terminal.counter import journal
from terminal.counter.office.dispensing import dispensed
from terminal.counter.office.register import Document, Note, Tally, tally, write
from terminal.counter.till import Till
from terminal.counter.tracing import lacking, wanted
from terminal.documents import Claim, CredentialKind, InstitutionKind, Line, Person, VisitType
from terminal.money import Quantity

_STANDING = (*OPEN, State.ACCEPTED)


class Check(StrEnum):
    """What may be worth a second look."""

    CARD_NOT_SEEN = "card_not_seen"
    OTHER_NAME = "other_name"
    STILL_COVERED = "still_covered"
    SECOND_PRESCRIPTION = "second_prescription"
    IN_HOSPITAL = "in_hospital"
    TOO_MANY_HOURS = "too_many_hours"
    SPLIT_ADMISSION = "split_admission"
    CODE_SOLD = "code_sold"
    CODE_MISSING = "code_missing"
    LOT_UNKNOWN = "lot_unknown"
    THIRD_PARTY = "third_party"


_TEXTS: dict[Check, tuple[str, str]] = {
    Check.CARD_NOT_SEEN: (
        "没有见到卡，卡号是手工输入的（{found}）。请核对本人和证件。",
        "No card was seen, the number was typed ({found}). Check the bearer against an ID document.",
    ),
    Check.OTHER_NAME: (
        "卡上姓名 {found} 与参保人 {expected} 不同。请核对是否冒名。",
        "The card says {found}, the insured is {expected}. Check whether the card is borrowed.",
    ),
    Check.STILL_COVERED: (
        "{name} 在 {found} 已开过，{expected} 天内重复。",
        "{name} was dispensed on {found}, less than {expected} days ago.",
    ),
    Check.SECOND_PRESCRIPTION: (
        "{name} 今天已按另一处方 {found} 开过。",
        "{name} was dispensed today already, on another prescription ({found}).",
    ),
    Check.IN_HOSPITAL: (
        "参保人住院未出院（{found}），同时发生门诊费用。",
        "The person is in hospital ({found}) at the time of this visit.",
    ),
    Check.TOO_MANY_HOURS: (
        "{name} 共 {found} 小时，住 {expected} 天不会超过每天 24 小时。",
        "{name}: {found} hours in {expected} day(s); a day has 24.",
    ),
    Check.SPLIT_ADMISSION: (
        "上次出院 {found}，{expected} 天内再次入院。请核对是否分解住院。",
        "Discharged on {found}, admitted again within {expected} days. Check for a split admission.",
    ),
    Check.CODE_SOLD: (
        "{name} 的追溯码 {found} 已随账单 {expected} 售出。",
        "The trace code {found} of {name} was sold with bill {expected}.",
    ),
    Check.THIRD_PARTY: (
        "请问病人：是否交通事故、斗殴、工伤或其他第三方责任？属于的不能医保结算。",
        "Ask the patient: a traffic accident, a fight, a work injury, or another liable party? Then it may not settle.",
    ),
    Check.LOT_UNKNOWN: (
        "{name} 的批号和有效期还没有登记。",
        "Lot and expiry of {name} are not written down.",
    ),
    Check.CODE_MISSING: (
        "{name} 应扫 {expected} 个追溯码，只扫了 {found} 个。无码不得医保结算。",
        "{name} needs {expected} trace code(s), {found} scanned. Without its code a medicine may not settle.",
    ),
}


class Limits(msgspec.Struct, frozen=True):
    """Figures of the checks; a site may be stricter."""

    covered: timedelta = timedelta(days=3)
    readmission: timedelta = timedelta(days=15)
    hourly: str = "吸氧|氧气|监护|oxygen"
    """Items that are charged by the hour."""


class Hint(msgspec.Struct, frozen=True):
    """One check that found something. ``line`` is 0 when it is about the whole bill."""

    check: Check
    line: int
    zh: str
    en: str


class Answered(Document, frozen=True):
    """What was said to a hint."""

    KIND: ClassVar[str] = "advice"
    bill: str
    check: Check
    line: int
    answer: str


@dataclass(frozen=True)
class Facts:
    """What the checks look at."""

    claim: Claim
    person: Person
    earlier: Sequence[Claim]
    """This person's bills that stand."""
    sold: Callable[[str], str]
    """The bill a trace code was sold with, or an empty text."""
    limits: Limits
    traced: bool
    """Whether this site scans trace codes."""
    dispensed: Container[int]
    """Lines whose lot and expiry are written down."""


class _Answers(Tally):
    """What was answered, by bill."""

    KINDS = (Answered,)

    def __init__(self) -> None:
        self.of_bill: dict[str, list[Answered]] = {}

    def take(self, note: Note[Any]) -> None:
        """The next answer."""
        self.of_bill.setdefault(note.document.bill, []).append(note.document)


def answer(till: Till, bill: str, check: Check, said: str, *, line: int = 0, actor: str = "") -> Answered:
    """Keeps what was answered to a hint."""
    given = Answered(bill, check, line, said)
    write(till, given, actor or till.settings.operator)
    return given


def answers(till: Till, bill: str) -> list[Answered]:
    """Everything that was answered about a bill."""
    return list(tally(till, _Answers).of_bill.get(bill, ()))


class Advisor:
    """Runs the checks for one till; keeps in mind which trace codes are sold, so that only the first bill waits."""

    def __init__(self, till: Till, limits: Limits | None = None) -> None:
        self._till = till
        self._limits = limits or Limits()
        self._seen = 0
        self._sold: dict[str, str] = {}

    def hints(self, claim: Claim, person: Person) -> list[Hint]:
        """What every check has to say about a bill, in the order of the checks."""
        queue = self._till.queue
        earlier = [
            journal.entry(queue, item).claim
            for item in queue.items(_STANDING, lane=person.number)
            if item.key != claim.bill and not item.reverses and not journal.taken_back(queue, item)
        ]
        known, traced = dispensed(self._till, claim.bill), self._till.settings.trace_codes
        facts = Facts(claim, person, earlier, self.sold_with, self._limits, traced, known)
        return [hint for check in _CHECKS for hint in check(facts)]

    def sold_with(self, code: str) -> str:
        """The bill that a trace code was sold with, or an empty text."""
        head = self._till.queue.anchor().seq
        for item in self._till.queue.touched(self._seen, head):
            claim = journal.entry(self._till.queue, item).claim
            gone = bool(item.reverses) if item.state is State.ACCEPTED else item.state not in OPEN
            for line in claim.lines:
                for sold in line.trace_codes:
                    if gone and self._sold.get(sold) == claim.bill:
                        del self._sold[sold]
                    elif not gone and not item.reverses:
                        self._sold[sold] = claim.bill
        self._seen = head
        return self._sold.get(code, "")


def _hint(check: Check, line: Line | None, found: object, expected: object = "") -> Hint:
    zh, en = (text.format(name=line.name if line else "", found=found, expected=expected) for text in _TEXTS[check])
    return Hint(check, line.sn if line else 0, zh, en)


def _bearer(facts: Facts) -> Iterator[Hint]:
    credential = facts.claim.credential
    if credential and credential.kind is CredentialKind.MANUAL:
        yield _hint(Check.CARD_NOT_SEEN, None, credential.reason or "-")
    if credential and credential.name and credential.name != facts.person.name:
        yield _hint(Check.OTHER_NAME, None, credential.name, facts.person.name)


def _repeated(facts: Facts) -> Iterator[Hint]:
    now = facts.claim.visit.begin
    for line in facts.claim.lines:
        for before in facts.earlier:
            for other in before.lines:
                if not line.code or other.code != line.code or not line.prescription:
                    continue
                age = now - before.visit.begin
                if before.visit.begin.date() == now.date() and other.prescription != line.prescription:
                    yield _hint(Check.SECOND_PRESCRIPTION, line, other.prescription)
                elif timedelta(0) < age < facts.limits.covered and other.prescription != line.prescription:
                    yield _hint(Check.STILL_COVERED, line, before.visit.begin.date(), facts.limits.covered.days)


def _places(facts: Facts) -> Iterator[Hint]:
    visit = facts.claim.visit
    for before in facts.earlier:
        stay = before.visit
        if stay.type is not VisitType.INPATIENT:
            continue
        if visit.type is VisitType.INPATIENT:
            if stay.end and timedelta(0) <= visit.begin - stay.end < facts.limits.readmission:
                yield _hint(Check.SPLIT_ADMISSION, None, stay.end.date(), facts.limits.readmission.days)
        elif stay.begin <= visit.begin and (stay.end is None or visit.begin < stay.end):
            yield _hint(Check.IN_HOSPITAL, None, stay.admission_number or stay.begin.date())


def _hours(facts: Facts) -> Iterator[Hint]:
    """The day of admission counts, the day of discharge does not."""
    visit = facts.claim.visit
    days = max((visit.end.date() - visit.begin.date()).days, 1) if visit.end else 1
    for line in facts.claim.lines:
        if re.search(facts.limits.hourly, line.name) and line.quantity > Quantity(days * 24 * 10_000):
            yield _hint(Check.TOO_MANY_HOURS, line, line.quantity, days)


def _codes(facts: Facts) -> Iterator[Hint]:
    for line in facts.claim.lines:
        for code in line.trace_codes:
            if (bill := facts.sold(code)) and bill != facts.claim.bill:
                yield _hint(Check.CODE_SOLD, line, code, bill)


def _missing(facts: Facts) -> Iterator[Hint]:
    for line in lacking(facts.claim.lines) if facts.traced else ():
        yield _hint(Check.CODE_MISSING, line, len(line.trace_codes), wanted(line))


def _lots(facts: Facts) -> Iterator[Hint]:
    if facts.claim.institution.kind is InstitutionKind.PHARMACY:
        for line in facts.claim.lines:
            if wanted(line) and line.sn not in facts.dispensed:
                yield _hint(Check.LOT_UNKNOWN, line, "")


def _liable(facts: Facts) -> Iterator[Hint]:
    """An injury comes as an emergency; who caused it only the patient can say."""
    if facts.claim.visit.type in (VisitType.EMERGENCY, VisitType.OBSERVATION):
        yield _hint(Check.THIRD_PARTY, None, "")


_CHECKS: tuple[Callable[[Facts], Iterator[Hint]], ...] = (
    _bearer,
    _repeated,
    _places,
    _hours,
    _codes,
    _missing,
    _lots,
    _liable,
)
