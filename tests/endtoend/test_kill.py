"""``kill -9`` of a settling stream, of the forwarder, and of what pays money back, while the centre answers, or not."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from terminal.counter.office.owed import Evened
from terminal.counter.office.register import read
from terminal.money import parse_yuan
from tests.world import AMOXICILLIN, CT, VITAMINS, World, bill, more_persons

TROUBLE = [
    {"fault": "drop", "infno": "2207", "rate": 0.12},
    {"fault": "drop", "infno": "2207", "rate": 0.12, "done": False},
    {"fault": "late", "infno": "2207", "rate": 0.12, "seconds": [0.2, 1.4]},
    {"fault": "half", "infno": "2207", "rate": 0.05},
    {"fault": "delay", "infno": "*", "rate": 0.05, "seconds": [0, 0.2]},
    {"fault": "drop", "infno": "2601", "rate": 0.1},
    {"fault": "down", "infno": "2204", "rate": 0.02, "seconds": 0.3},
]


def test_a_killed_stream_loses_nothing_and_doubles_nothing(
    tmp_path: Path, size: Callable[[int, int], int], seed: int
) -> None:
    chance = random.Random(seed)
    persons = tmp_path / "persons.json"
    names = more_persons(persons, 60)
    world = World(
        tmp_path,
        persons=persons,
        offline={"per_person_open": 1000, "open_items": 100_000, "total_fen": 10**12},
    )
    world.trouble(*TROUBLE, seed=seed)
    printed: dict[str, str] = {}
    asked: dict[str, dict[str, object]] = {}
    try:
        for round_ in range(size(20, 200)):
            if round_ % 4 == 3:
                sender = world.command("queue", "forward", "--wait", "30")
                time.sleep(chance.uniform(0.3, 1.6))
                sender.kill()
                sender.communicate()
            unanswered = [row for number, row in asked.items() if number not in printed]
            fresh = [bill(f"K{round_:03d}-{place:02d}", chance.choice(names)) for place in range(6)]
            asked |= {str(row["bill"]): row for row in fresh}
            process = world.command("settle", "-", "--json")
            assert process.stdin and process.stdout
            process.stdin.write(b"".join(msgspec.json.encode(row) + b"\n" for row in unanswered + fresh))
            process.stdin.flush()
            time.sleep(chance.uniform(0.1, 1.6))
            process.kill()
            for line in process.communicate()[0].splitlines(keepends=True):
                if line.endswith(b"\n"):
                    told = msgspec.json.decode(line)
                    if "state" in told:
                        printed[told["bill"]] = told["state"]

        journal = {row["bill"] for row in world.run("bill", "list", "--json")[1][0]}
        assert set(printed) <= journal, "a bill whose result was printed is not in the journal"

        world.trouble()
        code, documents, err = world.run("queue", "forward", "--wait", "60", "--json")
        assert (code, documents[0]["left"]) == (0, 0), (documents, err)
        states = {row["bill"]: row["state"] for row in world.run("bill", "list", "--json")[1][0]}
        standing = world.standing()
        assert {number for number, count in standing.items() if count > 1} == set(), "settled twice"
        for number, state in states.items():
            assert standing.get(number, 0) == (1 if state == "settled" else 0), (number, state)
        assert set(standing) <= set(states), "the centre has a settlement the journal does not know"
        assert {states[number] for number in printed} <= {"settled"}, "a served patient's bill did not settle"
        assert world.run("queue", "verify", "--json")[0] == 0
        assert len(printed) > size(20, 200), "the kills came before anything was settled"
    finally:
        world.close()


def test_a_killed_outage_of_full_payments_pays_every_patient_back_exactly_once(
    tmp_path: Path, size: Callable[[int, int], int], seed: int
) -> None:
    chance = random.Random(seed)
    persons = tmp_path / "persons.json"
    names = more_persons(persons, 12)
    offline = {"on_outage": "full_payment", "per_person_open": 1000, "open_items": 100_000, "total_fen": 0}
    world = World(tmp_path, persons=persons, offline=offline)
    items = ((CT, 8), (VITAMINS, 1))
    asked = {f"F{place:03d}": bill(f"F{place:03d}", chance.choice(names), *items) for place in range(size(12, 300))}
    printed: dict[str, str] = {}

    def killed(*words: str, feed: bytes = b"", most: float) -> bytes:
        process = world.command(*words)
        assert process.stdin
        if feed:
            process.stdin.write(feed)
            process.stdin.flush()
        time.sleep(chance.uniform(0.3, most))
        process.kill()
        return process.communicate()[0]

    try:
        known = [bill(f"known-{name}", name, (AMOXICILLIN, 1)) for name in names]
        assert world.run("settle", "-", "--json", feed=known)[0] == 0
        world.centre.line_down()
        while missing := [row for number, row in asked.items() if number not in printed]:
            feed = b"".join(msgspec.json.encode(row) + b"\n" for row in missing)
            for line in killed("settle", "-", "--json", feed=feed, most=1.2).splitlines(keepends=True):
                if line.endswith(b"\n"):
                    told = msgspec.json.decode(line)
                    assert (told["state"], told["fully_paid"], told["cash"]) == ("provisional", True, told["total"])
                    printed[told["bill"]] = told["total"]
        world.centre.line_up()
        world.trouble(*TROUBLE, seed=seed)
        for _ in range(size(3, 20)):
            killed("queue", "forward", "--wait", "30", most=1.2)
        world.trouble()
        assert world.run("queue", "forward", "--wait", "60", "--json")[1][0]["left"] == 0
        standing = world.standing()
        assert {number: standing.get(number, 0) for number in asked} == dict.fromkeys(asked, 1)

        def owed() -> dict[str, str]:
            return {each["bill"]: each["amount"] for each in world.run("owed", "list", "--json")[1][0]}

        debts, rounds = owed(), 0
        for number, amount in debts.items():
            final = world.run("bill", "show", number, "--json")[1][0]
            assert parse_yuan(amount) == parse_yuan(final["cash"]) - parse_yuan(printed[number]) < 0
        while rest := owed():
            killed("owed", "pay", next(iter(rest)), most=1.0)
            rounds += 1
        with world.till() as till:
            moved = [note.document for note in read(till, Evened)]
            assert till.queue.verify().intact
        assert sorted((each.bill, str(each.amount)) for each in moved) == sorted(debts.items())
        assert len(debts) > 6 and rounds >= len(debts)
    finally:
        world.close()
