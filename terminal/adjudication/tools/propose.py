"""Bills that would test what no golden case tests: few, small, and without the answers.

An amount that the engine fills in proves nothing about the pack it was reckoned with. So a proposed case is blank where
an amount belongs, and counts only when a person has worked the amounts out and put a name under them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, product
from typing import Any, NamedTuple

from msgspec.structs import replace

from terminal.adjudication.engine import Split, split
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.golden import Question, answer, check_case, question, unfinished
from terminal.adjudication.lines import Ceiling, LineRule
from terminal.adjudication.mistakes import Mistake
from terminal.adjudication.pack import Benefit, GoldenCase, Pack
from terminal.adjudication.plan import Plan, accumulators_read
from terminal.adjudication.stages import ClassRatio, Deductible
from terminal.adjudication.tender import FamilyRule
from terminal.adjudication.tools.nudges import Nudge, nudges
from terminal.adjudication.tools.reach import USUAL, Kind, Reach, Wish
from terminal.adjudication.values import Row
from terminal.faults import Exit, Fault
from terminal.money import Fen

_LADDER = [step * 10**zeros * 100 for zeros in range(2, 7) for step in (1, 2, 5)]
"""Round amounts, 100 yuan to 5,000,000, in fen."""
_ODD = (5, 1, 3, 7, 9, 10, 50, 25, 15, 33)
"""Fen added to a line until a rounding shows."""
_WORKED_OUT = ("own_pay", "over_limit", "first_self_pay", "deductible", "account", "family_account", "hospital")
"""Amounts a person works out where there are any; what each layer pays and the cash come on top."""
_USED_UP = 1
"""How many numbers more a bill must test for something to be used up before it."""
_TRIED = 2
"""Kinds of bill looked at for each proposal, those first that read most untested numbers."""


class Proposed(NamedTuple):
    """A bill to work out by hand, and the numbers it tests."""

    case: GoldenCase
    kind: Kind
    tests: tuple[Mistake, ...]


class Proposal(NamedTuple):
    """Bills that together test what was untested, and what no bill was found for."""

    proposed: tuple[Proposed, ...]
    left: tuple[Mistake, ...]


class CasesDisagree(Fault):
    """Golden cases that the pack answers differently; they are put right before new ones are proposed."""

    code = "cases_disagree"
    exit = Exit.NO
    zh = "有算例与政策包不符：{cases}。"
    en = "Golden cases do not agree with the pack: {cases}."
    next_zh = "请用 yibao policy test 查看，改正数字或算例，或删去 policy new 写的开头两例。没有写入。"
    next_en = (
        "See them with `yibao policy test`; correct the figures or the cases, or delete the two that `policy new` "
        "wrote. Nothing was written."
    )


def propose(pack: Pack) -> Proposal:
    """Bills for the numbers that neither a confirmed nor an already proposed case would miss. Raises CasesDisagree."""
    return _Search(pack).run()


@dataclass(frozen=True, eq=False, slots=True)
class _Tried:
    """A nudge with its plan compiled; equal to nothing but itself."""

    nudge: Nudge
    plan: Plan

    @property
    def row(self) -> Row | None:
        return self.nudge.row


class _Search:
    def __init__(self, pack: Pack) -> None:
        self.pack, self.plan = pack, Plan(pack)
        self.reach = Reach(self.plan)
        wrong = [c.id for c in pack.cases if any(w.figure not in unfinished(c) for w in check_case(self.plan, c))]
        if wrong:
            raise CasesDisagree(cases=", ".join(wrong))
        self.outcome = _amounts
        """By what a change shows: by amounts a person works out anyway as long as these will do."""
        self.all = [_Tried(nudge, Plan(nudge.pack)) for nudge in nudges(pack)]

    def run(self) -> Proposal:
        left = self._untested()
        missing, found = left, []
        while left:
            best = self._best(left)
            if best is None and self.outcome is _amounts:
                self.outcome = _everything
                continue
            if best is None:
                break
            case, kind, noticed = best
            found.append((self._simplest(case, noticed), kind, noticed))
            left = [one for one in left if one not in noticed]
        wanted = [one for one in missing if one not in left]
        needed = self._needed(found, wanted)
        names: set[str] = {case.id for case in self.pack.cases}
        proposed = []
        for case, kind, noticed in needed:
            expect = self._expected(case, noticed)
            ref = next((one.row.ref for one in noticed if one.row), self.pack.header.source[0].id).split("#")[0]
            named = replace(case, id=_name(kind, names), ref=ref, expect=expect)
            names.add(named.id)
            proposed.append(Proposed(named, kind, tuple(one.nudge.mistake for one in noticed)))
        return Proposal(tuple(proposed), tuple(one.nudge.mistake for one in left))

    def _untested(self) -> list[_Tried]:
        """The numbers whose change shows in no figure that a case expects, a proposed one included."""
        rights = [answer(self.plan, case) for case in self.pack.cases]
        return [
            one
            for one in self.all
            if not any(
                _differ(right, answer(one.plan, case), case.expect)
                for case, right in zip(self.pack.cases, rights, strict=True)
            )
        ]

    def _notices(self, case: GoldenCase, nudged: Sequence[_Tried]) -> list[_Tried]:
        """The numbers whose change shows in a bill."""
        asked = question(self.plan, case)
        right = self.outcome(_answered(self.plan, case, asked))
        return [one for one in nudged if self.outcome(_answered(one.plan, case, asked)) != right]

    def _best(self, left: list[_Tried]) -> tuple[GoldenCase, Kind, list[_Tried]] | None:
        """The bill that notices most of what is left, the simplest of these."""
        ranked = sorted(self._kinds(left), key=lambda pair: -len(pair[1]))
        found: list[tuple[tuple[int, ...], GoldenCase, Kind, list[_Tried]]] = []
        for odd, (number, (kind, relevant)) in product((0, *_ODD), enumerate(ranked)):
            if found and (odd or number >= _TRIED):
                break
            for case in self._bills(kind, odd):
                if noticed := self._notices(case, relevant):
                    held = len(case.openings.keys() - kind.facts.keys())
                    found.append(((_USED_UP * held - len(noticed), *_size(case)), case, kind, noticed))
                    if len(noticed) == len(relevant):
                        break
        if not found:
            return None
        _, case, kind, noticed = min(found, key=lambda each: each[0])
        relevant = next(each for other, each in ranked if other is kind)
        return self._oddly(case, kind, noticed, relevant)

    def _kinds(self, left: list[_Tried]) -> Iterator[tuple[Kind, list[_Tried]]]:
        """Kinds of bill that read rows which are left, each with what it reads of them."""
        seen = set()
        wishes = [(one, list(self.reach.wishes(one.row))) for one in left if one.row is not None]
        first = self.plan.values.days[:1]
        usual: list[tuple[Benefit, date, date | None, Wish]] = [
            (benefit, day, None, {}) for benefit in self.pack.benefits.benefit for day in first
        ]
        for benefit, day, known, wish in chain(*(each for _, each in wishes), usual):
            for wished in (_merged(wish, (benefit, day, known), wishes), wish):
                kind = self.reach.kind(benefit, day, known, wished)
                place = (benefit.id, day, known, tuple(kind.facts.items()))
                if place not in seen:
                    seen.add(place)
                    rows = [row for _, row in self.reach.read(kind)]
                    relevant = [one for one in left if one.row is None or one.row in rows]
                    if relevant:
                        yield kind, relevant

    def _bills(self, kind: Kind, odd: int) -> Iterator[GoldenCase]:
        """Bills of a kind: round amounts and the limits themselves, with nothing used up or a limit nearly used up.

        ``odd`` fen are added to each amount: what is left where round ones show nothing are points of rounding.
        """
        read = [row for _, row in self.reach.read(kind)]
        limits = (limit + more for limit in _limits(read) for more in (0, 100_00, 1000_00))
        amounts = sorted({amount + odd for amount in (*_LADDER, *limits)})
        lines = [line for line, row in self._special_lines(kind) if not row.unstated]
        lines += [{"class": "C", "amount": "50000.00"}] * _counts_own_pay(kind.benefit)
        mains = [{"class": "A"}] * bool(lines) + [
            {k: v for k, v in line.items() if k in ("class", "category")} for line in lines
        ]
        for line, row in self._special_lines(kind):
            if row.unstated:
                yield self.reach.case(kind, [line])
        for amount, nights, main in product(amounts, self._nights(kind), mains):
            yield self.reach.case(kind, [{**main, "amount": str(Fen(amount))}], nights=nights)
        for openings, nights in product(self._openings(kind), self._nights(kind)):
            for amount in amounts:
                yuan = str(Fen(amount))
                for family in self._families(kind, amount):
                    main = {"class": "A", "amount": yuan}
                    yield self.reach.case(kind, [main, *lines], openings, nights=nights, family=family)

    def _nights(self, kind: Kind) -> list[int]:
        """A day; and a month where something is paid or limited by the day."""
        daily = any(getattr(place.stage, "per", "") == "day" for place, _ in self.reach.read(kind))
        return [0, 30] if daily else [0]

    def _families(self, kind: Kind, amount: int) -> list[tuple[dict[str, str], ...]]:
        """No relative's account; and one that just meets each condition on it, for all that the bill needs."""
        held = {p.field: int(row.amount or 0) for p, row in self.reach.read(kind) if isinstance(p.stage, FamilyRule)}
        balances = [held["balance_above"] + 1] if "balance_above" in held else []
        balances += [held["left_least"] + amount] if "left_least" in held else []
        balances = balances or [10**8] if held else []
        return [(), *(({"holder": "relative", "balance": str(Fen(balance))},) for balance in balances)]

    def _special_lines(self, kind: Kind) -> Iterator[tuple[dict[str, str], Row]]:
        """A line for each rule and each stage that treats some lines by themselves."""
        read = self.reach.read(kind)
        seen = set()
        for place, row in read:
            stage = place.stage
            classes, categories = getattr(stage, "item_class", ()), getattr(stage, "category", ())
            if isinstance(stage, Deductible):
                classes, categories = stage.of_class, stage.of_category
            if not isinstance(stage, LineRule | ClassRatio | Deductible) or not (classes or categories):
                continue
            line = {"class": str(classes[0]) if classes else "A"}
            if categories:
                line["category"] = categories[0]
            amount = 1000_00
            if isinstance(stage, Ceiling) and place.field == "units":
                line |= {"price": "10.00", "quantity": str((row.count or 0) + 1)}
                amount = ((row.count or 0) + 1) * 10_00
            elif isinstance(stage, Ceiling):
                amount = int(row.amount or 0) + 20_00
            line["amount"] = str(Fen(amount))
            if str(line) not in seen:
                seen.add(str(line))
                yield line, row

    def _openings(self, kind: Kind) -> Iterator[dict[str, str | int]]:
        """Nothing used up; or of one accumulator what it is compared with, but for a little."""
        yield {}
        held: dict[str, set[int]] = {name: set() for layer in kind.benefit.layer for name in accumulators_read(layer)}
        for place, row in self.reach.read(kind):
            for name in (getattr(place.stage, "accumulator", ""), getattr(place.stage, "limit_accumulator", "")):
                if name in held:
                    held[name] |= {limit - less for limit in _limits([row]) for less in (1000_00, 100_00)}
        for accumulator in self.pack.header.accumulator:
            if accumulator.id not in held or accumulator.id in kind.facts:
                continue
            counts = accumulator.unit == "count"
            values = {1, 2} if counts else held[accumulator.id] | (set() if accumulator.measure else {*_LADDER})
            for value in sorted(values):
                if value > 0:
                    yield {accumulator.id: value if counts else str(Fen(value))}

    def _oddly(
        self, case: GoldenCase, kind: Kind, noticed: list[_Tried], relevant: list[_Tried]
    ) -> tuple[GoldenCase, Kind, list[_Tried]]:
        """The same bill with odd fen, if that shows more: how something is rounded, or a small share of a fen."""
        points = [one for one in relevant if one not in noticed]
        for number, odd in ((n, odd) for n in range(len(case.lines)) for odd in _ODD if points):
            line = case.lines[number]
            if "quantity" in line:
                continue
            tried = {**line, "amount": str(Fen(_fen(line) + odd))}
            other = replace(case, lines=(*case.lines[:number], tried, *case.lines[number + 1 :]))
            shown = self._notices(other, [*noticed, *points])
            if len(shown) > len(noticed) and set(noticed) <= set(shown):
                case, noticed = other, shown
                points = [one for one in points if one not in shown]
        return case, kind, noticed

    def _simplest(self, case: GoldenCase, noticed: list[_Tried]) -> GoldenCase:
        """The bill without lines that show nothing."""
        for number in range(len(case.lines) - 1, -1, -1):
            other = replace(case, lines=(*case.lines[:number], *case.lines[number + 1 :]))
            if other.lines and len(self._notices(other, noticed)) == len(noticed):
                case = other
        return case

    def _needed(
        self, found: list[tuple[GoldenCase, Kind, list[_Tried]]], wanted: list[_Tried]
    ) -> list[tuple[GoldenCase, Kind, list[_Tried]]]:
        """The bills without those whose numbers the others test as well, each with all it tests."""
        self.outcome = _amounts
        kept = []
        for case, kind, noticed in found:
            shown = self._notices(case, wanted)
            more = [one for one in noticed if one not in shown]
            kept.append((case, kind, [*shown, *more]))
        for one in sorted(kept, key=lambda each: len(each[2])):
            rest = [each for each in kept if each is not one]
            if {*one[2]} <= {*chain(*(shown for _, _, shown in rest))}:
                kept = rest
        return kept

    def _expected(self, case: GoldenCase, noticed: list[_Tried]) -> dict[str, Any]:
        """The figures to work out, blank; a refusal is no amount, so it stands there to be read and signed."""
        right = answer(self.plan, case)
        if right["stop"]:
            return {"stop": right["stop"]}
        layers = [name for name in right if name.startswith("paid.")]
        wanted = [n for n in (*_WORKED_OUT[:4], *layers, *_WORKED_OUT[4:]) if right[n] != "0.00"] + ["cash"]
        for one in noticed:
            other = answer(one.plan, case)
            if not _differ(right, other, wanted):
                named = sorted(_differ(right, other, None), key=lambda n: (not n.startswith(("posts.", "account")), n))
                wanted.append(named[0])
        return {name: right[name] if name in ("note", "benefit") else "" for name in wanted}


