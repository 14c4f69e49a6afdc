"""Money paid ahead for stays: taken, drawn for a bill, the rest given back the way it came."""

import asyncio
from collections.abc import Callable, Sequence

from terminal.counter.office import prepayments
from terminal.counter.office.operators import Session
from terminal.counter.office.prepayments import Deposit
from terminal.counter.till import Till
from terminal.counter.words import word
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Choice, Field, Prompt
from terminal.desk.finding import looked_up
from terminal.desk.words import say
from terminal.documents import Tender, TenderKind
from terminal.money import MoneyText, parse_yuan
from terminal.peripherals.slip import Mark

_KINDS = (TenderKind.CASH, TenderKind.BANK_CARD, TenderKind.CODE)


class PrepayBoard(Board):
    """Every admission that paid ahead; ``!`` where the balance is low."""

    TITLE_WORD = "prepay"
    COLUMNS = (("admission", 18), ("paid", 25), ("drawn", -12), ("balance", -12), ("low", 6))
    KEYS = (("t", "take"), ("d", "draw"), ("b", "give_rest"))
    ROWLESS = frozenset("t")

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """In the order they first paid."""
        return [(name, self._row(found)) for name, found in prepayments.deposits(self.app.till).items()]

    def _row(self, found: Deposit) -> tuple[str, ...]:
        language = self.app.language
        paid = " ".join(f"{word(f'tender.{each.kind}', language)}{each.amount}" for each in found.paid)
        low = say("top_up", language) if found.low else ""
        return found.admission, paid, str(found.drawn), str(found.balance), low

    def key_t(self) -> None:
        """Takes or tops up."""
        self.perform(lambda: self._move("take", prepayments.pay_ahead, 1))

    def key_b(self) -> None:
        """Gives a part of the rest back."""
        self.perform(lambda: self._move("give_rest", prepayments.give_rest, -1))

    def key_d(self) -> None:
        """Uses the deposit for a bill."""
        self.perform(self._draw)

    async def _move(self, title: str, act: Callable[[Till, str, Tender, Session], Deposit], sign: int) -> None:
        desk, language = self.app, self.app.language
        kinds = [(str(kind), word(f"tender.{kind}", language)) for kind in _KINDS]
        kind = await desk.push_screen_wait(Choice(say(title, language), kinds))
        if kind is None:
            return
        fields = [Field("admission", value=self.chosen or ""), Field("amount")]
        fields += [Field("reference")] if kind != TenderKind.CASH else []
        given = await desk.push_screen_wait(Prompt(say(title, language), fields, language))
        if not given or not all(given[:2]):
            return
        try:
            tender = Tender(TenderKind(kind), parse_yuan(given[1]), given[2] if len(given) > 2 else "")
        except MoneyText as error:
            self.message(str(error))
            return
        done = await asyncio.to_thread(act, desk.till, given[0], tender, desk.acting)
        self.draw()
        self.message(say("deposit_now", language, admission=given[0], balance=done.balance))
        await self._print(given[0], Tender(tender.kind, type(tender.amount)(sign * tender.amount), tender.reference))

    async def _draw(self) -> None:
        desk = self.app
        if (admission := self.chosen) is None or (bill := await looked_up(self)) is None:
            return
        done = await asyncio.to_thread(prepayments.draw, desk.till, admission, bill, desk.acting)
        self.draw()
        self.message(say("deposit_now", desk.language, admission=admission, balance=done.balance))

    async def _print(self, admission: str, tender: Tender) -> None:
        """Two papers: the patient's part and the house's."""
        desk = self.app
        if desk.devices.printer is None:
            return
        width = desk.devices.printer.columns
        for part in prepayments.voucher(desk.till, admission, tender, desk.operator, desk.language, width):
            await asyncio.to_thread(desk.devices.print, part, [Mark.DRILL] if desk.drill else [])
