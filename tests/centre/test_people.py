"""What the centre says of a person becomes a person: all insurances, the right words, the right sums."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from config import profiles
from config.profiles import Accumulator
from terminal.centre.messages.person import (
    Accumulated,
    BaseInfo,
    EntitlementAnswer,
    FilingAnswer,
    IdentityInfo,
    InsuredInfo,
    PersonAnswer,
)
from terminal.centre.people import day, employment, entitlements, filings, openings, person, query
from terminal.clock import BEIJING
from terminal.documents import Credential, CredentialKind, Employment, Scheme
from terminal.money import Fen

DEFAULT = profiles.load("default")
AT = datetime(2026, 5, 6, 12, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("11", Employment.ACTIVE), ("1101", Employment.ACTIVE), ("1160", Employment.ACTIVE),
        ("116032", Employment.ACTIVE), ("12", Employment.RETIRED), ("1300", Employment.OTHER),
        ("14", Employment.MINOR), ("1401", Employment.MINOR), ("1403", Employment.STUDENT),
        ("1404", Employment.STUDENT), ("1501", Employment.ADULT), ("16", Employment.ELDERLY), ("", Employment.OTHER),
        ("99", Employment.OTHER),
    ],
)  # fmt: skip
def test_the_person_group_is_the_longest_code_known(kind, expected):
    assert employment(kind, DEFAULT) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1981-01-01", date(1981, 1, 1)), ("1981-01-01 00:00:00", date(1981, 1, 1)), ("", None), ("1981-13-01", None),
        ("今天", None),
    ],
)  # fmt: skip
def test_a_day_is_read_with_or_without_a_clock(text, expected):
    assert day(text) == expected


@pytest.mark.parametrize(
    ("kind", "code", "recognition"),
    [
        (CredentialKind.CARD, "03", "SN"),
        (CredentialKind.ID_NUMBER, "02", ""),
        (CredentialKind.E_CREDENTIAL, "01", ""),
        (CredentialKind.MANUAL, "02", ""),
    ],
)
def test_only_a_card_sends_its_recognition_code(kind, code, recognition):
    asked = query(Credential(kind, "N1", identification_code="SN"), DEFAULT)
    assert (asked.mdtrt_cert_type, asked.mdtrt_cert_no, asked.card_sn) == (code, "N1", recognition)


def insured(insutype: str, state: str = "1", **changes) -> InsuredInfo:
    return InsuredInfo(
        balc=Fen(100), insutype=insutype, psn_type="1101", psn_insu_stas=state, insuplc_admdvs="110100", **changes
    )


def test_every_insurance_is_kept_valid_or_not():
    rows = (insured("310"), insured("330"), insured("390", "4"), insured("39999", "7", cvlserv_flag="1"))
    found = person(PersonAnswer(baseinfo=BaseInfo(psn_no="P1"), insuinfo=rows), (), DEFAULT, AT)
    assert [(row.insured.scheme, row.valid, row.insured.suspended) for row in found.insurances] == [
        (Scheme.EMPLOYEE, True, ""),
        (Scheme.OTHER, True, ""),
        (Scheme.RESIDENT, False, "终止参保"),
        (Scheme.OTHER, False, "7"),
    ]
    assert found.insurances[3].codes["insutype"] == "39999" and found.insurances[3].insured.civil_servant


def test_only_an_identity_of_today_counts_but_all_are_marks():
    rows = (
        IdentityInfo(psn_idet_type="A", memo="低保", begntime="2020-01-01 00:00:00"),
        IdentityInfo(psn_idet_type="B", begntime="2020-01-01 00:00:00", endtime="2025-12-31 00:00:00"),
        IdentityInfo(psn_idet_type="C", begntime="2027-01-01 00:00:00"),
        IdentityInfo(psn_idet_type="D"),
    )
    answer = PersonAnswer(baseinfo=BaseInfo(psn_no="P1"), insuinfo=(insured("310"),), idetinfo=rows)
    found = person(answer, (), DEFAULT, AT)
    assert [mark.kind for mark in found.marks] == ["A", "B", "C"]
    assert found.insurances[0].insured.identities == ("A",)


def test_sums_become_openings_in_fen_or_counts_by_year_or_month():
    profile = replace(
        DEFAULT,
        accumulators={
            "Z01": Accumulator("op.deductible"),
            "C01": Accumulator("admissions", count=True),
            "M01": Accumulator("op.month", monthly=True),
        },
    )
    sums = [
        Accumulated(insutype="310", year="2026", cum_type_code="Z01", cum=Fen(12345)),
        Accumulated(insutype="330", year="2026", cum_type_code="Z01", cum=Fen(100)),
        Accumulated(insutype="310", year="2026", cum_type_code="C01", cum=Fen(200)),
        Accumulated(insutype="310", year="2026", cum_ym="202605", cum_type_code="M01", cum=Fen(1)),
        Accumulated(insutype="310", year="2025", cum_type_code="unknown", cum=Fen(7)),
        Accumulated(insutype="310", year="2026", cum_type_code="Z01"),
        Accumulated(insutype="310", year="2026", cum=Fen(1)),
    ]
    found = {(opening.accumulator, opening.period): opening.value for opening in openings(sums, profile, AT.date())}
    assert found == {
        ("op.deductible", "2026"): 12345,
        ("admissions", "2026"): 2,
        ("op.month", "2026-05"): 1,
        ("unknown", "2025"): 7,
    }


def test_filings_and_entitlements_are_read():
    (mark,) = filings(
        FilingAnswer.read(
            {"feedetail": [{"opsp_dise_code": "M1", "opsp_dise_name": "高血压", "begndate": "2020-10-01"}, {}]}
        )
    )
    assert (mark.kind, mark.begin, mark.end) == ("M1", date(2020, 10, 1), None)
    rows = entitlements(
        EntitlementAnswer.read(
            {
                "trtinfo": [
                    {"fund_pay_type": "310100", "trt_enjymnt_flag": 1, "begndate": "2026-01-01"},
                    {"fund_pay_type": "330100", "trt_enjymnt_flag": "0", "trt_chk_rslt": "欠费"},
                ]
            }
        )
    )
    assert [(row.fund, row.allowed, row.reason) for row in rows] == [("310100", True, ""), ("330100", False, "欠费")]
