"""How an item enters the store: known by its key, or made new."""

from collections.abc import Sequence

from msgspec import to_builtins
from msgspec.msgpack import encode

from offline_queue.book import Book, Contents
from offline_queue.faults import KeyReused, LaneMoved
from offline_queue.items import requested
from offline_queue.ports import Item, NewItem
from offline_queue.vocabulary import TRANSITIONS, Step


def known_item(book: Book, new: NewItem) -> Item | None:
    """The item that has this key already. Raises ``KeyReused`` when its content is another."""
    found = book.items.where("key = ? AND freed = 0", (new.key,))
    if found and found[0].digest != _digest(book, new) and not _comes_home(book, new, found[0]):
        raise KeyReused(key=new.key)
    return found[0] if found else None


def ended_item(book: Book, new: NewItem) -> Item | None:
    """The newest item that had this key and this content and ended without effect: refused, or taken back."""
    found = book.items.where("key = ? AND freed > 0 AND digest = ?", (new.key, _digest(book, new)), "id DESC")
    return found[0] if found else None


def check_seen(book: Book, new: NewItem, seen: int) -> None:
    """Raises ``LaneMoved`` when something of the lane happened after event ``seen``; a known item may be repeated."""
    moved = "lane = ? AND id IN (SELECT item FROM event WHERE seq > ?) LIMIT 1"
    if known_item(book, new) is None and book.store.rows(
        f"SELECT 1 FROM item WHERE {moved}", (book.lane(new.lane), seen)
    ):
        raise LaneMoved(key=new.key)


def _comes_home(book: Book, new: NewItem, known: Item) -> bool:
    """Whether it is our own item, carried back: that says what was stored, not what was asked."""
    return not new.asked and book.contents(known).payload == new.payload


def _digest(book: Book, new: NewItem) -> bytes:
    return book.digest(new.asked or new.payload)


def enter(
    book: Book,
    news: Sequence[NewItem],
    step: Step,
    actor: str,
    *,
    number: str = "",
    owner: str = "",
    intent: bytes = b"",
) -> list[Item]:
    """Seal and store items inside a transaction, which ends with ``KeyStored`` where the key of one is taken.

    With ``Overtaken`` where the chain's end was trusted and is another.
    """
    now, items, links = book.now(), [], []
    key = book.keys.of_day(to_builtins(now)[:10])
    last, state, seal = book.journal.newest().seq, TRANSITIONS[None, step], key.sealer(book.suite, book.epoch)
    for id, new in enumerate(news, book.items.next_id()):
        last += 1
        item = Item(
            id=id,
            key=new.key,
            digest=_digest(book, new),
            lane=book.lane(new.lane),
            kind=new.kind,
            state=state,
            amount_fen=new.amount_fen,
            reverses=new.reverses,
            once_freed=new.once_freed,
            number=number,
            owner=owner,
            created=now,
            sealed_with=key.id,
            last=last,
        )
        sealed = seal(encode(Contents(new.lane, new.payload)), book.place(item))
        links.append((id, 0, book.items.add(item, sealed), intent, 1, requested(item)))
        items.append(item)
    book.journal.append(str(step), now, actor, book.epoch, links)
    book.entering += len(items)
    return items
