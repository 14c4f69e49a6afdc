"""What people ask about a split: why not more, what if, what next; and the process in 4,000 characters.

Nothing here computes amounts: every answer is a replay with the recorder on, or two splits side by side.
"""

from collections.abc import Sequence
from typing import NamedTuple

from terminal.adjudication.engine import Split, adjudicate, split
from terminal.adjudication.explain import LAYERS, STEPS
from terminal.adjudication.plan import Plan
from terminal.documents import Claim, Insured, Opening, Settlement, Step
from terminal.money import Fen

PROCESS_LIMIT = 4000
"""Characters of the settlement process on the national interface."""


class Reason(NamedTuple):
    """One reason why the funds do not pay more, with the money it accounts for."""

    code: str
    amount: Fen
    zh: str
    en: str


_REASONS: dict[str, tuple[str, str]] = {
    "own_pay": ("目录外项目，基金不付", "not covered by the catalogue"),
    "over_limit": ("超过限价的部分，基金不付", "above the price limit"),
    "first_self_pay": ("乙类等项目先由个人自付", "borne first by the patient for class B and the like"),
    "deductible": ("在起付线以内", "within the deductible"),
    "per_visit_copay": ("每次就诊的定额自付", "the fixed copay of a visit"),
    "carve_out": ("先由个人负担的比例", "the share borne before anything else"),
    "cap_payment": ("超过封顶线", "above the cap"),
    "share": ("按比例由个人负担", "the patient's own share by ratio"),
}
_CUTS = ("deductible", "per_visit_copay", "carve_out", "cap_payment")


def why_not_more(plan: Plan, claim: Claim, insured: Insured, openings: Sequence[Opening] = ()) -> list[Reason]:
    """Why the funds do not pay more, the largest reason first; the reasons add up to what the patient bears.

    Upper layers pay on what a reason left to the patient, so the remainder is told as the patient's own share.
    Raises CannotSplit.
    """
    result = adjudicate(plan, claim, insured, openings, explain=STEPS)
    amounts = {name: getattr(result, name) for name in ("own_pay", "over_limit", "first_self_pay")}
    basic = next((step.scope for step in result.steps if step.stage == "layer_paid"), "")
    for step in result.steps:
        if step.stage in _CUTS and step.scope == basic:
            amounts[step.stage] = amounts.get(step.stage, 0) + step.amount
    patient = result.total - result.funds - result.hospital
    kept: dict[str, int] = {}
    for code, amount in amounts.items():
        kept[code] = min(amount, patient - sum(kept.values()))
    kept["share"] = patient - sum(kept.values())
    reasons = [Reason(code, Fen(amount), *_REASONS[code]) for code, amount in kept.items() if amount > 0]
    return sorted(reasons, key=lambda reason: -reason.amount)


class Difference(NamedTuple):
    """A bill as it is and as it would be."""

    is_now: Settlement
    would_be: Settlement

    @property
    def patient_pays_more(self) -> Fen:
        """What the patient would pay more; negative for less."""
        return Fen((self.would_be.total - self.would_be.funds) - (self.is_now.total - self.is_now.funds))

    @property
    def zh(self) -> str:
        """One sentence in Chinese."""
        more = self.patient_pays_more
        return f"个人负担将{'增加' if more > 0 else '减少'} {Fen(abs(more))} 元。" if more else "个人负担不变。"

    @property
    def en(self) -> str:
        """One sentence in English."""
        more = self.patient_pays_more
        return f"The patient would bear {Fen(abs(more))} {'more' if more > 0 else 'less'}." if more else "No change."


def what_if(
    plan: Plan,
    claim: Claim,
    insured: Insured,
    openings: Sequence[Opening] = (),
    *,
    other_claim: Claim | None = None,
    other_insured: Insured | None = None,
    other_openings: Sequence[Opening] | None = None,
    other_plan: Plan | None = None,
) -> Difference:
    """The same bill with one thing changed: another tier, referral, person, opening or policy. Raises CannotSplit."""
    return Difference(
        adjudicate(plan, claim, insured, openings),
        adjudicate(
            other_plan or plan,
            other_claim or claim,
            other_insured or insured,
            openings if other_openings is None else other_openings,
        ),
    )


class Next(NamedTuple):
    """How far the person is from the next turn of the policy."""

    code: str
    layer: str
    left: Fen
    zh: str
    en: str


def what_next(plan: Plan, claim: Claim, insured: Insured, openings: Sequence[Opening] = ()) -> list[Next]:
    """What is left of deductibles and caps after this bill. Raises CannotSplit."""
    done: Split = split(plan, claim, insured, openings, explain=STEPS)
    names = {layer.id: (layer.zh, layer.en) for b in plan.pack.benefits.benefit for layer in b.layer}
    found = []
    for look in done.outlook:
        zh, en = names[look.layer]
        if look.kind == "deductible":
            told = (
                (f"距{zh}起付线还差 {look.left} 元。", f"{look.left} until the deductible of the {en} is met.")
                if look.left
                else (f"{zh}起付线已满。", f"The deductible of the {en} is met.")
            )
        else:
            told = (
                (f"{zh}还可支付 {look.left} 元。", f"The {en} can still pay {look.left}.")
                if look.left
                else (f"{zh}已到封顶线。", f"The {en} has reached its cap.")
            )
        found.append(Next(look.kind, look.layer, look.left, *told))
    return found


def process(
    plan: Plan,
    claim: Claim,
    insured: Insured,
    openings: Sequence[Opening] = (),
    *,
    chinese: bool = True,
    limit: int = PROCESS_LIMIT,
) -> str:
    """The process of a split as one text of at most ``limit`` characters, in as much detail as fits."""
    for level in range(STEPS, LAYERS - 1, -1):
        text = process_text(adjudicate(plan, claim, insured, openings, explain=level).steps, chinese=chinese)
        if len(text) <= limit:
            return text
    return text[: limit - 1] + "…"


def process_text(steps: Sequence[Step], *, chinese: bool = True) -> str:
    """Steps as one text."""
    return ("；" if chinese else "; ").join(step.zh if chinese else step.en for step in steps)