def _answered(plan: Plan, case: GoldenCase, asked: Question) -> Split | CannotSplit:
    try:
        return split(plan, asked.claim, asked.insured, asked.openings, known=case.known, purses=asked.purses)
    except CannotSplit as refused:
        return refused


def _amounts(answered: Split | CannotSplit) -> tuple[object, ...]:
    """What a golden case asks a person to work out, or why there is no split."""
    if isinstance(answered, CannotSplit):
        return tuple(found.code for found in answered.findings)
    result = answered.settlement
    return (
        result.own_pay, result.over_limit, result.first_self_pay, result.deductible, result.account,
        result.family_account, result.hospital, result.cash, *(layer.paid for layer in result.layers),
    )  # fmt: skip


def _everything(answered: Split | CannotSplit) -> tuple[object, ...]:
    """Whatever else a golden case can expect, besides."""
    if isinstance(answered, CannotSplit):
        return _amounts(answered)
    result = answered.settlement
    codes = [found.code for found in result.findings]
    return *_amounts(answered), answered.figures, result.postings, result.account_balance, codes


def _differ(right: Mapping[str, Any], other: Mapping[str, Any], figures: Iterable[str] | None) -> list[str]:
    names = figures if figures is not None else {**right, **other}
    return [name for name in names if right.get(name) != other.get(name)]


