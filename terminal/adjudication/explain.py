"""Why each fen: the steps of a split in Chinese and English, from what was noted while it was reckoned."""

from collections.abc import Callable, Iterator

import msgspec

from terminal.adjudication.bound import Bound, Reckoned
from terminal.adjudication.lines import Parts
from terminal.adjudication.rounding import RoundingPoints
from terminal.adjudication.tender import Tendered
from terminal.adjudication.values import Given, figure_text
from terminal.documents import Claim, Step
from terminal.money import Fen

TOTALS, LAYERS, LINES, STEPS = range(4)
"""Levels of an explanation."""

_PARTS: dict[str, Callable[[str, str, str], tuple[str, str]]] = {
    "own_pay": lambda zh, en, yuan: (f"{zh}：目录外（丙类）{yuan} 元自费", f"{en}: {yuan} own pay, not covered"),
    "over_limit": lambda zh, en, yuan: (f"{zh}：超限价 {yuan} 元", f"{en}: {yuan} over the limit"),
    "first_self_pay": lambda zh, en, yuan: (f"{zh}：先行自付 {yuan} 元", f"{en}: {yuan} first self-pay"),
    "in_scope": lambda zh, en, yuan: (f"{zh}：政策范围内 {yuan} 元", f"{en}: {yuan} in scope"),
}
"""The parts of a line or of the bill; written as code, since a bill may have thousands."""

WORDS: dict[str, tuple[str, str]] = {
    "gate": ("达到门槛 {figure} 元的部分为 %s 元", "%s counts once the gate of {figure} is reached"),
    "carve_out": ("先由个人负担 {figure}，为 %s 元", "the patient first bears {figure}, %s"),
    "deductible": ("起付线 {figure}，本次计入 %s 元", "deductible {figure}, %s charged on this bill"),
    "per_visit_copay": ("本次就诊定额自付 %s 元", "fixed copay of %s for this visit"),
    "cap_eligible": ("可计入的限额为 {figure} 元，计入 %s 元", "at most {figure} counts, %s does"),
    "cap_payment": ("封顶线 {figure} 元，超出的 %s 元不付", "cap of {figure}, %s above it is not paid"),
    "ratio": ("按 {figure} 支付 %s 元", "{figure} paid, %s"),
    "class_ratio": ("该类项目按 {figure} 支付，累计 %s 元", "these lines at {figure}, %s so far"),
    "segment": ("按分段（{figure}）支付 %s 元", "paid by bands ({figure}), %s"),
    "fixed_amount": ("按定额 {figure} 元支付 %s 元", "fixed sum of {figure}, %s paid"),
    "package": ("按病种标准 {figure} 元结算，基金支付 %s 元", "{figure} per case, the fund pays %s"),
    "declared": ("按申报金额支付 %s 元", "declared amount of %s paid"),
    "floor_payment": ("保底 {figure}，不低于 %s 元", "floor of {figure}, not under %s"),
    "account": ("个人账户支付 %s 元", "personal account pays %s"),
    "mutual_account": ("共济账户支付 %s 元", "family account pays %s"),
    "cash": ("个人现金支付 %s 元", "cash %s"),
}
"""What stages and the end of a bill say; ``{figure}`` is filled once for a kind of bill, the amount each time."""


class Outlook(msgspec.Struct, frozen=True):
    """What is left of a limit after a bill: ``deductible`` still to bear, or ``cap_payment`` still to be paid."""

    kind: str
    layer: str
    left: Fen


def outlooks(reckoned: Reckoned) -> tuple[Outlook, ...]:
    """What is left of each limit; of a bill reckoned with what its stages tell."""
    return tuple(
        Outlook(kind, layer, Fen(left))
        for layer, kind, given, _, _, left in reckoned.told
        if left is not None and given is not None
    )


def steps_of(
    level: int, bound: Bound, points: RoundingPoints, claim: Claim, parts: Parts, reckoned: Reckoned, end: Tendered
) -> tuple[Step, ...]:
    """The steps of a bill, as far as the level wants them."""
    steps = _of_lines(claim, parts) if level >= LINES else []
    figures = parts.figures()
    steps += [_part(kind, Fen(figures[kind]), "bill", "合计", "total") for kind in _PARTS if figures[kind]]
    if level >= STEPS:
        steps += _of_stages(bound, points, reckoned)
    steps += _of_layers(bound, reckoned)
    cash = reckoned.remaining - end.account - end.family
    for kind, amount in (("account", end.account), ("mutual_account", end.family), ("cash", cash)):
        if amount or kind == "cash":
            fen, (zh, en) = Fen(amount), WORDS[kind]
            steps.append(Step(kind, "bill", fen, zh % fen, en % fen))
    return tuple(steps)


def _of_lines(claim: Claim, parts: Parts) -> list[Step]:
    steps: list[Step] = []
    add = steps.append
    names = {line.sn: line.name for line in claim.lines}
    for sn, amount, own, over, first in parts.splits:
        scope, name = f"line:{sn}", names[sn]
        if own:
            add(_part("own_pay", own, scope, name, name))
            continue
        if over:
            add(_part("over_limit", Fen(over), scope, name, name))
        if first:
            add(_part("first_self_pay", Fen(first), scope, name, name))
        if over or first:
            amount = Fen(amount - over - first)
        if amount:
            add(_part("in_scope", amount, scope, name, name))
    return steps


def _part(kind: str, amount: Fen, scope: str, name_zh: str, name_en: str) -> Step:
    zh, en = _PARTS[kind](name_zh, name_en, amount.__str__())
    return Step(kind, scope, amount, zh, en)


def _of_stages(bound: Bound, points: RoundingPoints, reckoned: Reckoned) -> Iterator[Step]:
    for layer, kind, given, amount, exact, _ in reckoned.told:
        zh, en = bound.words.get((kind, id(given))) or _filled(bound, kind, given)
        fen = Fen(amount)
        text = str(fen)
        key, source = (given.row.key, given.row.ref) if given else ("", "")
        ratio = f"{exact[0]}/{exact[1]}" if exact else ""
        how = str(getattr(points, _POINT.get(kind, "payment"))) if exact else ""
        yield Step(kind, f"layer:{layer}", fen, zh % text, en % text, ratio, how, key, source)


_POINT = {"carve_out": "carve_out", "deductible": "deductible"}
"""Where stages round that do not round at the payment point."""


def _filled(bound: Bound, kind: str, given: Given | None) -> tuple[str, str]:
    """The words of a stage with its figure; kept as long as the figure is."""
    figure = figure_text(given.row.unit, given.figure).replace("%", "%%") if given else ""
    zh, en = (words.replace("{figure}", figure) for words in WORDS[kind])
    return bound.words.setdefault((kind, id(given)), (zh, en))


def _of_layers(bound: Bound, reckoned: Reckoned) -> Iterator[Step]:
    for one in bound.layers:
        layer, (base, paid, *_) = one.layer, one.names
        if paid in reckoned.figures:
            amount, of = Fen(reckoned.figures[paid]), Fen(reckoned.figures[base])
            zh, en = f"{layer.zh}：以 {of} 元为基数，支付 {amount} 元", f"{layer.en}: pays {amount} on a base of {of}"
            yield Step("layer_paid", f"layer:{layer.id}", amount, zh, en)
