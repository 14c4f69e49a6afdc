"""``approval/1``: one person agreeing to exactly one digest."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec


class Assurance(StrEnum):
    """How sure it is that the approver was there; refunds need ``pin`` or better."""

    PRESENTED = "presented"
    PIN = "pin"
    SIGNED = "signed"


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who approved which digest, in which role, how, when and where."""

    digest: str
    role: str
    operator: str
    assurance: Assurance
    at: datetime
    terminal: str
    schema: Literal["approval/1"] = "approval/1"
