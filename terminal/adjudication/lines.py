"""The lines of a bill: own pay, over limit, first self-pay and what is in scope.

The order is fixed: what the catalogue does not cover leaves first, then ceilings cut, then the first self-pay is
taken off. A rate or ceiling that the line carries comes from the catalogue and goes before the pack's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

import msgspec

from terminal.adjudication.allocation import allocate
from terminal.adjudication.case import Case
from terminal.adjudication.findings import finding
from terminal.adjudication.rounding import ROUND, LinePlace, Round, Share, share_rounded, taken
from terminal.adjudication.values import Given, Words
from terminal.documents import Finding, ItemClass, Line, LineSplit
from terminal.money import Fen


class LineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """Which lines a rule is for: by catalogue class, by category of the bill, or all; ``when`` limits the case."""

    item_class: tuple[ItemClass, ...] = msgspec.field(name="class", default=())
    category: tuple[str, ...] = ()
    when: dict[str, Words] = {}

    def fits(self, item_class: ItemClass | None, category: str) -> bool:
        """Whether the rule is for such a line."""
        return (not self.item_class or item_class in self.item_class) and (
            not self.category or category in self.category
        )


class Exclude(LineRule, frozen=True, tag="exclude"):
    """These lines are own pay: outside the catalogue, or of a cause or place the policy does not cover."""


class CeilingPer(StrEnum):
    """What a ceiling is counted in."""

    UNIT = "unit"
    DAY = "day"
    VISIT = "visit"


class Effect(StrEnum):
    """What happens to units over a plausible number a day."""

    CUT = "cut"
    WARN = "warn"


class Ceiling(LineRule, frozen=True, tag="ceiling"):
    """The most that counts: an ``amount`` per unit, per day of the visit or for all lines of the rule together.

    ``units`` is the largest plausible number of units a day; ``effect`` says whether the surplus is cut or told.
    """

    per: CeilingPer
    amount: str = ""
    units: str = ""
    effect: Effect = Effect.CUT


class FirstSelfPay(LineRule, frozen=True, tag="first_self_pay"):
    """The share of the line that the patient bears before anything is in scope."""

    rate: str


class Separate(LineRule, frozen=True, tag="separate"):
    """Lines with a final ratio of their own: the patient bears ``rate``, the rest is the base ``separate``."""

    rate: str


_A, _B = ItemClass.A, ItemClass.B
LineStage = Exclude | Ceiling | FirstSelfPay | Separate


@dataclass(slots=True)
class Limit:
    """A ceiling with its figures; ``rule`` tells the limits for a whole visit apart."""

    rule: int
    per: CeilingPer
    amount: int | None
    units: int | None
    effect: Effect


@dataclass(slots=True)
class Treatment:
    """What happens to all lines of one class and category."""

    own: bool = False
    limits: list[Limit] = field(default_factory=list)
    share: Share | None = None
    """The first self-pay of a line that carries none."""
    separate: bool = False
    needs: tuple[Finding, ...] = ()
    """Figures that no document states; they stop the bill unless the line carries its own."""
    stop: Finding | None = None
    plain: bool = True
    """Whether such a line is in scope as a whole unless it says otherwise itself."""


ZERO = Fen(0)
Divided = tuple[int, Fen, Fen, int, int]
"""One line: its number, amount, own pay (all of it or nothing), over limit and first self-pay."""


SUMS: tuple[str, ...] = (
    "total", "own_pay", "over_limit", "first_self_pay", "separate", "class_deductible", "in_scope",
)  # fmt: skip
"""What the lines of a bill come to, by name."""


class Parts(msgspec.Struct):
    """The sums of a bill's lines, in fen."""

    total: int = 0
    own_pay: int = 0
    over_limit: int = 0
    first_self_pay: int = 0
    separate: int = 0
    findings: list[Finding] = []
    splits: list[Divided] = []
    groups: dict[int, int] = {}
    """What is in scope of the lines that a ratio by class pays on."""
    class_deductible: int = 0
    """The deductible that a policy takes from the charges of one class."""

    def figures(self) -> dict[str, int]:
        """The named amounts that stages start from."""
        figures = {
            "total": self.total,
            "own_pay": self.own_pay,
            "over_limit": self.over_limit,
            "first_self_pay": self.first_self_pay,
            "separate": self.separate,
            "class_deductible": self.class_deductible,
            "in_scope": self.total - self.own_pay - self.over_limit - self.first_self_pay,
        }
        for number, amount in self.groups.items():
            figures[f"lines.{number}"] = amount
        return figures


