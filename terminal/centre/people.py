"""1101 and 5206 as ``person/1``: every insurance, balance, identity and accumulator the centre knows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from config.profiles import Profile, code_tables
from terminal.centre.messages.person import (
    Accumulated,
    EntitlementAnswer,
    FilingAnswer,
    IdentityInfo,
    InsuredInfo,
    PersonAnswer,
    PersonQuery,
)
from terminal.centre.outcomes import Entitled
from terminal.documents import (
    Credential,
    CredentialKind,
    Employment,
    Insurance,
    Insured,
    Mark,
    Opening,
    Person,
    Scheme,
    Source,
)
from terminal.money import Fen

INSURED = "1"
"""psn_insu_stas 正常参保; every other state suspends or ends the insurance."""

SEXES: Mapping[str, str] = {"1": "male", "2": "female"}


def query(credential: Credential, profile: Profile) -> PersonQuery:
    """What 1101 asks with: a card's number with its recognition code, an ID number, or an e-credential's token."""
    return PersonQuery(
        mdtrt_cert_type=profile.credentials[credential.kind],
        mdtrt_cert_no=credential.number,
        card_sn=credential.identification_code if credential.kind is CredentialKind.CARD else "",
        psn_name=credential.name,
    )


def person(answer: PersonAnswer, sums: Sequence[Accumulated], profile: Profile, taken_at: datetime) -> Person:
    """A snapshot of the person. ``answer.baseinfo`` must be there."""
    base = answer.baseinfo
    assert base is not None  # noqa: S101 - a success without it is refused before
    born = day(base.brdy)
    today = taken_at.date()
    marks = tuple(mark for row in answer.idetinfo if (mark := _mark(row)) is not None)
    identities = tuple(mark.kind for mark in marks if mark.begin <= today and (mark.end is None or today <= mark.end))
    return Person(
        number=base.psn_no,
        name=base.psn_name,
        id_number=base.certno,
        insurances=tuple(_insurance(row, born, identities, profile) for row in answer.insuinfo),
        taken_at=taken_at,
        source=Source.CENTRE,
        born=born,
        sex=SEXES.get(base.gend, base.gend),
        marks=marks,
        openings=openings(sums, profile, today),
    )


def filings(answer: FilingAnswer) -> tuple[Mark, ...]:
    """Approved chronic and special diseases; a filing without a first day is not one."""
    return tuple(
        Mark(kind=row.opsp_dise_code, name=row.opsp_dise_name, begin=begin, end=day(row.enddate))
        for row in answer.feedetail
        if (begin := day(row.begndate)) is not None
    )


def entitlements(answer: EntitlementAnswer) -> tuple[Entitled, ...]:
    """What 2001 says of each fund."""
    return tuple(
        Entitled(row.fund_pay_type, row.trt_enjymnt_flag == "1", day(row.begndate), day(row.enddate), row.trt_chk_rslt)
        for row in answer.trtinfo
    )


def day(text: str) -> date | None:
    """A day of the wire, with or without a clock behind it; None for anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def employment(kind: str, profile: Profile) -> Employment:
    """The person group of a psn_type: the longest code of the profile that it begins with."""
    for length in range(len(kind), 0, -1):
        if found := profile.employments.get(kind[:length]):
            return Employment(found)
    return Employment.OTHER


def _insurance(row: InsuredInfo, born: date | None, identities: tuple[str, ...], profile: Profile) -> Insurance:
    states = code_tables()["psn_insu_stas"]
    return Insurance(
        insured=Insured(
            area=row.insuplc_admdvs,
            scheme=Scheme(profile.schemes.get(row.insutype, Scheme.OTHER)),
            employment=employment(row.psn_type, profile),
            born=born,
            identities=identities,
            civil_servant=row.cvlserv_flag == "1",
            account_balance=row.balc or Fen(0),
            suspended="" if row.psn_insu_stas == INSURED else states.get(row.psn_insu_stas, row.psn_insu_stas),
        ),
        valid=row.psn_insu_stas == INSURED,
        employer=row.emp_name,
        codes={
            "insutype": row.insutype,
            "psn_type": row.psn_type,
            "psn_insu_stas": row.psn_insu_stas,
            "insuplc_admdvs": row.insuplc_admdvs,
            "cvlserv_flag": row.cvlserv_flag,
        },
    )


def _mark(row: IdentityInfo) -> Mark | None:
    begin = day(row.begntime)
    return Mark(kind=row.psn_idet_type, name=row.memo, begin=begin, end=day(row.endtime)) if begin else None


def openings(sums: Sequence[Accumulated], profile: Profile, as_of: date) -> tuple[Opening, ...]:
    """The accumulators of 5206. The same accumulator and period under two insurances: the larger figure is kept."""
    found: dict[tuple[str, str], Opening] = {}
    for row in sums:
        if row.cum is None or not row.cum_type_code:
            continue
        meaning = profile.accumulators.get(row.cum_type_code)
        name = meaning.name if meaning else row.cum_type_code
        period = f"{row.cum_ym[:4]}-{row.cum_ym[4:]}" if meaning and meaning.monthly else row.year
        value = row.cum // 100 if meaning and meaning.count else int(row.cum)
        if (name, period) not in found or found[name, period].value < value:
            found[name, period] = Opening(name, period, value, as_of, Source.CENTRE)
    return tuple(found.values())
