"""A hub leases each terminal's message numbers: no two folders give out the same one, whatever dies or is put back."""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from offline_queue import FileKeys, Identity, Queue
from offline_queue.hub.faults import BadHub, NoLease, SetBack, SlotTaken, TwoToRelease
from offline_queue.hub.intake import Alarm, Intake, alarms
from offline_queue.hub.slots import TERM, release, slots
from offline_queue.hub.tenure import Tenure
from offline_queue.hub.words import Asked, Countersigned, Head
from tests.offline_queue.sites import INSTITUTION, PERSONS, Terminal, Yard
from tests.offline_queue.world import Time


def _leased(yard: Yard, name: str) -> Terminal:
    terminal = yard.terminal(name)
    tenure = Tenure(terminal.queue, yard.key, lambda second, in_haste: terminal.end.lease(second))
    terminal.queue.numbers.shares = tenure.share
    return terminal


def test_a_terminal_gives_out_numbers_once_the_hub_has_leased_them_and_goes_on_without_it(yard: Yard) -> None:
    terminal = _leased(yard, "01")
    with pytest.raises(NoLease):
        terminal.queue.numbers.next()
    yard.open_hub()
    first = terminal.queue.numbers.several(300)
    assert first == sorted(set(first)) and {number[26:28] for number in first} == {"01"}
    yard.close_hub()
    assert terminal.queue.numbers.next() > first[-1]
    terminal.close()
    again = _leased(yard, "01")
    assert again.queue.numbers.next() > first[-1]
    assert again.queue.verify().intact


def test_another_folder_under_the_same_number_is_refused_before_it_has_given_out_one(yard: Yard) -> None:
    hub = yard.open_hub()
    first = _leased(yard, "01")
    used = set(first.queue.numbers.several(300))
    first.close()
    (yard.folder / "01").rename(yard.folder / "before")
    second = _leased(yard, "01")
    with pytest.raises(SlotTaken, match="01"):
        second.queue.numbers.next()
    assert alarms(hub.intake.queue) == [Alarm("slot_taken", "01")]
    release(hub.intake.queue, "01", PERSONS)
    used_there = set(second.queue.numbers.several(300))
    second.close()

    (yard.folder / "01").rename(yard.folder / "second")
    (yard.folder / "before").rename(yard.folder / "01")
    back = _leased(yard, "01")  # its lease goes on; it does not know yet
    still = set(back.queue.numbers.several(300))
    assert not used_there & (used | still)
    with pytest.raises(SlotTaken):
        back.end.lease(0)


