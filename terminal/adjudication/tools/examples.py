"""Worked examples of the form ``policy-examples/1``: their resolved parameters, told in the engine's own stages.

The form is one of exchange between people who collect published calculations. Amounts are yuan text, ratios decimal
text. Nothing is computed here: an example becomes a pack with one benefit, a bill, openings and purses.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

import msgspec

from terminal.adjudication.accumulators import Accumulator, Period, Scope, Trust
from terminal.adjudication.bill import BASES
from terminal.adjudication.engine import Split, split
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.lines import Ceiling, CeilingPer, Exclude, FirstSelfPay, LineStage, Separate
from terminal.adjudication.mistakes import nearest
from terminal.adjudication.pack import Benefit, Benefits, DateBasis, Header, Layer, Pack, Suspension, UnknownClass
from terminal.adjudication.plan import Plan
from terminal.adjudication.rounding import LinePlace, Place, RoundingPoints
from terminal.adjudication.stages import (
    AccountFirst,
    Cap,
    CapOn,
    CarveOut,
    ClassRatio,
    Declared,
    Deductible,
    FixedAmount,
    Floor,
    Gate,
    LayerStage,
    Origin,
    Package,
    Ratio,
    Segment,
)
from terminal.adjudication.tender import FamilyRule, Pays, Purse, PurseKind, PurseRule
from terminal.adjudication.values import Band, Derive, Row, Unit
from terminal.clock import BEIJING
from terminal.documents import (
    Claim,
    Employment,
    Fund,
    Institution,
    Insured,
    ItemClass,
    Line,
    Opening,
    Scheme,
    Source,
    Tier,
    Visit,
    VisitType,
)
from terminal.faults import BadDocument
from terminal.money import Fen, Price, Quantity, Rounding, parse_price, parse_quantity, parse_yuan

_DAY = datetime(2026, 3, 2, 9, tzinfo=BEIJING)
_SINCE = date(2000, 1, 1)


class Example(msgspec.Struct, frozen=True):
    """One example: the bill, the parameters as they apply to it, and every amount that must come out."""

    id: str
    policy: dict[str, Any]
    expected: dict[str, str]
    bill: dict[str, Any]
    visit: dict[str, Any] = {}
    person: dict[str, Any] = {}


class Examples(msgspec.Struct, frozen=True):
    """A file of examples."""

    schema: Literal["policy-examples/1"]
    examples: tuple[Example, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What the engine says to one example: every amount under the file's key names, and where it differs."""

    id: str
    ok: bool
    computed: dict[str, str]
    differences: dict[str, tuple[str, str]]
    """Key to (expected, computed)."""


class _BinaryFloat(ValueError):
    pass


def _refuse_float(text: str) -> object:
    raise _BinaryFloat(f"the binary float {text}; amounts and ratios are text")


def read_examples(data: bytes, *, file: str = "-") -> Examples:
    """A file of examples from its bytes. Raises BadDocument."""
    try:
        return msgspec.json.Decoder(Examples, float_hook=_refuse_float).decode(data)
    except (msgspec.DecodeError, _BinaryFloat) as error:
        raise BadDocument(file=file, place="-", found=str(error), expected="policy-examples/1") from error


def run_example(example: Example, *, file: str = "-") -> Outcome:
    """Runs one example through the engine. Raises BadDocument for a parameter it cannot read."""
    try:
        told = _Telling(example)
        done = told.run()
    except CannotSplit as refused:
        raise BadDocument(file=file, place=example.id, found=str(refused), expected="a bill with a split") from refused
    except KeyError as error:
        raise BadDocument(file=file, place=example.id, found=f"no {error}", expected="policy-examples/1") from error
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise BadDocument(file=file, place=example.id, found=str(error), expected="policy-examples/1") from error
    computed = told.amounts(done)
    differences = {
        key: (value, computed.get(key, "nothing"))
        for key, value in example.expected.items()
        if computed.get(key) != value
    }
    return Outcome(example.id, not differences, computed, differences)


_BASES = {
    "eligible": "in_scope",
    "self_paid": "own_pay",
    "pooled_copay": "copay",
    "in_scope_personal_ex_deductible": "in_scope_personal_ex_deductible",
}


