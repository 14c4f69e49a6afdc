"""Consent to self-paid lines: what the patient was told that no insurance pays, and that they agreed to it."""

import hashlib
from typing import ClassVar

from terminal.counter.office.register import Document, write
from terminal.counter.till import Till
from terminal.documents import Claim, ItemClass, encode

TEXT = "self-pay/1"
"""Version of the sentence that is read to the patient; a new wording is a new version."""


class Consent(Document, frozen=True):
    """One patient's yes. ``lines`` are line numbers of the bill, ``digest`` is over these lines as they were shown."""

    KIND: ClassVar[str] = "consent"
    bill: str
    lines: tuple[int, ...]
    text: str
    digest: str
    how: str


def self_paid(claim: Claim) -> tuple[int, ...]:
    """Numbers of the lines that the patient pays in full and has to know of (自费告知)."""
    return tuple(line.sn for line in claim.lines if line.item_class is ItemClass.C)


def agreed(till: Till, claim: Claim, actor: str, how: str = "at the counter") -> Consent:
    """Records the patient's yes to every self-paid line of a bill; durable when this returns."""
    lines = tuple(line for line in claim.lines if line.item_class is ItemClass.C)
    digest = hashlib.sha256(encode(lines)).hexdigest()
    given = Consent(claim.bill, tuple(line.sn for line in lines), TEXT, digest, how)
    write(till, given, actor)
    return given
