"""Reason cards: why a card did not settle, in agreed words, and how often it did settle (刷卡率)."""

import re
import tomllib
from collections import Counter
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import ClassVar, NamedTuple

import msgspec

from terminal.counter import journal
from terminal.counter.office.faults import UnknownCause
from terminal.counter.office.register import Document, read, write
from terminal.counter.till import Till
from terminal.documents import BillState
from terminal.money import Rate


class Text(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


class ReasonCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cause: what the patient is told, what the clerk does, and the papers for a claim by hand."""

    title: Text
    patient: Text
    step: Text
    papers: tuple[Text, ...]
    faults: tuple[str, ...]
    words: str = ""


class NotSettled(Document, frozen=True):
    """A patient who was served without the card settling."""

    KIND: ClassVar[str] = "not_settled"
    cause: str
    group: str
    bill: str = ""


class Settling(msgspec.Struct, frozen=True):
    """How often the card settled, for one group of persons."""

    group: str
    settled: int
    causes: dict[str, int]
    rate: Rate


@cache
def cards() -> dict[str, ReasonCard]:
    """Every cause."""
    text = resources.files(__package__).joinpath("reasons.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, ReasonCard])


def cause_of(code: str, said: str) -> str | None:
    """The cause behind an error: its code, and the words of the centre in it. None when no card fits."""
    return next(
        (name for name, card in cards().items() if code in card.faults and re.search(card.words, said)),
        None,
    )


def record(till: Till, cause: str, group: str, bill: str = "", actor: str = "") -> NotSettled:
    """Counts a visit that did not settle; ``group`` as in the insured's employment. Raises UnknownCause."""
    if cause not in cards():
        raise UnknownCause(cause=cause, known=", ".join(cards()))
    done = NotSettled(cause, group, bill)
    write(till, done, actor or till.settings.operator)
    return done


def rates(till: Till, first: date, last: date) -> list[Settling]:
    """The share of visits that settled by card between two days, by group of persons; groups without visits are out."""
    settled: Counter[str] = Counter()
    for item, state in journal.readable(till.queue):
        if first <= item.created.date() <= last and state not in (BillState.REFUSED, BillState.REVERSED):
            settled[journal.entry(till.queue, item).insurance.insured.employment] += 1
    causes: dict[str, Counter[str]] = {}
    for note in read(till, NotSettled):
        if first <= note.at.date() <= last:
            causes.setdefault(note.document.group, Counter())[note.document.cause] += 1
    return [
        Settling(
            group,
            settled[group],
            dict(failed),
            Fraction(settled[group], settled[group] + failed.total()),
        )
        for group in sorted({*settled, *causes})
        for failed in (causes.get(group, Counter[str]()),)
    ]
