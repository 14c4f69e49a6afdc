"""What is on file for the patient at the counter, and the forms collected here for the insurance office."""

import asyncio
from collections.abc import Sequence

from terminal.counter.office import filings
from terminal.counter.office.filings import FILING_PAPERS, FOR_A_REASON, Filing, FilingKind, FilingState
from terminal.counter.slip import masked
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Ask, Choice, Field, Prompt
from terminal.desk.people import sign_in
from terminal.desk.words import say
from terminal.documents import Mark, VisitType

_CENTRE = "centre:"


class FilingBoard(Board):
    """The centre's list of the patient first, then the forms; without a patient the forms of everybody."""

    TITLE_WORD = "filings"
    COLUMNS = (("filing", 9), ("patient", 7), ("filed", 9), ("about", 16), ("code", 8), ("until", 10), ("state", 8))
    KEYS = (("enter", "visit_for"), ("n", "new_filing"), ("a", "approve"), ("r", "reject"), ("w", "withdraw"))
    ROWLESS = frozenset("n")

    def __init__(self) -> None:
        super().__init__()
        self._marks: tuple[Mark, ...] = ()

    def on_mount(self) -> None:
        """Asks the centre about whoever is at the counter."""
        self.perform(self._ask)

    async def _ask(self) -> None:
        who = self.app.charge.sale.who
        if who is not None and who.online:
            self.message(say("asking", self.app.language))
            self._marks = await asyncio.to_thread(filings.at_centre, self.app.till, who)
            self.message("")
            self.draw()

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Marks of the centre, then forms."""
        language, who = self.app.language, self.app.charge.sale.who
        kept = filings.filings(self.app.till, who.person.number if who else "")
        name = masked(who.person.name) if who else ""
        chronic, listed = (say(f"filing.{each}", language) for each in (FilingKind.CHRONIC, FilingState.LISTED))
        return [
            *(
                (f"{_CENTRE}{mark.kind}", ("", name, chronic, mark.name, mark.kind, _until(mark), listed))
                for mark in self._marks
            ),
            *((number, self._row(each)) for number, each in kept.items()),
        ]

    def _row(self, each: Filing) -> tuple[str, ...]:
        filed, language = each.filed, self.app.language
        kind, state = say(f"filing.{filed.kind}", language), say(f"filing.{each.state}", language)
        return filed.number, filed.name, kind, filed.about, filed.code, _until(filed), state

    def on_data_table_row_selected(self) -> None:
        """Enter: this visit is for the disease under the cursor."""
        self.perform(self._visit)

    def key_n(self) -> None:
        """A form for the patient at the counter."""
        self.perform(self._collect)

    def key_a(self) -> None:
        """The office agrees."""
        self.perform(lambda: self._move(FilingState.APPROVED))

    def key_r(self) -> None:
        """The office does not."""
        self.perform(lambda: self._move(FilingState.REJECTED))

    def key_w(self) -> None:
        """The patient takes it back."""
        self.perform(lambda: self._move(FilingState.WITHDRAWN))

    async def _visit(self) -> None:
        sale, code = self.app.charge.sale, (self.chosen or "").removeprefix(_CENTRE)
        if sale.who is None or sale.settled is not None:
            self.message(say("need_person", self.app.language))
            return
        kept = filings.filings(self.app.till).get(code)
        wanted = kept.filed.code if kept else code
        for mark in await asyncio.to_thread(sale.diseases):
            if mark.kind == wanted:
                sale.choose_visit(VisitType.CHRONIC, mark)
                self.app.charge.show_person()
                self.app.charge.show_money()
                self.dismiss(None)
                return
        self.message(say("not_in_force", self.app.language))

    async def _collect(self) -> None:
        desk, language, who = self.app, self.app.language, self.app.charge.sale.who
        if who is None:
            self.message(say("need_person", language))
            return
        kinds = [(str(kind), say(f"filing.{kind}", language)) for kind in FilingKind]
        chosen = await desk.push_screen_wait(Choice(say("new_filing", language), kinds))
        if chosen is None:
            return
        kind = FilingKind(chosen)
        title = f"{say('new_filing', language)}: {say(f'filing.{kind}', language)}"
        fields = [Field("filing_code"), Field("filing_about")]
        given = await desk.push_screen_wait(Prompt(title, fields, language))
        if not given or not all(given):
            return
        papers = FILING_PAPERS[kind]
        rows = [f"  [ ] {say(f'filing_paper.{paper}', language)}" for paper in papers]
        if not await desk.push_screen_wait(Ask([say("papers", language), *rows, "", say("papers_yes", language)])):
            return
        taken = await asyncio.to_thread(filings.collect, desk.till, who, kind, given[0], given[1], papers, desk.acting)
        self.draw()
        self.message(f"{taken.filed.number} {say(f'filing.{taken.state}', language)}")

    async def _move(self, to: FilingState) -> None:
        desk, number = self.app, self.chosen
        if number is None or number.startswith(_CENTRE):
            return
        reason, title = "", f"{number} {say(f'filing.{to}', desk.language)}"
        if to in FOR_A_REASON:
            given = await desk.push_screen_wait(Prompt(title, [Field("decide_reason")], desk.language))
            if not given or not given[0]:
                return
            reason = given[0]
        session = desk.acting
        if to is not FilingState.WITHDRAWN and desk.session is not None:
            signed = await sign_in(desk, title)
            if signed is None:
                return
            session = signed
        moved = await asyncio.to_thread(filings.move, desk.till, number, to, session, reason)
        self.draw()
        self.message(f"{number} {say(f'filing.{moved.state}', desk.language)}  {moved.reason}".rstrip())


def _until(filed: Mark | filings.Filed) -> str:
    return f"{filed.end}" if filed.end else ""
