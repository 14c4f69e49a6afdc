"""What numbers, days and amounts of a command line may be; beyond them it is wrong use, told by the option's name."""

from datetime import datetime
from typing import Any

import click

from terminal.documents.claim import YEARS
from terminal.money import Fen, MoneyText, parse_yuan

PORT = click.IntRange(0, 65_535)
"""0 takes any free one."""

SEQUENCE = click.IntRange(0, 2**63 - 1)
"""What an SQLite row number can be."""


PAPER = click.IntRange(0, 10**12)
"""A number on receipt paper."""

DIGITS = click.IntRange(1, 12)
"""How many digits receipt paper has."""

PIECES = click.IntRange(0, 1_000_000)
"""Notes or coins of one kind in a drawer."""


class Seconds(click.ParamType[float]):
    """How long to wait: at most a day; infinite and NaN are no waiting times."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = click.FLOAT.convert(value, param, ctx)
        if not 0 <= seconds <= 86_400:
            self.fail(f"{value}：应为 0 至 86400 秒。 {value}: expected 0 to 86400 seconds.", param, ctx)
        return float(seconds)


class Day(click.DateTime):
    """A day such as 2026-03-02, in the years of a bill."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        day: datetime = super().convert(value, param, ctx)
        if day.year not in YEARS:
            span = f"{YEARS[0]}-{YEARS[-1]}"
            self.fail(f"{value}：年份应为 {span}。 {value}: expected a year of {span}.", param, ctx)
        return day


class Yuan(click.ParamType[Fen]):
    """An amount in yuan that is not negative."""

    name = "yuan"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fen:
        try:
            amount = value if isinstance(value, Fen) else parse_yuan(value)
        except MoneyText as error:
            self.fail(str(error), param, ctx)
        if amount < 0:
            self.fail(f"{amount}：不能为负数。 {amount}: expected no negative amount.", param, ctx)
        return amount
