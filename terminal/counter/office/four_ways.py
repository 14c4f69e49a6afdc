"""A day in four columns: what the terminal says, the centre, the bank, and the counted cash."""

from datetime import date

import msgspec

from terminal.counter.office.bank import Match
from terminal.counter.office.reconciling import Day, Figures
from terminal.counter.office.register import read
from terminal.counter.office.shifts import Closed
from terminal.counter.till import Till
from terminal.money import Fen


class Line(msgspec.Struct, frozen=True):
    """One kind of money in the four columns; a column that has no say is absent."""

    name: str
    terminal: Fen
    centre: Fen | None = None
    bank: Fen | None = None
    cash: Fen | None = None

    @property
    def agrees(self) -> bool:
        """Whether everybody who has a say says the same."""
        return {self.centre, self.bank, self.cash} <= {None, self.terminal}


def four_ways(till: Till, day: date, centre: Day, bank: Match | None) -> tuple[Line, ...]:
    """Funds and account against the centre, cards against the bank, cash against the counts of the day's shifts."""
    ours, theirs = (_summed(centre, name) for name in ("ours", "theirs"))
    lines = [Line(name, getattr(ours, name), centre=getattr(theirs, name)) for name in ("total", "fund", "account")]
    if bank:
        lines.append(Line("bank_card", bank.ours, bank=bank.bank))
    reports = [note.document.report for note in read(till, Closed)]
    counts = [each for each in reports if each.closed_at and each.closed_at.date() == day]
    if counts:
        expected = Fen(sum(each.expected for each in counts))
        lines.append(Line("cash", expected, cash=Fen(sum(each.counted or 0 for each in counts))))
    return tuple(lines)


def _summed(day: Day, side: str) -> Figures:
    rows: list[Figures] = [found for each in day.differences if (found := getattr(each, side)) is not None]
    names = Figures.__struct_fields__
    return Figures(*(Fen(getattr(day, name) + sum(getattr(row, name) for row in rows)) for name in names))
