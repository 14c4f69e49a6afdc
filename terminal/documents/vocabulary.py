"""The closed words that documents, screens and slips share."""

from enum import StrEnum


class BillState(StrEnum):
    """Where a bill stands; the same word on screens, slips, JSON and in the store."""

    DRAFT = "draft"
    TRIAL = "trial"
    SETTLING = "settling"
    SETTLED = "settled"
    PROVISIONAL = "provisional"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    EXCEPTION = "exception"
    REVERSED = "reversed"
    RECONCILED = "reconciled"


class Fund(StrEnum):
    """The funds that pay a layer of a bill."""

    POOLED = "pooled"
    LARGE_AMOUNT = "large_amount"
    SERIOUS_ILLNESS = "serious_illness"
    ASSISTANCE = "assistance"
    TILT = "tilt"
    GUARANTEE = "guarantee"
    CIVIL_SERVANT = "civil_servant"
    SUPPLEMENT = "supplement"
    OTHER = "other"


class Scheme(StrEnum):
    """The insurance a person belongs to."""

    EMPLOYEE = "employee"
    RESIDENT = "resident"
    URBAN_RESIDENT = "urban_resident"
    RURAL_COOPERATIVE = "rural_cooperative"
    OTHER = "other"


class Employment(StrEnum):
    """The person group most policies distinguish."""

    ACTIVE = "active"
    RETIRED = "retired"
    MINOR = "minor"
    STUDENT = "student"
    ADULT = "adult"
    ELDERLY = "elderly"
    OTHER = "other"


class VisitType(StrEnum):
    """The kind of visit a bill belongs to."""

    OUTPATIENT = "outpatient"
    EMERGENCY = "emergency"
    OBSERVATION = "observation"
    CHRONIC = "chronic"
    INTERNET_FOLLOWUP = "internet_followup"
    PHARMACY = "pharmacy"
    INPATIENT = "inpatient"
    MATERNITY = "maternity"


class Referral(StrEnum):
    """How the patient came to a place outside the insured area."""

    LOCAL = "local"
    REFERRED = "referred"
    UNREFERRED = "unreferred"


class Tier(StrEnum):
    """Level of the institution."""

    THREE = "3"
    TWO = "2"
    ONE = "1"
    COMMUNITY = "community"
    VILLAGE = "village"
    NONE = "none"


class InstitutionKind(StrEnum):
    """What the institution is."""

    HOSPITAL = "hospital"
    TCM_HOSPITAL = "tcm_hospital"
    PHARMACY = "pharmacy"
    CLINIC = "clinic"


class ItemClass(StrEnum):
    """Catalogue class: 甲 in full, 乙 after a first self-pay, 丙 not at all."""

    A = "A"
    B = "B"
    C = "C"


class CredentialKind(StrEnum):
    """What the patient showed."""

    CARD = "card"
    ID_NUMBER = "id_number"
    E_CREDENTIAL = "e_credential"
    MANUAL = "manual"


class TenderKind(StrEnum):
    """How the cash part was paid; rounding to the jiao is a tender line of its own."""

    CASH = "cash"
    BANK_CARD = "bank_card"
    CODE = "code"
    ROUNDING = "rounding"
    CHANGE = "change"


class Source(StrEnum):
    """Who computed a split or an opening figure."""

    LOCAL = "local"
    CENTRE = "centre"
    JOURNAL = "journal"
    CALLER = "caller"


class Severity(StrEnum):
    """A finding either stops the bill or is told."""

    STOP = "stop"
    NOTE = "note"
