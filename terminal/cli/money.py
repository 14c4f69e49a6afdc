"""Amounts on a command line: text in yuan, never a float."""

from typing import Any

import click

from terminal.money import Fen, MoneyText, parse_yuan


class Yuan(click.ParamType):
    """``12.34`` as fen."""

    name = "yuan"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fen:
        if isinstance(value, Fen):
            return value
        try:
            return parse_yuan(value)
        except MoneyText as error:
            self.fail(str(error), param, ctx)


class Count(click.ParamType):
    """``100=3``: three notes of a hundred yuan."""

    name = "yuan=count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Fen, int]:
        if isinstance(value, tuple):
            return value
        denomination, _, count = value.partition("=")
        if not count.isdecimal():
            self.fail(f"{value!r}: expected 100=3", param, ctx)
        return Yuan().convert(denomination, param, ctx), int(count)
