"""No line at all: what waits leaves in a sealed file for another terminal, and what another sealed arrives."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.counter.office import carrying
from terminal.counter.office.operators import operators
from terminal.counter.office.person_faults import LogInFirst
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.people import two
from terminal.desk.words import say

if TYPE_CHECKING:
    from terminal.desk.boards.board import Board


async def carry_away(board: "Board") -> None:
    """Two persons export what waits; the receiver is named by its address, and told our signer."""
    desk, language = board.app, board.app.language
    if not await asyncio.to_thread(operators, desk.till):
        raise LogInFirst()
    own = carrying.address(desk.till)
    fields = [Field("carry_file"), Field("carry_to")]
    note = f"{say('carry_signer', language)} {own.signer}"
    given = await desk.push_screen_wait(Prompt(say("carry_away", language), fields, language, note))
    if not given or not all(given):
        return
    file, to = Path(given[0]).expanduser(), carrying.parse(given[1])
    if (persons := await two(desk)) is None:
        return
    await asyncio.to_thread(carrying.export, desk.till, file, to, persons)
    desk.news()
    board.message(say("carried", language, file=file))


async def take_in(board: "Board") -> None:
    """Takes a file in whose sender is named by its signer; each bill counts once."""
    desk, language = board.app, board.app.language
    own = carrying.address(desk.till)
    fields = [Field("carry_file"), Field("carry_from")]
    note = f"{say('carry_address', language)} {own.address}"
    given = await desk.push_screen_wait(Prompt(say("take_in", language), fields, language, note))
    if not given or not all(given):
        return
    file, signer = Path(given[0]).expanduser(), carrying.parse(given[1])
    found = await asyncio.to_thread(carrying.take_in_from, desk.till, file, [signer], desk.acting)
    desk.news()
    board.message(say("taken_in", language, new=len(found.new), known=len(found.known)))
