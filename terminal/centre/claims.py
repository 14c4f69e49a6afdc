"""The parts of ``claim/1`` in national fields that every flow shares."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from config.profiles import Profile
from terminal.centre.messages.outpatient import TraceCode
from terminal.documents import Claim, InstitutionKind, Line, VisitType
from terminal.money import Fen, Price, amount_of, divide


class Attendance(msgspec.Struct, frozen=True):
    """Who treats where: the text demands a doctor, a department and a diagnosis, which a bill does not carry.

    A site states its own; these stand for a cashier's desk without an appointment.
    """

    doctor: str = "D000000000000"
    doctor_name: str = "收费处"
    department: str = "0000"
    department_name: str = "收费处"
    speciality: str = "A69"
    """caty, the national code of the department's speciality."""
    bed: str = "0"
    diagnosis: str = "Z76.900"
    """ICD-10 Z76.9, health services in unspecified circumstances, where the bill names no disease."""
    diagnosis_name: str = "在未特指的情况下接触保健服务的人"


def instant(at: datetime) -> str:
    """The wire's day with time."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def total(claim: Claim) -> Fen:
    """The bill's amount: the sum of its lines."""
    return Fen(sum(line.amount for line in claim.lines))


def kind(claim: Claim) -> Literal["visit", "purchase", "stay"]:
    """Which way the bill travels."""
    if claim.institution.kind is InstitutionKind.PHARMACY:
        return "purchase"
    return "stay" if claim.visit.type in (VisitType.INPATIENT, VisitType.MATERNITY) else "visit"


def diagnosis(claim: Claim, attendance: Attendance) -> tuple[str, str]:
    """Code and name of the one diagnosis a bill knows, or the site's for a bill that names no disease."""
    disease = claim.visit.disease
    if not disease:
        return attendance.diagnosis, attendance.diagnosis_name
    return disease, claim.visit.disease_name or disease


def med_type(claim: Claim, profile: Profile) -> str:
    """The national kind of visit."""
    return profile.visits[claim.visit.type]


def account_flag(claim: Claim) -> str:
    """acct_used_flag."""
    return "1" if claim.account_use else "0"


def invoice(claim: Claim) -> str:
    """The bill's own number as the invoice number, within the 20 characters of the text."""
    return claim.bill[-20:]


def item(position: int, line: Line, claim: Claim) -> dict[str, Any]:
    """What 2204, 2301 and 2102 say of one line.

    Rows are numbered from 1, because one region refuses anything but short digits. An item outside the national list
    travels under the house's code and is own pay there.
    """
    house = line.house_code or line.code or str(line.sn)
    return {
        "feedetl_sn": str(position),
        "fee_ocur_time": instant(line.charged_at or claim.visit.begin),
        "med_list_codg": line.code or house,
        "medins_list_codg": house,
        "det_item_fee_sumamt": line.amount,
        "cnt": line.quantity,
        "pric": _price(line),
    }


def trace_codes(claim: Claim) -> Iterator[TraceCode]:
    """药品追溯码 of every row that has them; whole packs, counted in the smallest unit sold."""
    for position, line in enumerate(claim.lines, 1):
        for code in line.trace_codes:
            yield TraceCode(feedetl_sn=str(position), drug_trac_codg=code, trdn_flag="0", min_prcunt_type="1")


def _price(line: Line) -> Price:
    """The unit price; after a discount it is what the amount says, because centres multiply it out again."""
    if amount_of(line.price, line.quantity) == line.amount or not line.quantity:
        return line.price
    return Price(divide(abs(line.amount) * 10**8, abs(line.quantity)))
