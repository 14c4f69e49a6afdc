"""What is done with a store as a whole, in a story: nights, keys, carrying, a lost disk, the end of a terminal."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from offline_queue import Queue, bundle, custody, upkeep
from offline_queue.faults import BadBundle, BundleUnfinished, ItemsOpen, KeyErased
from offline_queue.ports import Anchor, Event, Item
from offline_queue.store import NAME
from offline_queue.upkeep import Rules
from offline_queue.verify import check
from offline_queue.vocabulary import EXPORTED, OPEN, WITHOUT_EFFECT, State
from tests.offline_queue.faulty import DISK, Chore, Fault
from tests.offline_queue.site import Site, keys

SECRET = b"claim of somebody "


class Chores:
    """The chores of one site, and what must hold of its contents whatever became of them."""

    def __init__(self, site: Site, met: Counter[tuple[State | Chore, Fault]]) -> None:
        self.site = site
        self.chance = site.chance
        self.met = met
        self.owed: set[str] = set()
        """Closed bills whose contents somebody needs."""
        self.may_go: set[str] = set()
        """Bills that a night with a term found ended, reconciled and owed by nobody."""
        self.notes: dict[int, bytes] = {}
        """Notes that stand."""
        self.anchors: list[Anchor] = []
        """Ends that were printed."""
        self.restored = False
        self._bundles = 0
        self._locked_out: set[str] = set()
        """Copies that the key was changed after."""
        self._doing: Chore | None = None
        self._calm = False
        site.disk.fired = self._meet

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Files are flushed by the story's disk, and the parts of a night are told apart."""
        parts = {"archive": Chore.ARCHIVE, "erase": Chore.ERASE}
        with patch("os.fsync", self.site.disk.flush):
            for name, chore in parts.items():
                patch.object(custody, name, self._as(chore, getattr(custody, name))).start()
            try:
                yield
            finally:
                patch.stopall()

    def needed(self) -> set[str]:
        return self.owed

    def stands(self, note: Event, day: date) -> bool:
        return note.kind == "desk.till"

    # -- the chores ----------------------------------------------------------------------------------------------------

    def night(self, *, calm: bool = False) -> upkeep.Done | None:
        """The day's books and notes are closed; some days later: a copy, and by the rules an archive and erasure."""
        self.reconcile()
        self.note()
        self.site.time.pass_(days=self.chance.choice([0, 1, 3, 40]))
        desk = self.site.desk()
        rules = Rules(
            copies=self.site.copies,
            kept=self.chance.choice([1, 2]),
            archive_after=self.chance.choice([None, timedelta(0)]),
            erase_after=self.chance.choice([None, timedelta(days=1), timedelta(days=1), timedelta(days=10)]),
        )
        closed = [item for item in desk.items(State) if item.state not in OPEN]
        self.owed = {item.key for item in closed if self.chance.random() < 0.3}
        if rules.erase_after:
            self.may_go |= {item.key for item in closed if _done_with(item)} - self.owed
        with self._chore(Chore.COPY, 12, calm):
            return upkeep.care(desk.book, rules, now=True, standing=self)

    def reconcile(self) -> None:
        """The books of a day agree about some of the accepted bills."""
        desk = self.site.desk()
        keys = [item.key for item in desk.items([State.ACCEPTED]) if self.chance.random() < 0.7]
        custody.reconcile(desk.book, keys, self.site.time.wall.date(), "chief")

    def note(self) -> None:
        """Notes of the desk's own, one that stands and one that goes with its day; and an end that is printed."""
        desk, body = self.site.desk(), self.chance.randbytes(8)
        with desk.noting() as note:
            seq = note("desk.till", SECRET + body, "0001")
            note("desk.phone", SECRET, "0001")
        self.notes[seq] = SECRET + body
        self.anchors.append(desk.anchor())

    def verify(self) -> None:
        """With the keys and without: nothing wrong, whatever happened."""
        found = [self.site.desk().verify(self.anchors), check(self.site.home, self.anchors)]
        for each in found:
            assert each.intact, [str(trace) for trace in each.traces]

    def carry(self, *, calm: bool = False) -> None:
        """What may still be sent leaves for the other terminal, in a new file on the stick."""
        self._meet_everywhere(Fault.CARRIED)
        desk, to = self.site.desk(), bundle.address(self.site.neighbour().book)
        self._bundles += 1
        file = self.site.stick / f"{self._bundles:03}.bundle"
        with self._chore(Chore.EXPORT, 6, calm):
            bundle.export(desk.book, to, "chief", file)

    def deliver(self, *, calm: bool = False) -> None:
        """The other terminal takes in what it finds on the stick, finished or not, now and then twice."""
        desk, there = self.site.desk(), self.site.neighbour()
        files = sorted(self.site.stick.iterdir())
        with self._chore(Chore.TAKE_IN, 2, calm):
            for file in files:
                held = {item.key for item in desk.items([State.HELD]) if item.reason == EXPORTED}
                known = keys(there)
                with suppress(BadBundle):
                    new = bundle.take_in(there.book, file.read_bytes(), [bundle.signer(desk.book)], "chief", file.name)
                    assert held | known >= {item.key for item in new.new}, "carried away, and not held"
                    if self.chance.random() < 0.6:
                        file.unlink()

    def change_key(self) -> None:
        """Copies made before open with the site's key only."""
        self._meet_everywhere(Fault.KEY_CHANGED)
        desk = self.site.desk()
        self._locked_out = {copy.name for copy in self._copies()}
        with self._chore(Chore.KEY_CHANGE, 4):
            custody.renew_key(desk.book, "chief")

    def lose_store(self) -> list[str]:
        """The disk dies, and the newest copy takes its place; gives the bills that are lost with it.

        Bundles on the stick arrive first: nobody could say afterwards whether their bills may be sent here.
        """
        self.deliver()
        copies = [copy.name for copy in self._copies()]
        if not copies or copies[-1] in self._locked_out:
            self.night()
            return []
        self._meet_everywhere(Fault.RESTORED)
        before = keys(self.site.desk())
        with sqlite3.connect(self.site.copies / copies[-1] / NAME) as conn:
            kept = {key for (key,) in conn.execute("SELECT key FROM item")}
            (end,) = conn.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        conn.close()
        self.site.lose_home(copies[-1])
        for copy in self._copies()[:-1]:
            shutil.rmtree(copy)
        self.restored = True
        self.notes = {seq: body for seq, body in self.notes.items() if seq <= end}
        self.anchors = [anchor for anchor in self.anchors if anchor.seq <= end]
        return sorted(before - kept)

    def restore(self) -> None:
        """Whoever opens the desk puts the copy in its place."""
        with self._chore(Chore.RESTORE, 9):
            self.site.desk()

    def retire(self) -> bool:
        """The terminal's last day, if nothing is open; a new store for it comes next."""
        self.deliver()
        self.site.close_cleanly()
        desk = self.site.desk(0)
        with self._chore(Chore.RETIRE, 3):
            try:
                desk.retire("chief")
            except (ItemsOpen, BundleUnfinished):
                return False
        self.site.retire_home()
        for file in self.site.stick.iterdir():
            file.unlink()
        self.notes, self.anchors, self.may_go, self.owed = {}, [], set(), set()
        return True

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check_contents(self, desk: Queue) -> None:
        """What is open, not reconciled or needed is read as it was recorded; so are notes that stand."""
        for item in desk.items(State):
            try:
                found = desk.payload(item)
            except KeyErased:
                assert item.key in self.may_go, f"{item.key} was erased, and is {item.state}"
            else:
                assert found == SECRET + item.key.encode(), f"{item.key} has other contents"
            if item.state in OPEN:
                gone = [event.kind for event in desk.events(item=item) if event.body is None]
                assert not gone, f"{item.key} is {item.state}, and lost what was told at {gone}"

    def check_notes(self, desk: Queue) -> None:
        """Erased days or not."""
        told = {event.seq: event.body for event in desk.notes(["desk.till"])}
        assert all(told.get(seq) == body for seq, body in self.notes.items()), "a note that stands is gone"

    # -- how they meet the faults --------------------------------------------------------------------------------------

    @contextmanager
    def _chore(self, chore: Chore, steps: int, calm: bool = False) -> Iterator[None]:
        if not calm and self.chance.random() < 0.6:
            self.site.disk.arm(self.chance.choice(DISK), self.chance.randrange(steps))
        before, self._doing, self._calm = self._doing, chore, calm
        try:
            yield
        finally:
            self._doing = before

    def _as(self, chore: Chore, work: Callable[..., Any]) -> Callable[..., Any]:
        def working(*given: Any) -> Any:
            with self._chore(chore, 3, self._calm):
                return work(*given)

        return working

    def _meet(self, fault: Fault) -> None:
        if self._doing:
            self.met[self._doing, fault] += 1

    def _meet_everywhere(self, fault: Fault) -> None:
        for state in {item.state for item in self.site.desk().items()}:
            self.met[state, fault] += 1

    def _copies(self) -> list[Path]:
        return sorted(copy for copy in self.site.copies.glob("*T*") if not copy.suffix)


def _done_with(item: Item) -> bool:
    return item.state in (*WITHOUT_EFFECT, State.CLOSED_BY_HAND) or item.reconciled != ""
