"""The register: the desk's own documents, appended to the queue's chain and read back in its order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import get_ident
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from offline_queue.ports import Event
from terminal.counter.till import Till
from terminal.documents import decode, encode


class Document(msgspec.Struct, frozen=True):
    """Something the desk decided. ``KIND`` names it in the chain for ever, whatever the class is called."""

    KIND: ClassVar[str]


_D = TypeVar("_D", bound=Document)
Write = Callable[[Document, str], int]
"""``write(document, actor) -> seq``."""


@dataclass(frozen=True)
class Note(Generic[_D]):
    """A document with its place in the chain."""

    seq: int
    at: datetime
    actor: str
    document: _D


def read(till: Till, *kinds: type[_D], after: int = 0) -> Iterator[Note[_D]]:
    """The documents of these kinds, in order. What the retention period has erased is passed over."""
    known = {_name(kind): kind for kind in kinds}
    for event in till.queue.notes(known, after):
        if event.body:
            yield Note(event.seq, event.at, event.actor, decode(event.body, known[event.kind], file=event.kind))


def opened(event: Event, *kinds: type[_D]) -> _D | None:
    """The document that an event holds, when it is of one of these kinds."""
    kind = next((kind for kind in kinds if _name(kind) == event.kind), None)
    return decode(event.body, kind, file=event.kind) if kind and event.body else None


class Tally:
    """What stands after every document of ``KINDS``, kept up as they come where a whole year would be read anew.

    It forgets what a failed step had written, and is read anew after a day was erased.
    """

    KINDS: ClassVar[tuple[type[Document], ...]]
    seq = 0

    def take(self, note: Note[Any]) -> None:
        """The next document."""
        raise NotImplementedError


_T = TypeVar("_T", bound=Tally)


def tally(till: Till, kind: type[_T]) -> _T:
    """The tally up to the newest document; each thread has its own, so that none waits for another's step."""
    found: _T = till.tallies.setdefault((get_ident(), kind), kind())
    for note in read(till, *kind.KINDS, after=found.seq):
        found.take(note)
        found.seq = note.seq
    return found


@contextmanager
def writing(till: Till) -> Iterator[Write]:
    """Gives the pen: what is read and written inside is one durable step that no other process comes between."""
    try:
        with till.queue.noting() as note:
            yield lambda document, actor: note(_name(type(document)), encode(document), actor)
    except BaseException:
        till.tallies.clear()
        raise


def write(till: Till, document: Document, actor: str) -> int:
    """One document, durable when this returns."""
    with writing(till) as pen:
        return pen(document, actor)


def _name(kind: type[Document]) -> str:
    return f"desk.{kind.KIND}"
