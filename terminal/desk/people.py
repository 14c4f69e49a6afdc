"""Who is at the desk: signing in, and a second person's word."""

import asyncio
from typing import TYPE_CHECKING

from terminal.counter.office.operators import Password, Session, login, operators
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.words import say

if TYPE_CHECKING:
    from terminal.desk.app import Desk
    from terminal.desk.screen import DeskScreen


async def sign(screen: "DeskScreen", title: str) -> str | None:
    """A second person's number, proved where people are registered; None when they go back."""
    if await asyncio.to_thread(operators, screen.app.till):
        session = await sign_in(screen.app, title)
        return session.number if session else None
    given = await screen.app.push_screen_wait(Prompt(title, [Field("person_name")], screen.app.language))
    return (given[0] or None) if given else None


async def two(desk: "Desk") -> list[Session] | None:
    """Two persons who decide together, each signing in; None when they go back. Raises the faults of ``login``."""
    first = await sign_in(desk, say("first_person", desk.language))
    second = await sign_in(desk, say("second_person", desk.language)) if first else None
    return [first, second] if first and second else None


async def sign_in(desk: "Desk", title: str, note: str = "") -> Session | None:
    """An operator with a password, or without one with the card in the reader. Raises the faults of ``login``."""
    fields = [Field("person_number"), Field("person_password", secret=True)]
    given = await desk.push_screen_wait(Prompt(title, fields, desk.language, note))
    if not given or not given[0]:
        return None
    number, password = given

    def prove() -> Session:
        proof = Password(password) if password else desk.read_operator(number)
        return login(desk.till, number, proof)

    return await asyncio.to_thread(prove)
