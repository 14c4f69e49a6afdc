"""Bills for the tests: from a few words, at random from a seed, and as hypothesis strategies."""

import random
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from msgspec.structs import replace

from terminal.adjudication.accumulators import period_of
from terminal.adjudication.engine import day_of
from terminal.clock import BEIJING
from terminal.documents import (
    Claim,
    Employment,
    Institution,
    InstitutionKind,
    Insured,
    ItemClass,
    Line,
    Opening,
    Referral,
    Source,
    Tier,
    Visit,
    VisitType,
)
from terminal.money import Fen, Price, Quantity, parse_rate, parse_yuan

DAY = datetime(2026, 3, 2, 9, tzinfo=BEIJING)


def line(sn, amount, item_class="A", rate=None, **more):
    """One line of one unit; the amount is yuan text or fen."""
    fen = parse_yuan(amount) if isinstance(amount, str) else Fen(amount)
    words = {"price": Price(fen * 10**4), "quantity": Quantity(10**4), **more}
    return Line(
        sn=sn,
        name=f"item {sn}",
        amount=fen,
        item_class=ItemClass(item_class) if item_class else None,
        first_self_pay=parse_rate(rate) if rate else None,
        **words,
    )


def claim(*lines, visit="inpatient", area="360400", tier="3", begin=DAY, end=None, **more):
    """A bill of lines or of amounts of class A."""
    made = tuple(one if isinstance(one, Line) else line(sn, one) for sn, one in enumerate(lines, 1))
    place = {"code": "H36040300001", "name": "九江市测试医院", "area": area, "tier": Tier(tier)}
    kind = more.pop("kind", InstitutionKind.HOSPITAL)
    account_use = more.pop("account_use", True)
    return Claim(
        bill=more.pop("bill", "B1"),
        institution=Institution(**place, kind=InstitutionKind(kind)),
        terminal="T1",
        operator="O1",
        visit=Visit(type=VisitType(visit), begin=begin, end=end, **more),
        lines=made,
        account_use=account_use,
    )


def insured_for(plan, **more):
    """A person of the pack's own area and scheme."""
    header = plan.pack.header
    words = {"employment": Employment.ACTIVE, "born": date(1970, 1, 1), **more}
    return Insured(area=header.area, scheme=header.scheme, **words)


