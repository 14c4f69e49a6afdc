"""``yibao shift``: the cashier's drawer, from the float to the count."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.bounds import PIECES, SEQUENCE, Yuan
from terminal.cli.options import as_json, at_home, in_language, show
from terminal.cli.people import acting, by, with_card
from terminal.counter.words import Language
from terminal.faults import Exit
from terminal.money import Fen, parse_yuan

if TYPE_CHECKING:
    from terminal.counter.office.takings import Report


def _counted(text: str) -> tuple[Fen, int]:
    """``100=3``: three notes of a hundred yuan."""
    denomination, _, count = text.partition("=")
    return parse_yuan(denomination), int(PIECES.convert(int(count), None, None))


@click.group()
def shift() -> None:
    """班次。 Open, move cash, count and close, report."""


def _report(found: "Report", language: Language, as_json: bool) -> None:
    from terminal.counter.office.report import printed

    show(found, as_json, lambda: "\n".join(printed(found, language)))


@shift.command("open")
@click.option("--float", "drawer", type=Yuan(), default="0.00", help="备用金 cash in the drawer")
@by
@with_card
@at_home
@as_json
def open_shift(drawer: Fen, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """开班。 Begins a shift."""
    from terminal.counter.office import shifts
    from terminal.counter.till import Till

    with Till(home) as till:
        opened = shifts.open_shift(till, drawer, acting(till, by, with_card))
    show(opened, as_json, lambda: f"第 {opened.number} 班 shift {opened.number}  {opened.float}")


@shift.command()
@click.option("--in", "put_in", type=Yuan(), default="0.00", help="存入 put into the drawer")
@click.option("--out", "taken_out", type=Yuan(), default="0.00", help="取出 taken out of it")
@click.option("--reason", required=True, help="用途 why")
@by
@with_card
@at_home
@as_json
def move(put_in: Fen, taken_out: Fen, reason: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """现金存取。 Cash put in or taken out."""
    from terminal.counter.office import shifts
    from terminal.counter.till import Till

    if put_in < 0 or taken_out < 0 or (put_in > 0) == (taken_out > 0):
        raise click.UsageError("--in 或 --out，一个正数。 Give --in or --out, one positive amount.")
    with Till(home) as till:
        moved = shifts.move_cash(till, Fen(put_in - taken_out), reason, acting(till, by, with_card))
    show(moved, as_json, lambda: f"{moved.amount} {moved.reason}")


@shift.command()
@click.option("--reason", required=True, help="事由 why")
@by
@with_card
@at_home
@as_json
def drawer(reason: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """不收费开钱箱，记入报表。 Opens the drawer without a sale; the report tells it."""
    from terminal.counter.office import shifts
    from terminal.counter.office.faults import NoDrawer
    from terminal.counter.till import Till
    from terminal.peripherals.printer import escpos_printer

    with Till(home) as till:
        devices = till.settings.devices
        if not devices.printer:
            raise NoDrawer()
        printer = escpos_printer(devices.printer, devices.printer_model)
        shifts.open_drawer(till, acting(till, by, with_card), printer, reason=reason)
    show({"opened": True, "reason": reason}, as_json, lambda: reason)


@shift.command()
@click.option("--count", "counts", multiple=True, type=_counted, help="点钞 notes and coins, such as 100=3")
@by
@with_card
@in_language
@at_home
@as_json
def close(
    counts: tuple[tuple[Fen, int], ...], by: str, with_card: bool, language: Language, home: Path, as_json: bool
) -> int:
    """交班：点钞、长短款、报表。 Counts the drawer, ends the shift, prints the report."""
    from terminal.counter.office import shifts
    from terminal.counter.till import Till

    counted: dict[Fen, int] = {}
    for denomination, count in counts:
        counted[denomination] = counted.get(denomination, 0) + count
    with Till(home) as till:
        done = shifts.close_shift(till, counted, acting(till, by, with_card))
    _report(done, language, as_json)
    return Exit.NO if done.over else Exit.DONE


@shift.command()
@click.argument("number", type=SEQUENCE, required=False)
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="另存为表格 also as a workbook")
@in_language
@at_home
@as_json
def report(number: int | None, xlsx: Path | None, language: Language, home: Path, as_json: bool) -> None:
    """班次报表。 The running shift, or a closed one as it stood."""
    from terminal.counter.office import shifts
    from terminal.counter.office.report import sheet
    from terminal.counter.till import Till

    with Till(home) as till:
        found = shifts.report(till, number)
    if xlsx:
        try:
            xlsx.write_bytes(sheet(found, language))
        except OSError as error:
            raise click.ClickException(f"无法写入 {xlsx}。 Cannot write {xlsx}: {error.strerror}.") from error
    _report(found, language, as_json)