def _inner(value: Any, key: str) -> str:
    """A parameter that the file may write plainly or as an object with one key."""
    return str(value[key] if isinstance(value, dict) else value)


_IN_SCOPE = Pays(deductible=True, copay=True, first_self_pay=False, over_limit=False, own_pay=False)
_ALL = Pays(deductible=True, copay=True, first_self_pay=True, over_limit=True, own_pay=True)
_SCOPES = {
    "in_scope_personal": _IN_SCOPE,
    "in_scope_and_first_self_pay": msgspec.structs.replace(_IN_SCOPE, first_self_pay=True),
    "except_self_paid": msgspec.structs.replace(_ALL, own_pay=False),
    "personal_total": _ALL,
    "all": _ALL,
    "given": _ALL,
}
_ROUNDING = RoundingPoints(
    line_amount=Rounding.HALF_UP, ceiling=Rounding.HALF_UP, first_self_pay=Rounding.HALF_UP,
    first_self_pay_at=LinePlace.LINE, carve_out=Rounding.HALF_UP, deductible=Rounding.HALF_UP,
    payment=Rounding.HALF_UP, payment_at=Place.LAYER,
)  # fmt: skip


class _Telling:
    """An example as a pack, a claim, openings and purses."""

    def __init__(self, example: Example) -> None:
        self.example = example
        self.rows: list[Row] = []
        self.accumulators: list[Accumulator] = []
        self.openings: list[Opening] = []
        policy, bill = example.policy, example.bill
        given = [{"class": "A", "amount": amount} for amount in bill.get("given", {}).values()]
        self.given_lines: list[dict[str, Any]] = bill.get("lines") or given
        lines = self._lines()
        rules = tuple(made for rule in policy.get("line_rules", ()) for made in self._rules(rule))
        given_layers = [layer for layer in policy.get("layers", ()) if layer.get("kind") != "none"]
        layers = [self._layer(number, layer) for number, layer in enumerate(given_layers)]
        if layers and policy.get("account", {}).get("order", "").startswith("before"):
            first = AccountFirst(fills_deductible=bool(policy["account"].get("fills_deductible", False)))
            layers[0] = msgspec.structs.replace(layers[0], stages=(first, *layers[0].stages))
        if any(isinstance(rule, Separate) for rule in rules):
            stages = (Ratio(rate=self._figure(Unit.RATE, Fraction(1))),)
            layers.append(
                Layer(id="separate", fund=Fund.POOLED, zh="", en="", base="separate", reduces=True, stages=stages)
            )
        self.purses, purse, family = self._account(policy)
        benefit = Benefit(
            id="example", zh="", en="", visits=(VisitType.INPATIENT,), date_basis=DateBasis.BEGIN, layer=tuple(layers)
        )
        header = Header(
            format="policy/1", id=example.id, area="000000", scheme=Scheme.OTHER, title_zh="", title_en="", version="",
            review_by=_SINCE, unknown_class=UnknownClass.STOP, suspension=Suspension.CASH, source=(),
            rounding=_ROUNDING, accumulator=tuple(self.accumulators), purse=purse, family=family,
        )  # fmt: skip
        benefits = Benefits(benefit=(benefit,), line=rules)
        self.plan = Plan(Pack(header=header, benefits=benefits, rows=tuple(self.rows), cases=(), digest=""))
        self.claim = Claim(
            bill=example.id,
            institution=Institution(code="", name="", area="000000", tier=Tier.NONE),
            terminal="",
            operator="",
            visit=Visit(type=VisitType.INPATIENT, begin=_DAY),
            lines=lines,
        )
        suspended = "suspended" if example.person.get("suspended") else ""
        self.insured = Insured("000000", Scheme.OTHER, Employment.OTHER, suspended=suspended)

    def run(self) -> Split:
        """The example through the engine."""
        return split(self.plan, self.claim, self.insured, self.openings, purses=self.purses)

    def _figure(self, unit: Unit, figure: Any, **more: Any) -> str:
        key = f"figure.{len(self.rows)}"
        fields = {Unit.YUAN: "amount", Unit.RATE: "rate", Unit.BANDS: "bands", Unit.COUNT: "count"}
        value = {} if figure is None else {fields[unit]: figure}
        self.rows.append(Row(key=key, unit=unit, begins=_SINCE, known=_SINCE, ref="", **value, **more))
        return key

    def _yuan(self, text: str) -> str:
        return self._figure(Unit.YUAN, parse_yuan(text))

    def _ratio(self, text: str) -> str:
        return self._figure(Unit.RATE, Fraction(text))

    def _held(self, name: str, value: str, measure: tuple[str, ...] = ()) -> str:
        """An accumulator that opens with ``value``."""
        benefits = ("example",) if measure else ()
        self.accumulators.append(
            Accumulator(
                id=name, unit="yuan", measure=measure, benefits=benefits, period=Period.LIFETIME, scope=Scope.PERSON,
                opening=Trust.CENTRE, zh=name, en=name,
            )
        )  # fmt: skip
        self.openings.append(Opening(name, "life", parse_yuan(value), _DAY.date(), Source.CENTRE))
        return name

    def _lines(self) -> tuple[Line, ...]:
        return tuple(self._line(number, line) for number, line in enumerate(self.given_lines, 1))

    def _line(self, sn: int, line: Mapping[str, Any]) -> Line:
        """Every line is of class A here; its category tells it apart, and rules name the lines they match."""
        amount = parse_yuan(line["amount"])
        price = parse_price(line["unit_price"]) if "unit_price" in line else Price(amount * 10**4)
        rate = Fraction(line["first_self_pay_ratio"]) if "first_self_pay_ratio" in line else None
        if "first_self_pay_amount" in line:
            rate = Fraction(parse_yuan(line["first_self_pay_amount"]), amount)
        return Line(
            sn, line.get("item", ""), price, Quantity(parse_quantity(line.get("qty", "1"))), amount,
            category=str(sn), item_class=ItemClass.A, first_self_pay=rate,
        )  # fmt: skip

    def _of(self, item_class: str) -> tuple[str, ...]:
        """The categories of the lines of a class of the file; one that nothing matches where there are none."""
        found = [str(n) for n, line in enumerate(self.given_lines, 1) if line["class"] == item_class]
        return tuple(found) or ("-",)

    def _rules(self, rule: Mapping[str, Any]) -> list[LineStage]:
        category = self._of(rule["match"]["class"])
        if rule.get("treat") == "self_paid":
            return [Exclude(category=category)]
        if rule.get("treat") == "separate":
            return [Separate(category=category, rate=self._ratio(rule["personal_ratio"]))]
        if "first_self_pay" in rule:
            return [FirstSelfPay(category=category, rate=self._ratio(rule["first_self_pay"]))]
        lines = [(one, self.given_lines[int(one) - 1]) for one in category if one != "-"]
        if "max_units_per_day" in rule:
            most = Fraction(rule["max_units_per_day"])
            return [
                Ceiling(
                    category=(one,), per=CeilingPer.DAY,
                    units=self._figure(Unit.COUNT, int(most * int(line.get("days", 1)))),
                )
                for one, line in lines
            ]  # fmt: skip
        ceiling = rule["ceiling"]
        limit = parse_yuan(ceiling["amount"])
        if "times" not in ceiling:
            return [Ceiling(category=category, per=CeilingPer.VISIT, amount=self._figure(Unit.YUAN, limit))]
        times = [(one, Fraction(str(line[ceiling["times"]]))) for one, line in lines]
        return [
            Ceiling(category=(one,), per=CeilingPer.VISIT, amount=self._figure(Unit.YUAN, Fen(round(limit * often))))
            for one, often in times
        ]

    def _layer(self, number: int, layer: Mapping[str, Any]) -> Layer:
        name = f"l{number}"
        kind = layer.get("kind")
        base = layer.get("base", "in_scope_personal" if kind in ("guarantee", "fixed_per_use") else "eligible")
        terms = (
            [(part, Fraction(weight)) for part, weight in base["sum"]]
            if isinstance(base, dict)
            else [(base, Fraction(1))]
        )
        named = [(self._base(part), weight) for part, weight in terms]
        base, weight = named[0]
        plus = dict(named[1:]) | ({base: weight - 1} if weight != 1 else {})
        kinds = {
            "given": self._given, "quota": self._quota, "fixed_per_use": self._fixed, "guarantee": self._guarantee,
            "class_ratio": self._class_ratio, "deductible_from_class_gross": self._from_class,
        }  # fmt: skip
        if kind is not None and kind not in kinds:
            raise ValueError(f"the kind {kind!r}, not {nearest(kind, tuple(kinds))}")
        stages = kinds.get(kind or "", self._formula)(name, layer)
        reduces = layer.get("reduces") != "none"
        return Layer(
            id=name, fund=Fund(layer["fund"]), zh="", en="", base=base, reduces=reduces, stages=stages, plus=plus
        )

    def _base(self, name: str) -> str:
        """A base of the file in the engine's words; a given amount becomes a declared one."""
        if not name.startswith("given:"):
            if (base := _BASES.get(name, name)) not in BASES:
                raise ValueError(f"the base {name!r}, not {nearest(name, (*_BASES, *BASES))}")
            return base
        held = name.removeprefix("given:")
        if held not in {accumulator.id for accumulator in self.accumulators}:
            self._held(held, self.example.bill["given"][held])
        return f"declared.{held}"

    def _class_ratio(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        """A ratio for each class, then the caps of an ordinary layer."""
        ratios = next(
            layer[key] for key in ("ratios", "ratio", "class_ratios", "by_class") if isinstance(layer.get(key), dict)
        )
        paid = tuple(
            ClassRatio(category=self._of(item_class), rate=self._ratio(ratio)) for item_class, ratio in ratios.items()
        )
        before, after = self._around(name, layer)
        return (*before, *paid, *after)

    def _from_class(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        """A deductible from the charges of one class, before its first self-pay."""
        item_class = layer.get("class") or layer.get("deductible", {}).get("class") or "B"
        stages = self._formula(name, layer)
        category = self._of(item_class)
        return tuple(
            msgspec.structs.replace(stage, of_category=category) if isinstance(stage, Deductible) else stage
            for stage in stages
        )

    def _given(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        return (Declared(amount=self._held(f"{name}.given", layer["amount"])),)

    def _quota(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        return (Package(standard=self._yuan(layer["standard"]), rate=self._ratio(layer["fund_ratio"])),)

    def _fixed(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        whole = parse_yuan(layer["amount"]) * int(layer["uses"])
        return (FixedAmount(amount=self._figure(Unit.YUAN, Fen(whole)), per="bill"),)

    def _guarantee(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        of = _BASES.get(layer["of"], layer["of"])
        share = self._ratio(layer["max_personal_ratio"])
        return (Deductible(rate=share, of=of), Ratio(rate=self._figure(Unit.RATE, Fraction(1))))

    def _formula(self, name: str, layer: Mapping[str, Any]) -> tuple[LayerStage, ...]:
        before, after = self._around(name, layer)
        if "bands" in layer:
            bands = tuple(
                Band(Fraction(band["ratio"]), None if band["up_to"] is None else parse_yuan(band["up_to"]))
                for band in layer["bands"]
            )
            if bands[-1].up_to is not None:
                bands += (Band(Fraction(0)),)
            prior = self._held(f"{name}.prior", layer["band_prior"]) if "band_prior" in layer else ""
            key = self._figure(Unit.BANDS, bands)
            pays: LayerStage = Segment(bands=key, origin=Origin(layer["band_origin"]), accumulator=prior)
        else:
            ratio = Fraction(layer.get("ratio", 1))
            for factor in layer.get("ratio_times", ()):
                ratio *= Fraction(factor)
            pays = Ratio(rate=self._figure(Unit.RATE, ratio))
        return (*before, pays, *after)

    def _around(self, name: str, layer: Mapping[str, Any]) -> tuple[list[LayerStage], list[LayerStage]]:
        """The stages before and after the payment."""
        caps = [layer["cap"]] if "cap" in layer else []
        caps += layer.get("more_caps", [])
        before: list[LayerStage] = []
        after: list[LayerStage] = []
        if "gate" in layer:
            before.append(Gate(amount=self._yuan(_inner(layer["gate"], "amount"))))
        if "carve_out" in layer:
            before.append(CarveOut(rate=self._ratio(_inner(layer["carve_out"], "ratio"))))
        before += [self._cap(name, number, cap) for number, cap in enumerate(caps) if cap["on"] == "eligible"]
        if "deductible" in layer:
            before.append(self._deductible(name, layer["deductible"]))
        if "floor" in layer:
            of = layer["floor"].get("of", "total") if isinstance(layer["floor"], dict) else "total"
            after.append(Floor(rate=self._ratio(_inner(layer["floor"], "ratio")), of=_BASES.get(of, of)))
        after += [self._cap(name, number, cap) for number, cap in enumerate(caps) if cap["on"] == "payment"]
        return before, after

    def _cap(self, name: str, number: int, cap: Mapping[str, Any]) -> Cap:
        used = self._held(f"{name}.cap.{number}", cap["used"]) if "used" in cap else ""
        return Cap(on=CapOn(cap["on"]), amount=self._yuan(cap["amount"]), accumulator=used)

    def _deductible(self, name: str, rule: Mapping[str, Any]) -> Deductible:
        more: dict[str, Any] = {}
        if "used" in rule:
            more["accumulator"] = self._held(f"{name}.deductible", rule["used"])
        if "year_limit" in rule:
            more["limit"] = self._yuan(rule["year_limit"])
            more["limit_accumulator"] = self._held(f"{name}.limit", rule.get("year_used", "0.00"))
        if "percent_of_total" in rule:
            bounds: dict[str, Any] = {
                word: self._yuan(rule[key]) for word, key in (("least", "min"), ("most", "max")) if key in rule
            }
            return Deductible(rate=self._ratio(rule["percent_of_total"]), of="total", **bounds, **more)
        if "percent_of" in rule:
            wage = self._yuan(rule["percent_of"])
            derive = Derive(of=wage, times=Fraction(rule["percent"]))
            return Deductible(amount=self._figure(Unit.YUAN, None, derive=derive), **more)
        return Deductible(amount=self._yuan(rule["amount"]), **more)

    def _account(self, policy: Mapping[str, Any]) -> tuple[tuple[Purse, ...], tuple[PurseRule, ...], FamilyRule | None]:
        account = policy.get("account")
        if account is None:
            return (), (), None
        pays = _SCOPES[account["scope"]]
        relatives = account.get("family", ())
        conditions = policy.get("conditions", {})
        keys = {
            name: self._yuan(conditions[word])
            for name, word in (
                ("balance_above", "balance_greater_than"), ("request_least", "request_at_least"),
                ("left_least", "balance_after_at_least"),
            )
            if word in conditions
        }  # fmt: skip
        family = FamilyRule(pays=pays, ref="", most_grantors=9, **keys) if relatives or keys else None
        own: tuple[Purse, ...] = ()
        if keys:
            relatives = [account]
        else:
            own = (Purse(balance=parse_yuan(account["balance"])),)
        purses = (*own, *(Purse(balance=parse_yuan(one["balance"]), holder=str(one)) for one in relatives))
        return purses, (PurseRule(kind=PurseKind.CURRENT, pays=pays, ref=""),), family

    def amounts(self, done: Split) -> dict[str, str]:
        """Every amount of the split under the file's key names; a relative's purse under conditions is ``account``."""
        result, figures = done.settlement, done.figures
        person = result.account + result.family_account + result.cash
        amounts: dict[str, int] = {
            "total": result.total,
            "self_paid": result.own_pay,
            "over_limit": result.over_limit,
            "first_self_pay": result.first_self_pay,
            "eligible": result.in_scope,
            "deductible": result.deductible,
            "fund_total": result.funds,
            "personal_total": person,
            "in_scope_personal": figures["in_scope_personal"],
            "account": result.account,
            "family_account": result.family_account,
            "cash": result.cash,
            "provider_gain_or_loss": -result.hospital,
        }
        for layer in result.layers:
            key = f"fund_{layer.fund}"
            amounts[key] = amounts.get(key, 0) + layer.paid
        amounts["account_after"] = sum(purse.balance for purse in done.purses if not purse.holder)
        relatives = [purse for purse in done.purses if purse.holder]
        amounts |= {f"family_{number}_after": purse.balance for number, purse in enumerate(relatives, 1)}
        if "conditions" in self.example.policy:
            amounts |= {"account": result.family_account, "account_after": relatives[0].balance}
        return {key: str(Fen(amount)) for key, amount in amounts.items()}


def run_examples(data: bytes, *, file: str = "-") -> Sequence[Outcome]:
    """Runs a whole file. Raises BadDocument."""
    return [run_example(example, file=file) for example in read_examples(data, file=file).examples]
