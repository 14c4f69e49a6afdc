"""A settled bill as HL7 FHIR R4: Coverage, Claim, ClaimResponse and ExplanationOfBenefit in one bundle.

Sources: FHIR R4 13.1 Coverage, 13.6 Claim, 13.7 ClaimResponse, 13.10 ExplanationOfBenefit; the adjudication words are
those of the value sets "adjudication" and "ex-paymenttype" there. FHIR demands JSON numbers for decimals: they are
written digit by digit from fen, never through a float.
"""

from typing import Any

import msgspec

from offline_queue.ports import Item
from terminal.counter import journal
from terminal.counter.faults import NotSettled
from terminal.counter.journal import Entry
from terminal.counter.till import Till
from terminal.documents import BillState, Line, LineSplit, Settlement
from terminal.money import Fen, Price, Quantity

_STANDARD = "http://terminology.hl7.org/CodeSystem/"
_OURS = "urn:yibao-terminal:"

Resource = dict[str, Any]


def export(till: Till, item: Item) -> Resource:
    """The bundle of one settled bill. Raises NotSettled for one that has no settlement of the centre."""
    entry, settlement = journal.entry(till.queue, item), journal.standing(till.queue, item)
    if settlement.state not in (BillState.SETTLED, BillState.RECONCILED):
        raise NotSettled(bill=item.key, state=settlement.state)
    resources = [
        coverage(entry),
        claim(entry, settlement),
        response(entry, settlement),
        benefit(entry, settlement),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"{_OURS}{each['resourceType'].lower()}:{each['id']}", "resource": each} for each in resources
        ],
    }


def coverage(entry: Entry) -> Resource:
    """13.1: whose insurance pays."""
    insured = entry.insurance.insured
    return {
        "resourceType": "Coverage",
        "id": _id(entry),
        "status": "active",
        "type": {"text": f"{insured.area} {insured.scheme} {insured.employment}"},
        "beneficiary": _patient(entry),
        "payor": [{"identifier": {"system": _OURS + "area", "value": insured.area}}],
    }


def claim(entry: Entry, settlement: Settlement) -> Resource:
    """13.6: what was asked."""
    return {
        "resourceType": "Claim",
        "id": _id(entry),
        **_common(entry, settlement),
        "priority": {"coding": [{"system": _STANDARD + "processpriority", "code": "normal"}]},
        "provider": _provider(entry),
        "insurance": [{"sequence": 1, "focal": True, "coverage": _reference("Coverage", entry)}],
        "item": [_asked(line) for line in entry.claim.lines],
        "total": _money(settlement.total),
    }


def response(entry: Entry, settlement: Settlement) -> Resource:
    """13.7: what the centre answered."""
    return {
        "resourceType": "ClaimResponse",
        "id": _id(entry),
        **_common(entry, settlement),
        "insurer": {"identifier": {"system": _OURS + "area", "value": entry.insurance.insured.area}},
        "request": _reference("Claim", entry),
        "outcome": "complete",
        "item": [{"itemSequence": line.sn, "adjudication": _line(line)} for line in settlement.lines],
        "total": _totals(settlement),
    }


def benefit(entry: Entry, settlement: Settlement) -> Resource:
    """13.10: the two together, for the patient."""
    splits = {line.sn: line for line in settlement.lines}
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": _id(entry),
        **_common(entry, settlement),
        "insurer": {"identifier": {"system": _OURS + "area", "value": entry.insurance.insured.area}},
        "provider": _provider(entry),
        "claim": _reference("Claim", entry),
        "claimResponse": _reference("ClaimResponse", entry),
        "outcome": "complete",
        "insurance": [{"focal": True, "coverage": _reference("Coverage", entry)}],
        "item": [
            _asked(line) | ({"adjudication": _line(splits[line.sn])} if line.sn in splits else {})
            for line in entry.claim.lines
        ],
        "total": _totals(settlement),
        "payment": {"amount": _money(settlement.funds)},
    }


def _common(entry: Entry, settlement: Settlement) -> Resource:
    created = settlement.settled_at or entry.claim.visit.begin
    kind = "pharmacy" if entry.claim.visit.type == "pharmacy" else "institutional"
    return {
        "identifier": [{"system": _OURS + "bill", "value": entry.claim.bill}],
        "status": "active",
        "type": {"coding": [{"system": _STANDARD + "claim-type", "code": kind}]},
        "use": "claim",
        "patient": _patient(entry),
        "created": created.isoformat(timespec="seconds"),
    }


def _id(entry: Entry) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in entry.claim.bill)[:64]


def _reference(kind: str, entry: Entry) -> Resource:
    return {"reference": f"{kind}/{_id(entry)}"}


def _patient(entry: Entry) -> Resource:
    return {"identifier": {"system": _OURS + "person", "value": entry.person.number}}


def _provider(entry: Entry) -> Resource:
    site = entry.claim.institution
    return {"identifier": {"system": _OURS + "institution", "value": site.code}, "display": site.name}


def _asked(line: Line) -> Resource:
    return {
        "sequence": line.sn,
        "productOrService": {
            "coding": [{"system": _OURS + "item", "code": line.code or line.house_code}],
            "text": line.name,
        },
        "quantity": {"value": _number(line.quantity)},
        "unitPrice": {"value": _number(line.price), "currency": "CNY"},
        "net": _money(line.amount),
    }


def _line(line: LineSplit) -> list[Resource]:
    figures = (("submitted", line.amount), ("eligible", line.in_scope), ("copay", line.first_self_pay))
    ours = (("own_pay", line.own_pay), ("over_limit", line.over_limit))
    return [_amount(code, amount) for code, amount in figures] + [_own(code, amount) for code, amount in ours if amount]


def _totals(settlement: Settlement) -> list[Resource]:
    figures = (
        ("submitted", settlement.total),
        ("eligible", settlement.in_scope),
        ("deductible", settlement.deductible),
        ("benefit", settlement.funds),
    )
    ours = [(f"fund.{layer.fund}", layer.paid) for layer in settlement.layers]
    ours += [
        (name, getattr(settlement, name))
        for name in ("own_pay", "over_limit", "first_self_pay", "account", "family_account", "cash", "hospital")
    ]
    return [_amount(code, amount) for code, amount in figures] + [_own(code, amount) for code, amount in ours if amount]


def _amount(code: str, amount: Fen) -> Resource:
    return {"category": {"coding": [{"system": _STANDARD + "adjudication", "code": code}]}, "amount": _money(amount)}


def _own(code: str, amount: Fen) -> Resource:
    return {"category": {"coding": [{"system": _OURS + "figure", "code": code}]}, "amount": _money(amount)}


def _money(amount: Fen) -> Resource:
    return {"value": _number(amount), "currency": "CNY"}


def _number(value: Fen | Price | Quantity) -> msgspec.Raw:
    return msgspec.Raw(str(value).encode())