class Rows(dict[str, tuple[Treatment, ...]]):
    """For each category the treatments of the classes A, B, C and of no class; worked out once."""

    def __init__(self, treatment: Callable[[ItemClass | None, str], Treatment]) -> None:
        super().__init__()
        self.treatment = treatment

    def __missing__(self, category: str) -> tuple[Treatment, ...]:
        row = self[category] = tuple(self.treatment(item_class, category) for item_class in (*ItemClass, None))
        return row


class LineRules:
    """The line rules of a benefit, bound to one kind of bill."""

    def __init__(
        self,
        rules: Sequence[LineStage],
        case: Case,
        unknown_class: str,
        from_class: tuple[LineRule, int, str] | None = None,
        groups: Sequence[LineRule] = (),
    ) -> None:
        self.case = case
        self.from_class = from_class
        """Lines that bear a deductible, its amount, and the accumulator that says how much of it is used."""
        self.groups = groups
        """Lines whose part in scope is wanted by itself, as ``lines.<number>``."""
        self.unknown_class = unknown_class
        self.rules = [rule for rule in rules if case.applies(rule.when)]
        self.whole_ceiling = ROUND[case.points.ceiling]
        self.per_line = case.points.first_self_pay_at is LinePlace.LINE
        self.usual = self.per_line and not groups and not any(isinstance(rule, Separate) for rule in self.rules)
        """Whether no part of a line is wanted but own pay, over limit and first self-pay."""
        self.rows = Rows(self._treatment)
        self.last: tuple[Fraction | None, Share | None] = (None, None)
        """The last rate that a line carried; most lines carry the same one."""

    def share(self, rate: Fraction) -> Share | None:
        """A first self-pay as it is rounded."""
        return share_rounded(self.case.points.first_self_pay, *rate.as_integer_ratio())

    def _treatment(self, item_class: ItemClass | None, category: str) -> Treatment:
        made = Treatment()
        share: FirstSelfPay | Separate | None = None
        for number, rule in enumerate(self.rules):
            if not rule.fits(item_class, category):
                continue
            match rule:
                case Exclude():
                    made.own = True
                case Ceiling():
                    made.limits.append(self._limit(number, rule, made))
                case FirstSelfPay() | Separate():
                    share = share or rule
        if share is not None:
            found = self.case.find(share.rate)
            made.separate = isinstance(share, Separate)
            if isinstance(found, Finding):
                made.stop = found
            else:
                made.share = self.share(found.figure)
        made.plain = item_class is not None and not (
            made.own or made.limits or made.separate or made.stop or made.share
        )
        return made

    def _limit(self, number: int, rule: Ceiling, made: Treatment) -> Limit:
        numbers: list[int | None] = []
        for key in (rule.amount, rule.units):
            found = self.case.find(key) if key else None
            if isinstance(found, Finding):
                made.needs += (found,)
            numbers.append(int(found.figure) if isinstance(found, Given) else None)
        return Limit(number, rule.per, numbers[0], numbers[1], rule.effect)

    def split(self, lines: Sequence[Line], days: int, opening: Mapping[str, int], *, detail: bool) -> Parts:
        """Divides the lines; ``detail`` keeps the parts of every line."""
        parts = Parts(groups=dict.fromkeys(range(len(self.groups)), 0)) if self.groups else Parts()
        due, bearing = 0, None
        if self.from_class is not None:
            bearing, amount_due, used = self.from_class
            due = max(0, amount_due - opening.get(used, 0))
        left: dict[int, int] = {}
        shares: dict[Share, int] = {}
        total = own_pay = over_limit = first_self_pay = 0
        rows = self.rows
        usual = self.usual and not due
        keep = parts.splits.append
        last, carried = self.last
        for line in lines:
            base: int
            amount, item_class, ceiling, rate = line.amount, line.item_class, line.ceiling, line.first_self_pay
            total += amount
            row = rows[line.category]
            known = row[0] if item_class is _A else row[1] if item_class is _B else row[2] if item_class else row[3]
            if known.plain and rate is None and ceiling is None and usual:
                if detail:
                    keep((line.sn, amount, ZERO, 0, 0))
                continue
            if known.own or item_class is None:
                own = amount if known.own or self._unknown_is_own(line, parts) else ZERO
                own_pay += own
                if detail:
                    keep((line.sn, amount, own, 0, 0))
                continue
            base, over, first = amount, 0, 0
            if ceiling is not None or known.limits:
                over = self._cut(line, known, days, left, parts)
                over_limit += over
                base = amount - over
            if rate is None:
                share = known.share
                if known.stop is not None:
                    parts.findings.append(known.stop)
            else:
                if rate is not last:
                    last, carried = self.last = rate, self.share(rate)
                share = carried
            if due and bearing is not None and bearing.fits(item_class, line.category):
                borne = min(due, base)
                due -= borne
                base -= borne
                parts.class_deductible += borne
            if share is not None:
                times, plus, divisor, even = share
                exact = base * times + plus
                first = exact // divisor
                if even and first & 1 and not exact % divisor:
                    first -= 1
                first_self_pay += first
            if not usual:
                self._note_groups(parts, item_class, line.category, amount - over - first)
                parts.separate += amount - over - first if known.separate else 0
                if share is not None:
                    shares[share] = shares.get(share, 0) + base
            if detail:
                keep((line.sn, amount, ZERO, over, first))
        parts.total, parts.own_pay, parts.over_limit = total, own_pay, over_limit
        parts.first_self_pay = first_self_pay
        if not self.per_line:
            parts.first_self_pay = sum(taken(share, base) for share, base in shares.items())
            parts.splits = _rounded_together(parts.splits, parts.first_self_pay)
        return parts

    def _note_groups(self, parts: Parts, item_class: ItemClass, category: str, scope: int) -> None:
        for number, group in enumerate(self.groups):
            if group.fits(item_class, category):
                parts.groups[number] += scope

    def _unknown_is_own(self, line: Line, parts: Parts) -> bool:
        own = self.unknown_class == "own_pay"
        code = "unknown_class_own_pay" if own else "unknown_class"
        parts.findings.append(finding(code, f"line {line.sn}", sn=line.sn, item=line.code or line.house_code or "-"))
        return own

    def _cut(self, line: Line, known: Treatment, days: int, left: dict[int, int], parts: Parts) -> int:
        """The part of a line over its limits; a limit for the whole visit is used up in the order of the lines."""
        parts.findings.extend(known.needs)
        amount: int = line.amount
        counted = amount
        if line.ceiling is not None:
            counted = min(amount, self.whole_ceiling(line.ceiling * line.quantity, 10**8))
        for limit in known.limits:
            if limit.units is not None and line.quantity > limit.units * days * 10**4:
                if limit.effect is Effect.CUT:
                    plausible = self.whole_ceiling(line.price * limit.units * days * 10**4, 10**8)
                    counted = min(counted, plausible)
                place = f"line {line.sn}"
                parts.findings.append(finding("units_over_limit", place, sn=line.sn, limit=limit.units))
            if limit.amount is None:
                continue
            match limit.per:
                case CeilingPer.UNIT:
                    most = self.whole_ceiling(limit.amount * line.quantity, 10**4)
                case CeilingPer.DAY:
                    most = limit.amount * days
                case CeilingPer.VISIT:
                    most = left.get(limit.rule, limit.amount)
            counted = min(counted, most)
            if limit.per is CeilingPer.VISIT:
                left[limit.rule] = most - counted
        return amount - counted


