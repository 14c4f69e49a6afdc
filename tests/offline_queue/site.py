"""The folders of a simulated site, the processes at work on them, and the ways in which both come to an end."""

import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from offline_queue import Identity, Limits, Queue, custody
from offline_queue.store import NAME
from tests.offline_queue.faulty import Disk, Keys
from tests.offline_queue.world import DESK, Time

LIMITS = Limits(sum_open_fen=2_000, per_lane_open=3, items_open=30, free_disk=0, contact_age=timedelta(days=99))
NEIGHBOUR = Identity(DESK.institution, "02")


class Site:
    """One terminal with a desk or two, its copies, a stick for bundles, and the terminal that these are carried to."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.time = Time()
        self.disk = Disk()
        self.disk.dying = self._photograph
        self._base = Path(tempfile.mkdtemp(prefix="story-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self._image: Path | None = None
        self._images = 0
        self.root = self._base / "site"
        self.copies, self.stick = self.root / "copies", self.root / "stick"
        self.stick.mkdir(parents=True)
        self.keys = Keys(self.root / "keys")
        self.place = "home"
        self.desks: list[Queue | None] = [None] * chance.choice([1, 1, 2])
        self._neighbour: Queue | None = None
        self.restoring = ""
        """The copy that takes the place of a lost store, until a desk has opened on it."""
        self.arrived: Callable[[Queue], None] = lambda desk: None
        """Told of each desk that opens."""
        self.others: list[Callable[[], None]] = []
        """Let go of what others at the site have open."""

    @property
    def home(self) -> Path:
        """The terminal's data folder."""
        return self.root / self.place

    def desk(self, place: int | None = None) -> Queue:
        """The desk at a place, opened if it is not."""
        place = self.chance.randrange(len(self.desks)) if place is None else place
        desk = self.desks[place]
        if desk is None:
            adopt = "chief" if self.restoring else ""
            if adopt and not (self.home / NAME).exists():
                custody.put_back(self.copies / self.restoring, self.home)
            desk = self.desks[place] = self.open(self.home, DESK, adopt)
            self.restoring = ""
            self.arrived(desk)
        return desk

    def neighbour(self) -> Queue:
        """The other terminal's only desk."""
        if self._neighbour is None:
            self._neighbour = self.open(self.root / "neighbour", NEIGHBOUR)
            self.arrived(self._neighbour)
        return self._neighbour

    def opened(self) -> list[Queue]:
        """Both terminals, the other one if it was ever there."""
        return [self.desk(), *([self.neighbour()] if (self.root / "neighbour").exists() else [])]

    def any_open_desk(self) -> Queue:
        """One that needs no key any more, though the keystore be closed."""
        closed, self.keys.closed = self.keys.closed, False
        desk = next((desk for desk in self.desks if desk), None) or self.desk(0)
        self.keys.closed = closed
        return desk

    def open(self, folder: Path, identity: Identity, adopt: str = "") -> Queue:
        queue = Queue.open(
            folder,
            identity=identity,
            keys=self.keys,
            clock=self.time.clock,
            steady=self.time.steady,
            limits=LIMITS,
            connect=self.disk.connect,
            adopt=adopt,
        )
        try:
            queue.contact()
        except BaseException:
            drop(queue)
            raise
        return queue

    def kill(self, place: int) -> None:
        """Nothing of the process runs any more."""
        desk, self.desks[place] = self.desks[place], None
        drop(desk)

    def kill_all(self) -> None:
        """Everybody."""
        for place in range(len(self.desks)):
            self.kill(place)
        drop(self._neighbour)
        self._neighbour = None
        for others in self.others:
            others()

    def close_cleanly(self) -> bool:
        """All desks; says whether the keystore knows the end."""
        known = True
        for place, desk in enumerate(self.desks):
            if desk:
                self.desks[place] = None
                desk.close()
                known = known and desk.book.memory.fault is None
        return known

    def died(self) -> None:
        """The processes are gone, and the files are as they were at that moment."""
        self.kill_all()
        image, self._image = self._image, None
        assert image
        self._move(image)

    def survived(self) -> None:
        """Another process died alone: everybody's files are where they were."""
        image, self._image = self._image, None
        assert image
        shutil.rmtree(image)

    def power_cut(self) -> None:
        """Everybody dies at once; what was not flushed is gone, and the clock that nobody sets begins anew."""
        image = self._fresh()
        self.kill_all()
        if self.disk.lies and (log := image / self.place / f"{NAME}-wal").exists():
            lengths = self.disk.lengths.get(self.home) or [log.stat().st_size]
            with log.open("r+b") as file:  # unsynced commits are still in the page cache
                file.truncate(min(log.stat().st_size, self.chance.choice(lengths[-4:])))
        self._move(image)
        self.time.boot = image.name
        self.time.seconds = 20.0
        self.time.wall += timedelta(seconds=20)

    def lose_home(self, copy: str) -> None:
        """The terminal's disk is gone; the copy takes its place when a desk is opened."""
        for place in range(len(self.desks)):
            self.kill(place)
        shutil.rmtree(self.home)
        self.restoring = copy

    def retire_home(self) -> None:
        """Store and copies are set aside; the keystore stays."""
        for place in range(len(self.desks)):
            self.kill(place)
        self._images += 1
        aside = self.root / f"retired-{self._images}"
        aside.mkdir()
        self.home.rename(aside / "home")
        if self.copies.exists():
            self.copies.rename(aside / "copies")

    def end(self) -> None:
        """Nothing is left."""
        self.kill_all()
        shutil.rmtree(self._base)

    def _photograph(self) -> None:
        self._image = self._fresh()

    def _fresh(self) -> Path:
        self._images += 1
        image = self._base / str(self._images)
        while True:
            try:
                shutil.copytree(self.root, image, ignore=shutil.ignore_patterns("*-shm", "reserve"))
            except shutil.Error:  # a log went as its last connection did, which nobody had closed
                shutil.rmtree(image)
            else:
                return image

    def _move(self, image: Path) -> None:
        shutil.rmtree(self.root)
        image.rename(self.root)
        self.disk.lengths.clear()


def drop(desk: Queue | None) -> None:
    """The operating system closes what a process had open."""
    if desk:
        desk.book.store.close()
        desk.book.let_go()
        desk.book.archives.close()


def keys(desk: Queue) -> set[str]:
    """Of all items, open and closed."""
    return {key for (key,) in desk.book.store.rows("SELECT key FROM item")}
