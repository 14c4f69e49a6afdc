"""A second opinion: the same packs read as laws and worked out slowly in exact rationals, line by line.

Shares nothing with the engine but the pack's typed content: its own look-up of figures, its own order of steps, every
amount a Fraction of a fen until a named rounding point. Covers the stages that shipped packs use.
"""

from fractions import Fraction
from math import ceil, floor


def rounded(value, mode):
    value = Fraction(value)
    down = floor(value)
    rest = value - down
    if mode == "down":
        return Fraction(down)
    if mode == "up":
        return Fraction(ceil(value))
    half = Fraction(1, 2)
    if mode == "half_even" and rest == half:
        return Fraction(down + down % 2)
    return Fraction(down + (rest >= half))


class Unanswered(Exception):
    """The pack states no figure for this bill."""


class Oracle:
    def __init__(self, pack, claim, insured, openings):
        self.pack, self.claim, self.insured = pack, claim, insured
        self.openings = openings
        visits = claim.visit.type
        self.benefit = next(b for b in pack.benefits.benefit if visits in b.visits)
        visit = claim.visit
        moment = visit.begin if self.benefit.date_basis == "begin" or visit.end is None else visit.end
        self.day = moment.date()
        self.days = max(1, (visit.end.date() - visit.begin.date()).days) if visit.end else 1

    def held(self, name):
        """The opening of an accumulator in the period of this bill."""
        accumulator = next(a for a in self.pack.header.accumulator if a.id == name)
        period = {
            "calendar_year": str(self.day.year),
            "stay": "stay:" + (self.claim.visit.admission_number or self.claim.bill),
            "lifetime": "life",
        }[accumulator.period]
        return next((o.value for o in self.openings if (o.accumulator, o.period) == (name, period)), 0)

    def fact(self, name):
        place, person, visit = self.claim.institution, self.insured, self.claim.visit
        if name == "age":
            born, day = person.born, self.day
            return day.year - born.year - (1 if (day.month, day.day) < (born.month, born.day) else 0)
        if name == "referral":
            if place.area[:4] == person.area[:4]:
                return "local"
            if visit.referral == "local":
                raise Unanswered(name)
            return visit.referral
        if name == "identity":
            words = self.pack.header.dimensions.get("identity", ())
            return next((word for word in words if word in person.identities), "none")
        if name == "disease":
            return visit.disease if visit.disease in self.pack.header.dimensions.get("disease", ()) else "other"
        simple = {"tier": place.tier, "kind": place.kind, "employment": person.employment, "visit": visit.type}
        return simple[name] if name in simple else self.held(name) + 1

    def fits(self, when):
        return all(self.one_fits(words, name) for name, words in when.items())

    def one_fits(self, words, name):
        fact = self.fact(name)
        if isinstance(fact, str):
            return fact in words
        for word in words:
            low, _, high = word.rstrip("+").partition("-")
            if word.endswith("+") and fact >= int(low):
                return True
            if not word.endswith("+") and int(low) <= fact <= int(high or low):
                return True
        return False

    def figure(self, key, others=None):
        for row in self.pack.rows:
            in_time = row.begins <= self.day and (row.ends is None or self.day < row.ends)
            if row.key != key or not in_time:
                continue
            if not self.fits({n: w for n, w in row.when.items() if n not in (others or {})}):
                continue
            if others and any(others[n][0] not in row.when.get(n, (others[n][0],)) for n in others):
                continue
            if row.unstated:
                raise Unanswered(key)
            if row.derive is not None:
                share = row.derive.personal_times
                base = self.figure(row.derive.of, row.derive.when)
                return [(top, 1 - (1 - rate) * share) for top, rate in base]
            if row.bands:
                return [(band.up_to, band.rate) for band in row.bands]
            return row.amount if row.amount is not None else row.rate if row.rate is not None else row.count
        raise Unanswered(key)

    def split_lines(self):
        points, rules = self.pack.header.rounding, self.pack.benefits.line
        sums = dict.fromkeys(("total", "own_pay", "over_limit", "first_self_pay", "in_scope"), Fraction(0))
        used = {}
        for line in sorted(self.claim.lines, key=lambda one: one.sn):
            mine = [
                r for r in rules
                if self.fits(r.when) and (not r.item_class or line.item_class in r.item_class)
                and (not r.category or line.category in r.category)
            ]  # fmt: skip
            tags = [type(rule).__struct_config__.tag for rule in mine]
            amount = Fraction(line.amount)
            sums["total"] += amount
            if "exclude" in tags:
                sums["own_pay"] += amount
                continue
            counted = amount
            if line.ceiling is not None:
                exact = Fraction(line.ceiling, 10**6) * Fraction(line.quantity, 10**4) * 100
                counted = min(counted, rounded(exact, points.ceiling))
            for rule, tag in zip(mine, tags, strict=True):
                if tag != "ceiling":
                    continue
                limit = self.figure(rule.amount)
                if rule.per == "visit":
                    limit -= used.get(id(rule), 0)
                    counted = min(counted, limit)
                    used[id(rule)] = used.get(id(rule), 0) + counted
                elif rule.per == "unit":
                    counted = min(counted, rounded(limit * Fraction(line.quantity, 10**4), points.ceiling))
                else:
                    counted = min(counted, limit * self.days)
            share = line.first_self_pay
            if share is None:
                asked = next((r for r, tag in zip(mine, tags, strict=True) if tag == "first_self_pay"), None)
                share = self.figure(asked.rate) if asked is not None else 0
            first = rounded(counted * Fraction(share), points.first_self_pay)
            sums["over_limit"] += amount - counted
            sums["first_self_pay"] += first
            sums["in_scope"] += counted - first
        return sums

    def answer(self):
        """Every amount of the split, as whole numbers of fen. Raises Unanswered."""
        if self.day < min(row.begins for row in self.pack.rows):
            raise Unanswered("no law yet")
        for name in self.benefit.blocked_by:
            if self.held(name):
                raise Unanswered(name)
        rounding = self.pack.header.rounding.payment
        layers = [layer for layer in self.benefit.layer if self.fits(layer.when)]
        figures = {key: self.figure(key) for layer in layers for key in _keys(layer, self)}
        sums = self.split_lines()
        personal, paid = sums["in_scope"], {}
        deductible = Fraction(0)
        for number, layer in enumerate(layers):
            base = {"in_scope": sums["in_scope"], "in_scope_personal": personal}[layer.base]
            rest, charged, pay = base, Fraction(0), Fraction(0)
            for stage in layer.stages:
                if not self.fits(stage.when):
                    continue
                tag = type(stage).__struct_config__.tag
                if tag == "deductible":
                    if stage.amount:
                        due = Fraction(figures[stage.amount])
                    else:
                        due = rounded(sums["in_scope"] * figures[stage.rate], self.pack.header.rounding.deductible)
                    if stage.accumulator:
                        due = max(Fraction(0), due - self.held(stage.accumulator))
                    charged = min(rest, due)
                    rest -= charged
                elif tag == "ratio":
                    pay += rounded(rest * figures[stage.rate], rounding)
                elif tag == "segment":
                    low = charged + (self.held(stage.accumulator) if stage.accumulator else 0)
                    bottom, exact = Fraction(0), Fraction(0)
                    for top, rate in figures[stage.bands]:
                        high = low + rest if top is None else Fraction(top)
                        exact += max(Fraction(0), min(low + rest, high) - max(low, bottom)) * rate
                        bottom = high
                    pay += rounded(exact, rounding)
                elif tag == "fixed_amount":
                    times = self.days if stage.per == "day" else 1
                    due = figures[stage.amount] * times
                    if stage.most:
                        due = min(due, figures[stage.most])
                    pay += min(due, rest)
                elif tag == "declared":
                    pay += min(self.held(stage.amount), rest)
                elif tag == "cap":
                    accumulator = next((a for a in self.pack.header.accumulator if a.id == stage.accumulator), None)
                    before = self.held(stage.accumulator) if accumulator else 0
                    before += sum(paid.get(m.removeprefix("paid."), 0) for m in accumulator.measure if accumulator)
                    pay = min(pay, max(Fraction(0), figures[stage.amount] - before))
            paid[layer.id] = pay
            personal -= pay
            if number == 0:
                deductible = charged
        left = sums["total"] - sum(paid.values())
        account = Fraction(0)
        if self.claim.account_use:
            balance = Fraction(self.insured.account_balance)
            parts = {
                "deductible": min(deductible, personal),
                "copay": personal - min(deductible, personal),
                **{name: sums[name] for name in ("first_self_pay", "over_limit", "own_pay")},
            }
            purse = next((rule for rule in self.pack.header.purse if rule.kind == "current"), None)
            if purse is not None:
                account = min(balance, sum(part for name, part in parts.items() if getattr(purse.pays, name)))
        amounts = {**sums, "deductible": deductible, "account": account, "cash": left - account}
        amounts |= {f"paid.{name}": pay for name, pay in paid.items()}
        assert all(amount.denominator == 1 for amount in amounts.values())
        return {name: int(amount) for name, amount in amounts.items()}


def _keys(layer, oracle):
    fields = ("amount", "rate", "bands", "most")
    for stage in layer.stages:
        if oracle.fits(stage.when) and type(stage).__struct_config__.tag != "declared":
            yield from (key for field in fields if (key := getattr(stage, field, "")))
