"""Giving money back: asked for, reviewed and audited by three persons in turn, then cancelled at the centre."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from terminal.counter import journal
from terminal.counter.office import card_money, issuing, refunds
from terminal.counter.office.card_faults import CardMoneyNotBack
from terminal.counter.office.kept import end_by_hand
from terminal.counter.office.owed import next_step, of_bill
from terminal.counter.office.refunds import PAPERS, Refund, RefundState
from terminal.counter.why import consequence_lines, consequences
from terminal.counter.words import word
from terminal.desk import card
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Ask, Field, Prompt
from terminal.desk.finding import which
from terminal.desk.paper import print_slip
from terminal.desk.people import sign_in, two
from terminal.desk.words import say

_NEXT = {RefundState.REQUESTED: RefundState.REVIEWED, RefundState.REVIEWED: RefundState.AUDITED}
"""Whose word is missing."""


class RefundBoard(Board):
    """Every refund as it stands; Enter takes its next step."""

    TITLE_WORD = "refunds"
    COLUMNS = (("refund", 22), ("state", 8), ("money", -11), ("tenders", 20), ("approved", 14))
    KEYS = (("enter", "handle"), ("n", "new_refund"), ("r", "reject"), ("w", "withdraw"), ("h", "by_hand"))
    ROWLESS = frozenset("n")

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Newest first."""
        return [(number, self._row(found)) for number, found in reversed(refunds.refunds(self.app.till).items())]

    def _row(self, found: Refund) -> tuple[str, ...]:
        language, back = self.app.language, found.requested.back
        tenders = " ".join(f"{word(f'tender.{each.kind}', language)}{each.amount}" for each in back.tenders)
        approved = " ".join(each.operator for each in found.approvals)
        return found.number, say(f"refund.{found.state}", language), str(back.total), tenders, approved

    def on_data_table_row_selected(self) -> None:
        """Enter."""
        self.perform(self._handle)

    def key_n(self) -> None:
        """A new request."""
        self.perform(self._request)

    def key_r(self) -> None:
        """Refuses: the person whose word is missing."""
        self.perform(lambda: self._end(RefundState.REJECTED))

    def key_w(self) -> None:
        """The cashier takes it back."""
        self.perform(lambda: self._end(RefundState.WITHDRAWN))

    def key_h(self) -> None:
        """Two persons end a refund whose kept lines cannot be settled."""
        self.perform(self._by_hand)

    async def _by_hand(self) -> None:
        desk, number = self.app, self.chosen
        if number is None:
            return
        reason = await self._reason(say("by_hand", desk.language))
        if not reason or not await card.clear(self) or (persons := await two(desk)) is None:
            return
        act = partial(end_by_hand, desk.till, number, persons, reason, desk.devices.pos)
        if (done := await self._with_cards(number, act)) is not None:
            self._done(done)

    async def _reason(self, title: str) -> str:
        """Why; empty when they go back."""
        given = await self.app.push_screen_wait(Prompt(title, [Field("decide_reason")], self.app.language))
        return given[0] if given else ""

    async def _request(self) -> None:
        desk, language = self.app, self.app.language
        fields = [Field("find_bill"), Field("refund_reason"), Field("refund_keep")]
        given = await desk.push_screen_wait(Prompt(say("new_refund", language), fields, language))
        if not given or not given[0]:
            return
        text, reason, keep = given
        if not all(part.isdigit() for part in keep.split()):
            self.message(say("refund_keep", language))
            return
        if (bill := await which(self, text)) is None:
            return
        item = desk.till.queue.item(bill)
        papers = PAPERS[journal.entry(desk.till.queue, item).claim.visit.type]
        rows = [f"  [ ] {say(f'paper.{paper}', language)}" for paper in papers]
        touched = await self._consequences(bill)
        if not await desk.push_screen_wait(
            Ask([say("papers", language), *rows, "", touched, "", say("papers_yes", language)])
        ):
            return
        lines = tuple(int(part) for part in keep.split())
        asked = await asyncio.to_thread(refunds.request, desk.till, bill, reason, papers, desk.acting, keep=lines)
        self._done(asked)

    async def _consequences(self, bill: str) -> str:
        """The later bills that would split otherwise without this one: for everyone who decides."""
        till = self.app.till
        found = await asyncio.to_thread(consequences, till, till.queue.item(bill))
        return "\n".join(consequence_lines(found, self.app.language))

    async def _handle(self) -> None:
        if self.chosen is None:
            return
        found = refunds.find(self.app.till, self.chosen)
        if found.state in _NEXT:
            await self._move(_NEXT[found.state])
        elif found.state is RefundState.AUDITED:
            await self._give_back(found.number)

    async def _with_cards(self, number: str, act: Callable[[], Refund]) -> Refund | None:
        """A step that gives money back; where the POS stands alone its slips are copied first."""
        desk = self.app
        try:
            return await asyncio.to_thread(act)
        except CardMoneyNotBack:
            for each, amount in refunds.on_cards(desk.till, refunds.find(desk.till, number)):
                back = partial(
                    card_money.ask_back, desk.till, each.number, desk.acting, desk.devices.pos, amount, number
                )
                if await card.carry_out(self, back) is None:
                    return None
            return await asyncio.to_thread(act)

    async def _give_back(self, number: str) -> None:
        """The centre first, then the cards, through the POS or by its slip; an unknown answer is cleared before."""
        desk = self.app
        if not await card.clear(self):
            return
        self.message(say("asking", desk.language))
        papers = [each for each in (number, refunds.find(desk.till, number).requested.rebill) if each]
        for document in papers:
            await asyncio.to_thread(issuing.want, desk.till, document, desk.acting)
        act = partial(refunds.give_back, desk.till, number, desk.acting, pos=desk.devices.pos)
        if (done := await self._with_cards(number, act)) is None:
            return
        self._done(done)
        if done.state is RefundState.DONE:
            for document in papers:
                await asyncio.to_thread(print_slip, desk, document, again=False)

    async def _end(self, to: RefundState) -> None:
        """Rejected or withdrawn, for a reason."""
        title = f"{self.chosen} {say(f'refund.{to}', self.app.language)}"
        if self.chosen is not None and (reason := await self._reason(title)):
            await self._move(to, reason)

    async def _move(self, to: RefundState, reason: str = "") -> None:
        desk, number = self.app, self.chosen
        if number is None:
            return
        session = desk.session
        if to is not RefundState.WITHDRAWN:
            touched = await self._consequences(refunds.find(desk.till, number).bill)
            session = await sign_in(desk, f"{number} {say(f'refund.{to}', desk.language)}", touched)
        if session is not None:
            self._done(await asyncio.to_thread(refunds.move, desk.till, number, to, session, reason))

    def _done(self, found: Refund) -> None:
        language, rest = self.app.language, of_bill(self.app.till, found.bill)
        self.draw()
        state = f"{found.number} {say(f'refund.{found.state}', language)}"
        self.message(f"{state}  {next_step(rest, language)}" if rest else state)