def not_multiplying(lines: Sequence[Line], whole: Round) -> list[Finding]:
    """Lines whose price times quantity is not their amount; the amount is used, the difference is told."""
    found = []
    for line in lines:
        product = line.price * line.quantity
        if product != line.amount * 10**8 and (exact := whole(product, 10**8)) != line.amount:
            told = {"sn": line.sn, "product": Fen(exact), "amount": line.amount}
            found.append(finding("line_does_not_multiply", f"line {line.sn}", **told))
    return found


def all_own_pay(parts: Parts) -> Parts:
    """The lines of a person who has no benefits under a policy that then covers nothing."""
    splits: list[Divided] = [(sn, amount, amount, 0, 0) for sn, amount, *_ in parts.splits]
    return Parts(total=parts.total, own_pay=parts.total, splits=splits, findings=parts.findings)


def _rounded_together(splits: list[Divided], total: int) -> list[Divided]:
    """First self-pay rounded once for the bill, given back to the lines that bear it."""
    shares = allocate(total, [first for *_, first in splits])
    return [(sn, amount, own, over, share) for (sn, amount, own, over, _), share in zip(splits, shares, strict=True)]


def line_splits(parts: Parts) -> tuple[LineSplit, ...]:
    """The lines of a bill as its settlement shows them."""
    made = []
    for sn, amount, own, over, first in parts.splits:
        if over or first:
            scope = Fen(amount - over - first)
            made.append(LineSplit(sn, amount, ZERO, Fen(over), Fen(first), scope))
        else:
            made.append(LineSplit(sn, amount, own, ZERO, ZERO, ZERO if own else amount))
    return tuple(made)
