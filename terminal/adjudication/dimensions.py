"""The closed list of facts a policy may distinguish, and the words a pack uses for them.

A pack says ``when = { tier = "3", age = "70+" }``. Words name values; numbers are ranges: ``"1"``, ``"6-11"``,
``"70+"``. A count accumulator's id is a dimension too: its value is the ordinal of this bill, the opening plus one.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from terminal.documents import Claim, Employment, InstitutionKind, Insured, Referral, Tier, VisitType

Fact = str | int
Facts = Mapping[str, Fact]

WORDS: dict[str, tuple[str, ...]] = {
    "tier": tuple(Tier),
    "employment": tuple(Employment),
    "referral": tuple(Referral),
    "kind": tuple(InstitutionKind),
    "visit": tuple(VisitType),
    "civil_servant": ("yes", "no"),
    "chosen": ("yes", "no"),
}
"""Dimensions whose words are fixed; a pack may narrow them to those its documents speak of."""

LISTED: dict[str, str] = {"identity": "none", "disease": "other", "institution": "other"}
"""Dimensions whose words the pack lists, in order of precedence, with the word for everybody else."""

AGE = "age"
_RANGE = re.compile(r"(\d{1,6})(?:(\+)|-(\d{1,6}))?", re.ASCII)
ENDLESS = 10**9


@cache
def span(word: str) -> tuple[int, int] | None:
    """``"6-11"`` -> (6, 12), ``"70+"`` -> (70, ENDLESS), ``"1"`` -> (1, 2); None when it is no range."""
    found = _RANGE.fullmatch(word)
    if found is None:
        return None
    low = int(found[1])
    return low, ENDLESS if found[2] else int(found[3] or low) + 1


def admits(words: tuple[str, ...], fact: Fact) -> bool:
    """Whether a ``when`` entry covers the fact."""
    if isinstance(fact, str):
        return fact in words
    return any(low <= fact < high for low, high in filter(None, map(span, words)))


def covers(when: Mapping[str, tuple[str, ...]], facts: Facts) -> bool:
    """Whether all entries of a ``when`` cover the facts."""
    return all(admits(words, facts[name]) for name, words in when.items())


def in_area(insured: str, pack: str) -> bool:
    """Whether an insured area lies in that of a pack: prefecture, province (``450000``) or any (``000000``)."""
    wide = next((digits for digits in (0, 2) if set(pack[digits:]) <= {"0"}), 4)
    return insured[:wide] == pack[:wide]


def age_on(born: date, day: date) -> int:
    """Completed years of life."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def facts_of(claim: Claim, insured: Insured, day: date, listed: Mapping[str, tuple[str, ...]]) -> dict[str, Fact]:
    """The facts of one bill; a fact that is not known is left out and missed only by a policy that asks for it.

    A place of care outside the insured prefecture (first four digits of the area) with referral ``local`` says two
    things at once, so the referral is left out.
    """
    visit, place = claim.visit, claim.institution
    facts: dict[str, Fact] = {
        "tier": place.tier,
        "employment": insured.employment,
        "kind": place.kind,
        "visit": visit.type,
        "civil_servant": "yes" if insured.civil_servant else "no",
        "chosen": "yes" if f"chosen:{place.code}" in insured.identities else "no",
    }
    if place.area[:4] == insured.area[:4]:
        facts["referral"] = Referral.LOCAL
    elif visit.referral is not Referral.LOCAL:
        facts["referral"] = visit.referral
    if insured.born is not None:
        facts[AGE] = age_on(insured.born, day)
    present = {"identity": insured.identities, "disease": (visit.disease,), "institution": (place.code,)}
    for name, rest in LISTED.items():
        facts[name] = next((word for word in listed.get(name, ()) if word in present[name]), rest)
    return facts
