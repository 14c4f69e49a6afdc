"""What persons may decide about an item by hand, and what keeps a decision from doing a thing twice."""

from collections.abc import Iterable, Sequence

from offline_queue.faults import ItemsOpen
from offline_queue.ports import Item
from offline_queue.vocabulary import EXPORTED, RESTORED, TRANSITIONS, Decision, State, Step

_EFFECTIVE = (State.SENDING, State.IN_DOUBT, State.REVERSING, State.ACCEPTED)


def may_stand(item: Item) -> bool:
    """Whether the call under the item's number may have, or get, an effect: it was neither refused nor freed.

    Once false for a number it stays false, because whatever is sent later goes out under another.
    """
    return item.state in _EFFECTIVE or (item.state is State.HELD and item.doubtful_at is not None)


def different(by: Iterable[str]) -> int:
    """How many persons these names are."""
    return len({name.strip() for name in by if name.strip()})


def require_none(items: Iterable[Item], zh: str, en: str) -> None:
    """Raises ``ItemsOpen``, saying in two languages what cannot be done, while one of these is to be ended here."""
    ours = [item for item in items if not (item.state is State.HELD and item.reason == EXPORTED)]
    if ours:
        raise items_open(ours, zh, en)


def items_open(items: Sequence[Item], zh: str, en: str) -> ItemsOpen:
    """The refusal, with how many they are and what they come to."""
    fen = sum(item.amount_fen for item in items)
    return ItemsOpen(count=len(items), sum=f"{fen // 100}.{fen % 100:02d}", zh=zh, en=en)


def choices(item: Item) -> list[Decision]:
    """What was never sent cannot be taken back; what may stand is not sent again; what was carried away is not ours."""
    possible = [decision for decision in Decision if (item.state, Step(decision)) in TRANSITIONS]
    if item.state is State.HELD and item.reason == EXPORTED:
        return [Decision.CLOSE]
    barred = {Decision.SEND} if may_stand(item) else set() if item.number else {Decision.REVERSE}
    if item.reason == RESTORED:  # taking back the last call that the copy knows proves nothing about those after it
        barred.add(Decision.REVERSE)
    return [decision for decision in possible if decision not in barred]
