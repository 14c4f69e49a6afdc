"""What may be sent next: an image of the open items in memory, kept up to date from the chain of events.

Items of one lane keep their order. One that is on the wire, in doubt, being reversed or held stands in the way of its
own lane only. A reversal goes before the others of its lane.
"""

import heapq
from datetime import timedelta
from operator import attrgetter

from offline_queue.book import Book
from offline_queue.ports import Item
from offline_queue.vocabulary import BLOCKING, OPEN, Kind, State

_FURTHEST = timedelta(hours=1)


class _Lane:
    """One lane's open items, in the order of their numbers."""

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.first: dict[int, Item] = {}
        """Those of them that stand in the way of the others, or go before them."""

    def put(self, item: Item) -> None:
        """Take an item in as it stands."""
        if item.state not in OPEN:
            self.items.pop(item.id, None)
        else:
            self.items[item.id] = item
        if item.state in BLOCKING or (item.state in OPEN and item.kind is Kind.REVERSAL):
            self.first[item.id] = item
        else:
            self.first.pop(item.id, None)

    def next(self, without: int = 0) -> Item | None:
        """What is to be done first, as if the item of this number were not there."""
        first = [self.first[id] for id in sorted(self.first) if id != without]
        for item in first:
            if item.state in BLOCKING:
                return item if item.state in (State.IN_DOUBT, State.REVERSING) else None
        return first[0] if first else next((item for id, item in self.items.items() if id != without), None)


class Lanes:
    """Open items by lane, in the order of their numbers, and a time for each lane that has something to do."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lanes: dict[bytes, _Lane] = {}
        self._times: list[tuple[float, int, bytes]] = []
        self._current: dict[bytes, tuple[float, int, bytes]] = {}
        self._busy: set[bytes] = set()
        self._seen = book.journal.head().seq
        for item in book.items.in_states(OPEN):
            self._lanes.setdefault(item.lane, _Lane()).put(item)
        for lane in self._lanes:
            self._schedule(lane)

    def refresh(self) -> None:
        """Take in what anybody, in any process, did since the last time."""
        changed = set()
        for item in self._moved():
            self._lanes.setdefault(item.lane, _Lane()).put(item)
            changed.add(item.lane)
        for name in changed:
            self._schedule(name)
            if not self._lanes[name].items:
                del self._lanes[name]

    def _moved(self) -> list[Item]:
        """What the events since the last time were about, as it stands."""
        with self._book.store.alone():
            rows = self._book.store.rows("SELECT seq, item, hash FROM event WHERE seq > ? ORDER BY seq", (self._seen,))
            if not rows:
                return []
            self._seen, _, end = rows[-1]
            known = self._book.journal.known_at(end)
            ids = {item for _, item, _ in rows if item}
            unknown = ids - known.keys()
            items = [known[id] for id in ids - unknown]
            if unknown:
                items += self._book.items.where(f"id IN ({', '.join(map(str, unknown))})")
            return sorted(items, key=attrgetter("id"))

    def take(self) -> Item | None:
        """The next item that is due. Its lane rests until it is given back."""
        now = self._book.steady().seconds
        while self._times and self._times[0][0] <= now:
            entry = heapq.heappop(self._times)
            _, id, lane = entry
            if self._current.get(lane) == entry:
                del self._current[lane]
                self._busy.add(lane)
                return self._lanes[lane].items[id]
        return None

    def give_back(self, item: Item) -> None:
        """Nothing of this lane is in flight any more; it comes up again."""
        self._busy.discard(item.lane)
        self._schedule(item.lane)

    def wait(self) -> float | None:
        """Seconds until something is due; None when nothing will be."""
        while self._times and self._current.get(self._times[0][2]) != self._times[0]:
            heapq.heappop(self._times)
        return max(0.0, self._times[0][0] - self._book.steady().seconds) if self._times else None

    def hurry(self) -> None:
        """Everything that waits is due now."""
        for lane in list(self._current):
            self._push((0.0, self._current[lane][1], lane))

    def sending(self) -> list[Item]:
        """Items on the wire, ours and others'."""
        return [item for lane in self._lanes.values() for item in lane.first.values() if item.state is State.SENDING]

    def following(self, item: Item) -> Item | None:
        """What its lane goes on with at once when this item is closed."""
        lane = self._lanes.get(item.lane)
        upcoming = lane.next(item.id) if lane else None
        if upcoming is None or upcoming.state is not State.RECORDED:
            return None
        return upcoming if upcoming.due is None or self._due(upcoming) <= self._book.steady().seconds else None

    def _schedule(self, lane: bytes) -> None:
        self._current.pop(lane, None)
        if lane not in self._busy and lane in self._lanes and (item := self._lanes[lane].next()):
            self._push((self._due(item), item.id, lane))

    def _push(self, entry: tuple[float, int, bytes]) -> None:
        self._current[entry[2]] = entry
        heapq.heappush(self._times, entry)

    def _due(self, item: Item) -> float:
        """On the steady clock. A time further away than any waiting can only come from a clock that was set."""
        steady = self._book.steady().seconds
        if item.due is None:
            return steady
        wait = item.due - self._book.clock()
        return steady + wait.total_seconds() if timedelta(0) < wait <= _FURTHEST else steady
