"""The documents that pass between rooms and to the outside; each carries a schema number."""

from terminal.documents.approval import Approval, Assurance
from terminal.documents.catalogue import CatalogueItem, CatalogueRow, FirstSelfPay, HouseItem, PriceCeiling
from terminal.documents.claim import Claim, Credential, Institution, Insured, Line, Opening, Visit
from terminal.documents.edge import decode, encode, from_wire, hook_schema, schema, to_wire
from terminal.documents.person import Insurance, Mark, Person
from terminal.documents.settlement import (
    Difference,
    Finding,
    Layer,
    LineSplit,
    Posting,
    Settlement,
    Step,
    Tender,
)
from terminal.documents.vocabulary import (
    BillState,
    CredentialKind,
    Employment,
    Fund,
    InstitutionKind,
    ItemClass,
    Referral,
    Scheme,
    Severity,
    Source,
    TenderKind,
    Tier,
    VisitType,
)

__all__ = [
    "Approval", "Assurance", "BillState", "CatalogueItem", "CatalogueRow", "Claim", "Credential", "CredentialKind",
    "Difference", "Employment", "Finding", "FirstSelfPay", "Fund", "HouseItem", "Institution", "InstitutionKind",
    "Insurance", "Insured", "ItemClass", "Layer", "Line", "LineSplit", "Mark", "Opening", "Person", "Posting",
    "PriceCeiling", "Referral", "Scheme", "Settlement", "Severity", "Source", "Step", "Tender", "TenderKind", "Tier",
    "Visit", "VisitType", "decode", "encode", "from_wire", "hook_schema", "schema", "to_wire",
]  # fmt: skip

DOCUMENTS: dict[str, type] = {
    "claim": Claim,
    "person": Person,
    "settlement": Settlement,
    "approval": Approval,
}
"""What ``yibao schema NAME`` prints."""
