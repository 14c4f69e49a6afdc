"""Why each fen: the steps of a split, recorded while it is computed, in Chinese and English."""

from typing import Any

import msgspec

from terminal.adjudication.bill import Bill
from terminal.adjudication.lines import Parts
from terminal.adjudication.pack import Layer
from terminal.adjudication.plan import Bound, Plan
from terminal.adjudication.tender import Tendered
from terminal.adjudication.values import Given, figure_text
from terminal.documents import Claim, Step
from terminal.money import Fen

TOTALS, LAYERS, LINES, STEPS = range(4)
"""Levels of an explanation."""

_PARTS: dict[str, tuple[str, str]] = {
    "own_pay": ("%s：目录外（丙类）%s 元自费", "%s: %s own pay, not covered"),
    "over_limit": ("%s：超限价 %s 元", "%s: %s over the limit"),
    "first_self_pay": ("%s：先行自付 %s 元", "%s: %s first self-pay"),
    "in_scope": ("%s：政策范围内 %s 元", "%s: %s in scope"),
}
"""The parts of a line or of the bill, by name and amount; a bill has thousands, so they are not looked through."""

_WORDS: dict[str, tuple[str, str]] = {
    "gate": ("达到门槛 {figure} 元的部分为 {amount} 元", "{amount} counts once the gate of {figure} is reached"),
    "carve_out": ("先由个人负担 {figure}，为 {amount} 元", "the patient first bears {figure}, {amount}"),
    "deductible": ("起付线 {figure}，本次计入 {amount} 元", "deductible {figure}, {amount} charged on this bill"),
    "per_visit_copay": ("本次就诊定额自付 {amount} 元", "fixed copay of {amount} for this visit"),
    "cap_eligible": ("可计入的限额为 {figure} 元，计入 {amount} 元", "at most {figure} counts, {amount} does"),
    "cap_payment": ("封顶线 {figure} 元，超出的 {amount} 元不付", "cap of {figure}, {amount} above it is not paid"),
    "ratio": ("按 {figure} 支付 {amount} 元", "{figure} paid, {amount}"),
    "class_ratio": ("该类项目按 {figure} 支付，累计 {amount} 元", "these lines at {figure}, {amount} so far"),
    "segment": ("按分段（{figure}）支付 {amount} 元", "paid by bands ({figure}), {amount}"),
    "fixed_amount": ("按定额 {figure} 元支付 {amount} 元", "fixed sum of {figure}, {amount} paid"),
    "package": ("按病种标准 {figure} 元结算，基金支付 {amount} 元", "{figure} per case, the fund pays {amount}"),
    "declared": ("按申报金额支付 {amount} 元", "declared amount of {amount} paid"),
    "floor_payment": ("保底 {figure}，不低于 {amount} 元", "floor of {figure}, not under {amount}"),
    "account": ("个人账户支付 {amount} 元", "personal account pays {amount}"),
    "mutual_account": ("共济账户支付 {amount} 元", "family account pays {amount}"),
    "cash": ("个人现金支付 {amount} 元", "cash {amount}"),
    "layer_paid": ("{zh}：以 {base} 元为基数，支付 {amount} 元", "{en}: pays {amount} on a base of {base}"),
}


class Outlook(msgspec.Struct, frozen=True):
    """What is left of a limit after a bill: ``deductible`` still to bear, or ``cap_payment`` still to be paid."""

    kind: str
    layer: str
    left: Fen


class Recorder:
    """Turns what the stages tell into steps, as far as the level wants them."""

    def __init__(self, plan: Plan, bound: Bound, claim: Claim, level: int) -> None:
        self.plan, self.bound, self.claim, self.level = plan, bound, claim, level
        self.steps: list[Step] = []
        self.scope = "bill"
        self.outlook: list[Outlook] = []

    def note(self, kind: str, amount: int, **data: Any) -> None:
        """One thing a stage did."""
        layer = data.get("layer")
        if isinstance(layer, Layer):
            self.scope = f"layer:{layer.id}"
            return
        if data.get("left") is not None and data.get("given") is not None:
            self.outlook.append(Outlook(kind, self.scope.removeprefix("layer:"), Fen(data["left"])))
        if self.level >= STEPS:
            self._add(kind, amount, data.get("given"), data.get("exact"), self._rounding(kind))

    def lines(self, parts: Parts) -> None:
        """The parts of each line, or of the bill at lower levels."""
        if self.level >= LINES:
            names = {line.sn: line.name for line in self.claim.lines}
            for sn, amount, own, over, first in parts.splits:
                scope, name = f"line:{sn}", names[sn]
                if own:
                    self._part("own_pay", own, scope, name, name)
                    continue
                if over:
                    self._part("over_limit", Fen(over), scope, name, name)
                if first:
                    self._part("first_self_pay", Fen(first), scope, name, name)
                if over or first:
                    amount = Fen(amount - over - first)
                if amount:
                    self._part("in_scope", amount, scope, name, name)
        figures = parts.figures()
        for kind in _PARTS:
            if figures[kind]:
                self._part(kind, Fen(figures[kind]), "bill", "合计", "total")

    def _part(self, kind: str, amount: Fen, scope: str, zh: str, en: str) -> None:
        text = str(amount)
        in_zh, in_en = _PARTS[kind]
        self.steps.append(Step(kind, scope, amount, in_zh % (zh, text), in_en % (en, text)))

    def tender(self, tendered: Tendered, bill: Bill) -> None:
        """What each layer paid, and what the account and the patient give."""
        figures = bill.figures
        for bound in self.bound.layers:
            layer = bound.layer
            if f"paid.{layer.id}" not in figures:
                continue
            self.scope = f"layer:{layer.id}"
            base = Fen(figures[f"base.{layer.id}"])
            self._add("layer_paid", figures[f"paid.{layer.id}"], zh=layer.zh, en=layer.en, base=base)
        self.scope = "bill"
        cash = bill.remaining - tendered.account - tendered.family
        for kind, amount in (("account", tendered.account), ("mutual_account", tendered.family), ("cash", cash)):
            if amount or kind == "cash":
                self._add(kind, amount)

    def _rounding(self, kind: str) -> str:
        point = {"carve_out": "carve_out", "deductible": "deductible"}.get(kind, "payment")
        return str(getattr(self.plan.points, point))

    def _add(
        self,
        kind: str,
        amount: int,
        given: Given | None = None,
        exact: tuple[int, int] | None = None,
        rounding: str = "",
        **words: object,
    ) -> None:
        zh, en = _WORDS[kind]
        fen = Fen(amount)
        words["amount"] = str(fen)
        words["figure"] = figure_text(given.row.unit, given.figure) if given else ""
        self.steps.append(
            Step(
                kind,
                self.scope,
                fen,
                zh.format_map(words),
                en.format_map(words),
                f"{exact[0]}/{exact[1]}" if exact else "",
                rounding if exact else "",
                given.row.key if given else "",
                given.row.ref if given else "",
            )
        )