def _merged(wish: Wish, place: tuple[Any, ...], wishes: Sequence[tuple[_Tried, Sequence[tuple[Any, ...]]]]) -> Wish:
    """The wish, and as many others of the same benefit and day as go with it."""
    merged = dict(wish)
    for _, each in wishes:
        for benefit, day, known, other in each:
            if (benefit, day, known) == place:
                both = {n: [f for f in merged.get(n, facts) if f in facts] for n, facts in other.items()}
                if all(both.values()):
                    merged |= both
                    break
    return merged


def _counts_own_pay(benefit: Benefit) -> bool:
    """Whether a layer pays on, or compares itself with, more of the bill than what is in scope."""
    bases = {base for layer in benefit.layer for base in (layer.base, *layer.plus)}
    bases |= {getattr(stage, "of", "") for layer in benefit.layer for stage in layer.stages}
    return bool(bases & {"total", "own_pay", "remaining_total"})


def _limits(rows: Iterable[Row]) -> set[int]:
    """The amounts of these rows, and where their bands end."""
    limits = {row.amount for row in rows} | {band.up_to for row in rows for band in row.bands}
    return {int(limit) for limit in limits if limit}


def _fen(line: Mapping[str, Any]) -> int:
    return int(line["amount"].replace(".", ""))


def _size(case: GoldenCase) -> tuple[int, int]:
    return len(case.lines), sum(map(_fen, case.lines))


def _name(kind: Kind, taken: set[str]) -> str:
    """The benefit and what is unusual about the bill."""
    words = [f"{name}-{fact}" for name, fact in kind.facts.items() if name != "visit" and fact != USUAL.get(name, 1)]
    plain = "-".join((kind.benefit.id, *words))
    return next(name for n in range(1, 10**6) if (name := plain if n == 1 else f"{plain}-{n}") not in taken)
