"""A bank POS without a cable: the cashier types the amount there, and here what its slip says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from terminal.money import Fen
from terminal.peripherals.bankpos.messages import Answer, Request
from terminal.peripherals.bankpos.port import Outcome, Result
from terminal.peripherals.faults import DeviceFault, TypedAmountDiffers
from terminal.peripherals.lamp import Device, Health


@dataclass(frozen=True)
class Typed:
    """The signed slip, as the cashier copies it."""

    amount: Fen
    voucher: str
    reference: str
    card_tail: str = ""
    """The last four digits."""
    day: str = ""
    """MMDD."""


class NoSlip(DeviceFault):
    """The cashier says that the POS printed no slip."""

    code = "no_pos_slip"
    zh = "POS 没有打印签购单。"
    en = "The POS printed no slip."
    next_zh = "请在 POS 上查询最后一笔交易后再录入。"
    next_en = "Look up the last transaction on the POS, then type it in."


Ask = Callable[[Request], Typed | bool | None]
"""Asks the cashier: the slip; False for a refusal on the POS; None when nobody knows."""


@dataclass
class StandAlonePos:
    """The same port as a linked POS, with a person as the cable."""

    ask: Ask

    device: ClassVar[Device] = Device.BANK_POS

    def perform(self, request: Request) -> Outcome:
        """The amount of the slip is typed a second time; another amount than the bill's is in doubt, never approved."""
        typed = self.ask(request)
        if isinstance(typed, Typed):
            answer = Answer(
                code="00",
                card=typed.card_tail and f"******{typed.card_tail[-4:]}",
                voucher=typed.voucher,
                amount=typed.amount,
                day=typed.day,
                reference=typed.reference,
            )
            if typed.amount == request.amount:
                return Outcome(Result.APPROVED, answer)
            differs = TypedAmountDiffers(self.device, typed=str(typed.amount), due=str(request.amount))
            return Outcome(Result.IN_DOUBT, answer, differs)
        if typed is None:
            return Outcome(Result.IN_DOUBT, fault=NoSlip(self.device))
        return Outcome(Result.DECLINED)

    inquire = perform

    def check(self) -> Health:
        return Health.ok(self.device)

    test = check
