"""What can go wrong between a pack, a bill and its split."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from terminal.documents import Finding
from terminal.faults import Exit, Fault

if TYPE_CHECKING:
    from terminal.adjudication.mistakes import Mistake


class PackFault(Fault):
    """A policy pack that must not be used. ``data["mistakes"]`` lists every mistake found, the first is told."""

    code = "bad_pack"
    exit = Exit.INPUT
    zh = "政策包 {pack} 的 {file} 第 {line} 行，{key}：{zh}共 {count} 处。"
    en = "Policy pack {pack}, {file} line {line}, {key}: {en} {count} mistake(s) in all."
    next_zh = "请改正政策包后再用；现有结算不受影响。"
    next_en = "Correct the pack before it is used; nothing that is settled changes."

    @property
    def mistakes(self) -> "tuple[Mistake, ...]":
        """Every mistake of the pack, in the order of its files."""
        found = self.data["mistakes"]
        return found if isinstance(found, tuple) else ()


class CannotSplit(Fault):
    """A bill for which no split can be given without a guess. ``findings`` says why."""

    code = "cannot_split"
    exit = Exit.NO
    zh = "账单 {bill} 无法分割：{why_zh}"
    en = "Bill {bill} cannot be split: {why_en}"
    next_zh = "请补全或改正账单，或请医保中心计算；没有任何金额入账。"
    next_en = "Complete or correct the bill, or let the insurance centre split it; nothing was booked."

    def __init__(self, *, bill: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            bill=bill,
            why_zh="".join(finding.zh for finding in findings),
            why_en=" ".join(finding.en for finding in findings),
            findings=self.findings,
        )


class NotConserved(Fault):
    """The parts of a split do not add up to the bill: the engine or a pack is wrong, settlement stops."""

    code = "not_conserved"
    exit = Exit.NO
    zh = "账单 {bill} 的各部分之和与总额不符（{figure}：{found} 对 {expected}），已停止。"
    en = "The parts of bill {bill} do not add up ({figure}: {found} against {expected}); stopped."
    next_zh = "请停用该政策包并报告此账单号；没有任何金额入账。"
    next_en = "Stop using this pack and report the bill number; nothing was booked."