def money(largest=300_000_00):
    """Amounts with many small ones and round ones."""
    return st.one_of(
        st.integers(0, 5000), st.integers(0, largest), st.integers(0, largest // 100).map(lambda n: n * 100)
    )


RATES = (None, Fraction(0), Fraction(1, 10), Fraction(2, 37), Fraction(3, 10), Fraction(1))


@st.composite
def lines(draw, most=12):
    """Lines with class, first self-pay, ceilings and categories a pack may know."""
    made = []
    for sn in range(1, draw(st.integers(1, most)) + 1):
        item_class = draw(st.sampled_from("AAABBC"))
        amount = draw(money())
        rate = draw(st.sampled_from(RATES[1:] if item_class == "B" else RATES))
        ceiling = draw(st.none() | money().map(lambda fen: Price(fen * 10**4)))
        category = draw(st.sampled_from(("", "drug", "exam", "surgery", "bed", "herb", "oxygen")))
        more = {"first_self_pay": rate, "ceiling": ceiling, "category": category}
        made.append(
            Line(
                sn,
                f"item {sn}",
                Price(amount * 10**4),
                Quantity(10**4),
                Fen(amount),
                item_class=ItemClass(item_class),
                **more,
            )
        )
    return tuple(made)


@st.composite
def situations(draw, plan):
    """A bill, a person and openings that a pack may be asked about."""
    benefit = draw(st.sampled_from(plan.pack.benefits.benefit))
    days = draw(st.integers(0, 40))
    header = plan.pack.header
    listed = header.dimensions.get("identity", ())
    made = claim(
        visit=draw(st.sampled_from(benefit.visits)),
        area=draw(st.sampled_from((header.area, "990100"))),
        tier=draw(st.sampled_from(tuple(Tier))),
        kind=draw(st.sampled_from(tuple(InstitutionKind))),
        begin=DAY,
        end=DAY + timedelta(days=days),
        referral=draw(st.sampled_from(tuple(Referral))),
        disease=draw(st.just("") | st.sampled_from(header.dimensions.get("disease", ("",)))),
        account_use=draw(st.booleans()),
    )
    person = insured_for(
        plan,
        employment=draw(st.sampled_from(header.dimensions.get("employment", tuple(Employment)))),
        born=date(2026 - draw(st.integers(1, 99)), 3, 2),
        identities=tuple(draw(st.lists(st.sampled_from(listed), max_size=2))) if listed else (),
        civil_servant=draw(st.booleans()),
        account_balance=Fen(draw(money(3_000_00))),
    )
    return replace(made, lines=draw(lines())), person, draw(openings(plan, made))


@st.composite
def openings(draw, plan, made):
    """Openings of some of the pack's accumulators, in the period of the bill."""
    found = []
    for accumulator in plan.accumulators.values():
        if draw(st.booleans()):
            value = draw(st.integers(0, 3) if accumulator.unit == "count" else money(60_000_00))
            period = period_of(accumulator, made, made.visit.begin.date(), ())
            found.append(Opening(accumulator.id, period, value, made.visit.begin.date(), Source.CENTRE))
    return tuple(found)


def random_day(plan, rng):
    """A day around the policy's own dates, its first day not excepted, or any other."""
    edges = plan.values.days or [DAY.date()]
    edge = rng.choice(edges) + timedelta(days=rng.randint(-1, 1))
    return rng.choice((DAY.date(), edge, max(edges[0], date(rng.randint(2009, 2027), rng.randint(1, 12), 28))))


def random_situation(plan, rng: random.Random):
    """As ``situations``, from a seeded generator: fast enough for bulk comparisons."""
    header = plan.pack.header
    benefit = rng.choice(plan.pack.benefits.benefit)
    begin = datetime.combine(random_day(plan, rng), time(9), BEIJING)
    made = claim(
        visit=rng.choice(benefit.visits),
        area=rng.choice((header.area, header.area, "990100")),
        tier=rng.choice(tuple(Tier)),
        kind=rng.choice(tuple(InstitutionKind)),
        begin=begin,
        end=begin + timedelta(days=rng.randrange(30)),
        referral=rng.choice(tuple(Referral)),
        disease=rng.choice(header.dimensions.get("disease", ("",))) if rng.random() < 0.2 else "",
        account_use=rng.random() < 0.9,
    )
    day = day_of(benefit, made)
    lines = []
    for sn in range(1, rng.randint(1, 12) + 1):
        amount = rng.choice((rng.randrange(5000), rng.randrange(3_000_00), rng.randrange(80_000_00)))
        item_class = rng.choice("AAABBC")
        rate = rng.choice(RATES[1:] if item_class == "B" else RATES)
        ceiling = Price(rng.randrange(50_000_00) * 10**4) if rng.random() < 0.2 else None
        category = rng.choice(("", "drug", "exam", "surgery", "bed", "herb", "oxygen"))
        units = Quantity(rng.choice((10**4, 10**4, 3 * 10**4, 5_000, 1_234)))
        more = {"first_self_pay": rate, "ceiling": ceiling, "category": category, "item_class": ItemClass(item_class)}
        lines.append(Line(sn, f"item {sn}", Price(amount * 10**4), units, Fen(amount), **more))
    listed = header.dimensions.get("identity", ())
    birthday = day + timedelta(days=rng.randint(-1, 1))
    person = insured_for(
        plan,
        employment=rng.choice(header.dimensions.get("employment", tuple(Employment))),
        born=birthday.replace(year=day.year - rng.randint(1, 99), day=min(birthday.day, 28)),
        identities=(rng.choice(listed),) if listed and rng.random() < 0.7 else (),
        civil_servant=rng.random() < 0.3,
        account_balance=Fen(rng.randrange(3_000_00)),
    )
    held = []
    for accumulator in plan.accumulators.values():
        if rng.random() < 0.6:
            value = rng.randrange(4) if accumulator.unit == "count" else rng.randrange(60_000_00)
            held.append(Opening(accumulator.id, period_of(accumulator, made, day, ()), value, day, Source.CENTRE))
    return replace(made, lines=tuple(lines)), person, tuple(held)
