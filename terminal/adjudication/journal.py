"""Bills in columns: made from claims, cut by person. Needs numpy (the extra ``batch``)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from terminal.adjudication.accumulators import Period
from terminal.adjudication.dimensions import facts_of, in_area
from terminal.adjudication.engine import day_of, days_of
from terminal.adjudication.pack import Benefit
from terminal.adjudication.plan import Plan
from terminal.adjudication.rounding import ROUND
from terminal.documents import Claim, Insured, ItemClass, Line

Column = NDArray[np.int64]

CLASSES = tuple(ItemClass)
_CLASS: dict[ItemClass | None, int] = {one: number for number, one in enumerate(CLASSES)}
LARGEST_SCALE = 10**6
"""The largest denominator of a line's own first self-pay."""
PIECE = 1 << 15
"""Lines worked on together."""
MOST_AMOUNT, MOST_PRICE, MOST_QUANTITY, MOST_DAYS = 10**11, 10**13, 10**9, 3660
"""In fen, millionths, ten-thousandths and days: up to them no product of a line leaves int64."""
EARLIER = "earlier than the bill before it"


class NotInColumns(Exception):
    """A journal, or a policy, that only the one-bill path can do; the text says why."""


class Kind(NamedTuple):
    """What all lines of one code have in common: their own first self-pay is 0/0 where they carry none."""

    category: str
    item_class: int
    numerator: int
    denominator: int


@dataclass
class Journal:
    """Bills in columns, in the order of settlement; the lines of a bill follow each other by number."""

    persons: int
    person: Column
    benefit: Column
    """Place of the benefit in the pack."""
    day: Column
    """The law day, as the proleptic ordinal."""
    days: Column
    account: Column
    account_use: NDArray[np.bool_]
    facts: dict[str, tuple[Column, tuple[str, ...]]]
    """Code columns with their words; a number (age) has no words, a negative code is unknown."""
    place: dict[str, Column]
    """``disease`` and ``institution`` codes for accumulators that are kept for each."""
    first_line: Column
    """Index of each bill's first line, and the number of lines at the end."""
    amount: Column
    item_class: Column
    category: Column
    categories: tuple[str, ...]
    numerator: Column
    denominator: Column
    """The line's own first self-pay; a denominator of 0 means it has none."""
    limit: Column | None
    """The line's own ceiling in fen, -1 for none; None where no line has one."""
    quantity: Column
    price: Column

    def __len__(self) -> int:
        return len(self.person)

    @cached_property
    def largest(self) -> int:
        """The largest total of a bill, in fen."""
        return int(np.add.reduceat(self.amount, self.first_line[:-1]).max()) if len(self.amount) else 0

    @cached_property
    def kinds(self) -> tuple[NDArray[Any], list[Kind]]:
        """One small number for each line, and what it stands for; the same under every policy.

        Raises NotInColumns for a rate whose denominator columns cannot carry exactly.
        """
        scale = int(self.denominator.max(initial=0)) + 1
        if scale > LARGEST_SCALE:
            raise NotInColumns(f"a first self-pay with the denominator {scale - 1}")
        shares = int(self.numerator.max(initial=0)) * scale + scale

        def numbers(part: slice) -> Column:
            number = self.category[part] * len(CLASSES)
            number += self.item_class[part]
            number *= shares
            number += self.numerator[part] * scale
            number += self.denominator[part]
            return number

        largest = (int(self.category.max(initial=0)) + 1) * len(CLASSES) * shares
        found, code = _numbered(numbers, len(self.amount), largest)
        kinds = []
        for one in found:
            kind, share_code = divmod(one, shares)
            category, item_class = divmod(kind, len(CLASSES))
            kinds.append(Kind(self.categories[category], item_class, *divmod(share_code, scale)))
        return code, kinds


def _numbered(numbers: Callable[[slice], Column], count: int, largest: int) -> tuple[list[int], NDArray[Any]]:
    """The different numbers in ascending order, and for each its place among them, in as few bytes as it needs.

    Small numbers are looked up in a table, a piece at a time that stays in the cache.
    """
    if largest > LARGEST_SCALE:
        found, places = np.unique(numbers(slice(None)), return_inverse=True)
        return found.tolist(), places.reshape(-1)
    pieces = [slice(start, start + PIECE) for start in range(0, count, PIECE)]
    seen = np.zeros(largest, bool)
    for piece in pieces:
        seen[numbers(piece)] = True
    found = np.flatnonzero(seen)
    place = np.zeros(largest, np.min_scalar_type(len(found)))
    place[found] = np.arange(len(found))
    code = np.empty(count, place.dtype)
    for piece in pieces:
        code[piece] = place[numbers(piece)]
    return found.tolist(), code


class _Codes:
    def __init__(self) -> None:
        self.words: dict[str, int] = {}

    def __call__(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words))


def _beyond(line: Line) -> bool:
    dear = max(line.price, line.ceiling or 0) > MOST_PRICE
    return dear or line.amount > MOST_AMOUNT or line.quantity > MOST_QUANTITY