class Place:
    """A hub and the folders of its terminals, in one process, on clocks that the test sets."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.time, self.hub_time = Time(), Time()
        self.given: Counter[str] = Counter()
        self.queues: dict[str, Queue] = {}
        self.reached, self.heard = True, True
        self.hub = self.queue("hub", "H0", self.hub_time)
        self.intake = Intake(self.hub)

    def queue(self, name: str, terminal: str, time: Time, adopt: str = "") -> Queue:
        keys, identity = FileKeys(self.folder / f"{name}-keys"), Identity(INSTITUTION, terminal)
        made = Queue.open(
            self.folder / name, identity=identity, keys=keys, clock=time.clock, steady=time.steady, adopt=adopt
        )
        self.queues[name] = made
        return made

    def terminal(self, name: str, terminal: str, adopt: str = "") -> Queue:
        """A folder with its way to the hub."""
        queue = self.queue(name, terminal, self.time, adopt)

        def ask(second: int, in_haste: bool) -> Countersigned:
            if not self.reached:
                raise NoLease(terminal=terminal, cause="away")
            end = queue.anchor()
            seen = self.intake.lease(terminal, Asked(Head(queue.book.id, queue.book.epoch, end.seq, end.hash), second))
            if not self.heard:
                raise NoLease(terminal=terminal, cause="answer lost")
            return seen

        queue.numbers.shares = Tenure(queue, self.intake.public_key, ask).share
        return queue

    def give_out(self, name: str) -> None:
        """Some numbers, if the folder may."""
        with suppress(SlotTaken, SetBack, NoLease):
            self.given.update(self.queues[name].numbers.several(self.chance.choice([1, 5, 120, 400])))

    def reopen(self, name: str, terminal: str, adopt: str = "") -> None:
        """As after a kill."""
        queue = self.queues.pop(name)
        queue.book.store.close()
        queue.book.let_go()
        self.terminal(name, terminal, adopt)

    def reopen_hub(self, copy: str = "") -> None:
        """As after a kill; or on a copy that persons put in the place of what was lost."""
        self.hub.book.store.close()
        if copy:
            shutil.rmtree(self.folder / "hub")
            shutil.copytree(self.folder / copy, self.folder / "hub")
        self.hub = self.queue("hub", "H0", self.hub_time, "chief" if copy else "")
        self.intake = Intake(self.hub)


def test_no_number_is_given_out_twice_whatever_is_killed_lost_released_or_put_back(
    folder: Path, seed: int, size: Callable[[int, int], int]
) -> None:
    given: list[int] = []
    for story in range(seed, seed + size(25, 2_000)):
        chance = random.Random(story)
        base = folder / str(story)
        place = Place(base, chance)
        folders = dict.fromkeys("abcdef", "01") | {"g": "02"}  # more of them than parts
        for name, terminal in folders.items():
            place.terminal(name, terminal)
        restored = 0
        shutil.copytree(base / "hub", base / "copy")
        for _ in range(80):
            name = chance.choice(list(folders))
            place.reached, place.heard = chance.random() < 0.7, chance.random() < 0.8
            match chance.choice(
                [
                    "give",
                    "give",
                    "give",
                    "give",
                    "kill",
                    "hub",
                    "release",
                    "release",
                    "copy",
                    "lost",
                    "time",
                    "set",
                    "adopt",
                ]
            ):
                case "give":
                    place.give_out(name)
                case "kill":
                    place.reopen(name, folders[name])
                case "adopt":
                    place.reopen(name, folders[name], "chief")
                case "hub":
                    place.reopen_hub()
                case "release":
                    release(place.hub, folders[name], PERSONS)
                case "copy":
                    shutil.rmtree(base / "copy")
                    shutil.copytree(base / "hub", base / "copy")
                case "lost" if restored < 2:
                    restored += 1
                    place.reopen_hub("copy")
                case "time":
                    for each in (place.time, place.hub_time):
                        each.pass_(seconds=chance.choice([1, 60, 86_400, 10 * 86_400]))
                case "set":
                    chance.choice([place.time, place.hub_time]).set(days=chance.choice([-20, 20, 400]))
        twice = [number for number, times in place.given.items() if times > 1]
        assert not twice, f"YIBAO_SEED={story}: {twice[:3]}"
        given.append(len(place.given))
        for queue in place.queues.values():
            queue.book.store.close()
            queue.book.let_go()
        shutil.rmtree(base)
    assert sum(given) > 100 * len(given)


def test_a_lease_is_renewed_while_the_hub_is_there_and_ends_without_it(folder: Path) -> None:
    place = Place(folder, random.Random(1))
    queue = place.terminal("a", "01")
    queue.numbers.next()
    for _ in range(3):
        place.time.pass_(days=10)
        place.hub_time.pass_(days=10)
        queue.numbers.next()
    place.reached = False
    place.time.pass_(days=13)
    queue.numbers.next()
    place.time.pass_(days=2)
    with pytest.raises(NoLease, match="01"):
        queue.numbers.next()
    place.reached = True
    queue.numbers.next()
    assert queue.verify().intact
    assert place.hub.verify().intact


def test_a_hub_shows_which_folder_has_which_number_until_when(folder: Path) -> None:
    place = Place(folder, random.Random(1))
    queues = [place.terminal(name, terminal) for name, terminal in (("a", "01"), ("b", "02"))]
    for queue in queues:
        queue.numbers.next()
    until = (place.time.clock() + TERM).replace(microsecond=0)
    shown = [(each.terminal, each.store, each.until(), each.holds) for each in slots(place.hub)]
    assert shown == [("01", queues[0].book.id, until, True), ("02", queues[1].book.id, until, True)]
    release(place.hub, "01", PERSONS)
    assert [each.holds for each in slots(place.hub)] == [False, True]


@pytest.mark.parametrize("by", [(), ("zhao",), ("zhao", " zhao "), ("zhao", "")])
def test_one_person_alone_releases_no_number(folder: Path, by: tuple[str, ...]) -> None:
    place = Place(folder, random.Random(1))
    place.terminal("a", "01").numbers.next()
    with pytest.raises(TwoToRelease, match="01"):
        release(place.hub, "01", by)
    assert [each.holds for each in slots(place.hub)] == [True]


def test_the_hubs_own_number_is_leased_to_nobody_and_a_fork_is_refused(folder: Path) -> None:
    place = Place(folder, random.Random(1))
    with pytest.raises(SlotTaken):
        place.intake.lease("H0", Asked(Head(bytes(16), 1, 1, bytes(32)), 0))
    place.intake.lease("01", Asked(Head(bytes(16), 1, 7, bytes(32)), 0))
    with pytest.raises(SetBack):
        place.intake.lease("01", Asked(Head(bytes(16), 1, 7, bytes(range(32))), 0))


def test_an_answer_without_a_lease_for_this_folder_is_not_believed(folder: Path) -> None:
    place = Place(folder, random.Random(1))
    queue = place.terminal("a", "01")
    queue.numbers.shares = Tenure(queue, place.intake.public_key, lambda *_: place.intake.newest("01")).share
    with pytest.raises(BadHub):
        queue.numbers.next()
    queue.numbers.shares = Tenure(queue, bytes(32), lambda *_: place.intake.newest("01")).share
    with pytest.raises(BadHub):
        queue.numbers.next()
