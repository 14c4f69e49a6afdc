"""The shift: open with a float, move cash with a reason, count by denomination, close, print."""

import asyncio
from collections.abc import Sequence

from terminal.counter.office import shifts
from terminal.counter.office.faults import NoDrawer, NoShift
from terminal.counter.office.leaving import sign_out
from terminal.counter.office.report import printed
from terminal.counter.office.shifts import DENOMINATIONS
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.words import say
from terminal.money import Fen, MoneyText, parse_yuan
from terminal.peripherals.slip import Mark

_WIDTH = 64


class ShiftBoard(Board):
    """The report of the running shift, or of the last one."""

    TITLE_WORD = "shift"
    COLUMNS = (("report", _WIDTH),)
    KEYS = (
        ("o", "open_shift"),
        ("m", "move_cash"),
        ("d", "drawer"),
        ("c", "close_shift"),
        ("p", "print"),
        ("q", "sign_out"),
    )
    ROWLESS = frozenset("omdcpq")

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The report, line by line."""
        try:
            stands = shifts.report(self.app.till)
        except NoShift:
            return []
        return [(str(place), (line,)) for place, line in enumerate(printed(stands, self.app.language, _WIDTH))]

    def key_o(self) -> None:
        """Opens with a float."""
        self.perform(self._open)

    def key_m(self) -> None:
        """Cash in or out."""
        self.perform(self._move)

    def key_d(self) -> None:
        """Opens the drawer without a sale."""
        self.perform(self._drawer)

    def key_c(self) -> None:
        """Counts and closes."""
        self.perform(self._close)

    def key_q(self) -> None:
        """Signs out at the centre."""
        self.perform(self._sign_out)

    def key_p(self) -> None:
        """The report on paper."""
        self.perform(self._print)

    async def _given(self, title: str, fields: list[Field]) -> tuple[str, ...] | None:
        language = self.app.language
        return await self.app.push_screen_wait(Prompt(say(title, language), fields, language))

    async def _open(self) -> None:
        given = await self._given("open_shift", [Field("float")])
        if given is None:
            return
        try:
            drawer = parse_yuan(given[0]) if given[0] else Fen(0)
        except MoneyText as error:
            self.message(str(error))
            return
        await asyncio.to_thread(shifts.open_shift, self.app.till, drawer, self.app.acting)
        self.draw()

    async def _move(self) -> None:
        given = await self._given("move_cash", [Field("cash_amount"), Field("cash_reason")])
        if not given or not all(given):
            return
        try:
            amount = parse_yuan(given[0])
        except MoneyText as error:
            self.message(str(error))
            return
        await asyncio.to_thread(shifts.move_cash, self.app.till, amount, given[1], self.app.acting)
        self.draw()

    async def _drawer(self) -> None:
        desk = self.app
        if desk.devices.printer is None:
            raise NoDrawer()
        given = await self._given("drawer", [Field("cash_reason")])
        if given is None:
            return
        await asyncio.to_thread(shifts.open_drawer, desk.till, desk.acting, desk.devices.printer, reason=given[0])
        self.draw()

    async def _close(self) -> None:
        fields = [Field(f"note_{int(denomination)}") for denomination in DENOMINATIONS]
        given = await self._given("close_shift", fields)
        if given is None:
            return
        if not all(text.isdigit() for text in given if text):
            self.message(say("count_whole", self.app.language))
            return
        counted = {note: int(text) for note, text in zip(DENOMINATIONS, given, strict=True) if text}
        await asyncio.to_thread(shifts.close_shift, self.app.till, counted, self.app.acting)
        self.draw()
        await self._print()

    async def _sign_out(self) -> None:
        await asyncio.to_thread(sign_out, self.app.till, self.app.acting)
        self.message(say("signed_out", self.app.language))

    async def _print(self) -> None:
        desk = self.app
        if desk.devices.printer is None:
            return
        lines = printed(shifts.report(desk.till), desk.language, desk.devices.printer.columns)
        await asyncio.to_thread(desk.devices.print, lines, [Mark.DRILL] if desk.drill else [])