def unfit(plan: Plan, claim: Claim, insured: Insured) -> str:
    """Why columns do not carry this bill, so that it is split by itself; empty where they do."""
    visit, header = claim.visit, plan.pack.header
    fitting = [benefit for benefit in plan.pack.benefits.benefit if visit.type in benefit.visits]
    if insured.suspended:
        return "benefits suspended"
    if claim.openings or visit.admissions_before is not None:
        return "openings of its own"
    if visit.admission_number and any(a.period is Period.STAY for a in plan.accumulators.values()):
        return "a stay that may have several bills"
    if insured.scheme is not header.scheme or not in_area(insured.area, header.area):
        return "insured elsewhere"
    if len(fitting) != 1:
        return f"{len(fitting)} benefits for {visit.type}, one is needed"
    if day_of(fitting[0], claim) < plan.first_day:
        return "before the policy began"
    if not claim.lines or len({line.sn for line in claim.lines}) < len(claim.lines):
        return "no lines, or two of one number"
    if any(line.item_class is None for line in claim.lines):
        return "a line with no catalogue class"
    if any(min(line.amount, line.price, line.quantity) < 0 for line in claim.lines):
        return "a negative line"
    if days_of(claim) > MOST_DAYS or any(_beyond(line) for line in claim.lines):
        return "a line or a stay beyond what columns multiply"
    if any(line.first_self_pay and line.first_self_pay.denominator >= LARGEST_SCALE for line in claim.lines):
        return "a first self-pay with a long denominator"
    return ""


def journal_of(plan: Plan, bills: Iterable[tuple[str, Claim, Insured]]) -> Journal:
    """Columns from claims in the order of settlement, each with the person it is for.

    The account is the person's own current one (``Insured.account_balance``): relatives' accounts and those of years
    before are used one bill at a time. Raises NotInColumns for a bill that is ``unfit``, or whose law day lies before
    that of the person's bill before it, since columns keep one period of an accumulator at a time.
    """
    header = plan.pack.header
    names = [name for name in plan.dimensions if name not in plan.counts]
    codes = {name: _Codes() for name in names}
    persons, categories = _Codes(), _Codes()
    places = {"disease": _Codes(), "institution": _Codes()}
    heads: list[tuple[int, ...]] = []
    facts: dict[str, list[int]] = {name: [] for name in names}
    where: dict[str, list[int]] = {name: [] for name in places}
    lines: list[tuple[int, ...]] = []
    last: dict[str, date] = {}
    first = [0]
    whole = ROUND[plan.points.ceiling]
    for person, claim, insured in bills:
        if why := unfit(plan, claim, insured):
            raise NotInColumns(f"bill {claim.bill}: {why}")
        benefit, number = benefit_of(plan, claim)
        day = day_of(benefit, claim)
        if last.setdefault(person, day) > day:
            raise NotInColumns(f"bill {claim.bill}: {EARLIER}")
        last[person] = day
        for name, column in facts.items():
            fact = facts_of(claim, insured, day, header.dimensions).get(name)
            column.append(-1 if fact is None else fact if isinstance(fact, int) else codes[name](fact))
        where["disease"].append(places["disease"](claim.visit.disease))
        where["institution"].append(places["institution"](claim.institution.code))
        heads.append(
            (persons(person), number, day.toordinal(), days_of(claim), insured.account_balance, int(claim.account_use))
        )
        for line in sorted(claim.lines, key=lambda line: line.sn):
            rate = line.first_self_pay
            over = -1 if line.ceiling is None else whole(line.ceiling * line.quantity, 10**8)
            lines.append(
                (
                    line.amount, _CLASS[line.item_class], categories(line.category),
                    0 if rate is None else rate.numerator, 0 if rate is None else rate.denominator, over,
                    line.quantity, line.price,
                )
            )  # fmt: skip
        first.append(len(lines))
    head = np.array(heads, np.int64).reshape(-1, 6).T
    body = np.array(lines, np.int64).reshape(-1, 8).T
    return Journal(
        persons=len(persons.words), person=head[0], benefit=head[1], day=head[2], days=head[3], account=head[4],
        account_use=head[5].astype(bool),
        facts={name: (np.array(column, np.int64), tuple(codes[name].words)) for name, column in facts.items()},
        place={name: np.array(column, np.int64) for name, column in where.items()},
        first_line=np.array(first, np.int64), amount=body[0], item_class=body[1], category=body[2],
        categories=tuple(categories.words), numerator=body[3], denominator=body[4],
        limit=body[5] if (body[5] >= 0).any() else None,
        quantity=body[6], price=body[7],
    )  # fmt: skip


def benefit_of(plan: Plan, claim: Claim) -> tuple[Benefit, int]:
    """The benefit of a bill that is not ``unfit``, and its place in the pack."""
    return next((b, n) for n, b in enumerate(plan.pack.benefits.benefit) if claim.visit.type in b.visits)


def partition(journal: Journal, persons: Sequence[int]) -> Journal:
    """The bills of some persons, as a journal of its own."""
    chosen = np.zeros(journal.persons, bool)
    chosen[list(persons)] = True
    bills = np.flatnonzero(chosen[journal.person])
    counts = np.diff(journal.first_line)[bills]
    rows = np.flatnonzero(np.repeat(chosen[journal.person], np.diff(journal.first_line)))
    return Journal(
        persons=journal.persons, person=journal.person[bills], benefit=journal.benefit[bills], day=journal.day[bills],
        days=journal.days[bills], account=journal.account[bills], account_use=journal.account_use[bills],
        facts={name: (codes[bills], words) for name, (codes, words) in journal.facts.items()},
        place={name: codes[bills] for name, codes in journal.place.items()},
        first_line=np.r_[0, np.cumsum(counts)], amount=journal.amount[rows], item_class=journal.item_class[rows],
        category=journal.category[rows], categories=journal.categories, numerator=journal.numerator[rows],
        denominator=journal.denominator[rows],
        limit=None if journal.limit is None else journal.limit[rows], quantity=journal.quantity[rows],
        price=journal.price[rows],
    )  # fmt: skip
