"""The commands as a hospital's program meets them: documents, exit codes, one sentence, never a traceback."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from cardio import read_card
from cardio.recorder import ReplayedCard, load
from cardio.virtual.daemon import NoPrivateDaemon, private_daemon
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from offline_queue.vocabulary import Decision
from terminal.counter.far_end import forwarder
from terminal.counter.faults import RefusedByCentre
from terminal.counter.settle import commit, settle, try_out
from tests.world import AMOXICILLIN, CT, VITAMINS, World, bill, claim, more_persons


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def test_the_demo_loses_nothing_and_doubles_nothing(world: World) -> None:
    code, documents, err = world.run("demo", "--json")
    (outcome,) = documents
    assert (code, outcome["lost"], outcome["doubled"], outcome["chain_intact"]) == (0, 0, 0, True)
    assert outcome["provisional"] >= 2 and outcome["in_doubt"] == 1
    assert outcome["forwarded"] == outcome["provisional"] + outcome["in_doubt"]
    assert {row["state"] for row in outcome["bills"]} == {"settled"}
    assert "==" in err


@pytest.mark.pcscd
@pytest.mark.parametrize(
    ("who", "version", "line"),
    [
        ("zhang", "2.0", "110100|111111198101011110|X00000019|110100D156000005000000A1FFFFFFFF|张三|"),
        ("li", "1.0", "110100|111111195001010002|A0000002X|110100D156000005000000A2FFFFFFFF|李测试|"),
    ],
)
def test_a_virtual_card_is_read_through_the_real_pcscd(world: World, who: str, version: str, line: str) -> None:
    try:
        daemon = private_daemon()
        with daemon as running:
            running.readers[0].insert(card(who, version))
            environment = {**os.environ, "YIBAO_HOME": str(world.home), **running.env}

            def yibao(*words: str) -> str:
                command = [sys.executable, "-m", "terminal.cli", *words]
                return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout

            printed = yibao("card", "read", "--format", "38", "--timeout", "10")
            assert printed.startswith(line) and printed.count("|") == 11
            file = world.home / "session.txt"
            assert yibao("card", "read", "--format", "38", "--timeout", "10", "--record", str(file)) == printed
            again = read_card(port=VirtualPort(ReplayedCard(*load(file.read_text(encoding="ascii")))))
            assert f"{again.line38()}\n" == printed
            reading = json.loads(yibao("card", "read", "--timeout", "10"))
            assert reading["version"].startswith(version[0]) and reading["missing"] == []
            assert "Virtual PCD" in yibao("readers")
            file = world.home / "bill.json"
            file.write_bytes(msgspec.json.encode(bill("C-1", who, (AMOXICILLIN, 1), credential=None)))
            settled = json.loads(yibao("settle", str(file), "--credential", "card", "--json"))
            assert (settled["state"], settled["total"]) == ("settled", "12.50")
    except NoPrivateDaemon as fault:
        pytest.skip(str(fault))


@pytest.mark.parametrize(
    ("words", "content", "code", "says"),
    [
        (("settle", "FILE"), b"{", 2, "FILE"),
        (("settle", "FILE"), b'{"bill": 5}', 2, "bill"),
        (("settle", "absent.json"), None, 2, "absent.json"),
        (("adjudicate", "FILE"), b"[]", 2, "FILE"),
        (("adjudicate", "FILE", "--pack", "atlantis"), None, 2, "FILE"),
        (("bill", "show", "B-404"), None, 2, "B-404"),
        (("queue", "show", "B-404"), None, 2, "B-404"),
        (("schema", "banana"), None, 2, "banana"),
        (("card", "read", "--reader", "none"), None, 3, ""),
        (("operator", "add", "1", "A", "--role", "manager", "--card-key", "zz"), None, 2, "--card-key"),
        (("centre", "simulate", "--profile", "atlantis"), None, 2, "atlantis"),
        (("centre", "simulate", "--port", "999999"), None, 2, "--port"),
        (("centre", "simulate", "--horizon", "nan"), None, 2, "--horizon"),
        (("centre", "simulate", "--ledger", "FILE"), b"", 5, "FILE"),
        (("centre", "simulate", "--ledger", "FILE"), b"x", 5, "FILE"),
        (("centre", "simulate", "--ledger", "FILE"), b"not a data base, " * 99, 5, "FILE"),
        (("adjudicate", "FILE"), b"[" * 50_000, 2, "FILE"),
        (("policy", "simulate", "beijing-employee", "beijing-employee", "FILE"), b"[" * 50_000, 2, "FILE"),
        (("events", "--after", "1" + "0" * 23), None, 2, "--after"),
        (("events", "--after", "-1"), None, 2, "--after"),
        (("serve", "--port", "999999"), None, 2, "--port"),
        (("serve", "--port", "-1"), None, 2, "--port"),
        (("queue", "forward", "--wait", "inf"), None, 2, "--wait"),
        (("queue", "forward", "--wait", "nan"), None, 2, "--wait"),
        (("queue", "forward", "--wait", "-1"), None, 2, "--wait"),
        (("refund", "do", "R-1", "--wait", "86401"), None, 2, "--wait"),
        (("reconcile", "0001-01-01"), None, 2, "1900-2199"),
        (("reconcile", "9999-12-31"), None, 2, "1900-2199"),
        (("bill", "find", "B-1", "--day", "1899-12-31"), None, 2, "1900-2199"),
        (("reason", "rate", "--from", "2026-03-02", "--to", "9999-12-31"), None, 2, "1900-2199"),
        (("shift", "open", "--float", "-1"), None, 2, "--float"),
        (("shift", "open", "--float", "1.234"), None, 2, "--float"),
        (("shift", "close", "--count", "100=-1"), None, 2, "--count"),
        (("shift", "close", "--count", "100=" + "9" * 5_000), None, 2, "--count"),
        (("shift", "close", "--count", "100=x"), None, 2, "--count"),
        (("shift", "close", "--count", "3=1"), None, 2, "3.00"),
        (("receipt", "roll", "京A", "-1", "10"), None, 2, "FIRST"),
        (("receipt", "roll", "京A", "1", "1" + "0" * 23), None, 2, "LAST"),
        (("receipt", "roll", "京A", "1", "10", "--digits", "0"), None, 2, "--digits"),
        (("receipt", "roll", "京A", "1", "10", "--digits", "9" * 9), None, 2, "--digits"),
        (("shift", "report", "1" + "0" * 23), None, 2, "NUMBER"),
        (("queue", "status", "--home", "/dev/null"), None, 2, "--home"),
        (("--home", "/dev/null", "doctor"), None, 2, "--home"),
        (("no-such-command",), None, 2, "no-such-command"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_gets_a_sentence_and_the_promised_exit_code(
    world: World, words: tuple[str, ...], content: bytes | None, code: int, says: str
) -> None:
    file = world.home / "input.json"
    if content is not None:
        file.write_bytes(content)
    words = tuple(str(file) if word == "FILE" else word for word in words)
    found, _, err = world.run(*words)
    assert found == code, err
    assert says.replace("FILE", str(file)) in err
    assert "Traceback" not in err
    assert content is None or file.read_bytes() == content
    assert world.run("bill", "list", "--json")[1] == [[]]
    assert world.run("events")[1] == []


def test_a_stream_answers_every_line_and_ends_with_its_worst_code(world: World) -> None:
    wrong = {**bill("S-2", "zhang"), "terminal": "99"}
    code, rows, err = world.run("settle", "-", "--json", feed=[bill("S-1", "zhang"), wrong, bill("S-3", "li")])
    assert [row["bill"] for row in rows] == ["S-1", "S-2", "S-3"]
    assert [row.get("state", row.get("fault", {}).get("code")) for row in rows] == [
        "settled",
        "not_this_terminal",
        "settled",
    ]
    assert (code, "Traceback" in err) == (2, False)
    assert world.standing() == {"S-1": 1, "S-3": 1}


ENDS = {
    "settled": ("E-1", "T00000000", (AMOXICILLIN, 1), 0),
    "provisional": ("E-2", "T00000000", (AMOXICILLIN, 1), 0),
    "reversed": ("E-3", "T00000000", (AMOXICILLIN, 2), 1),
    "exception": ("E-4", "T00000001", ((*VITAMINS[:3], "A", None), 1), 1),
    "refused": ("E-5", "T00000000", (AMOXICILLIN, 3), 1),
    "in_doubt": ("E-6", "T00000002", (AMOXICILLIN, 1), 4),
    "settling": ("E-7", "T00000003", (AMOXICILLIN, 1), 4),
}
"""State -> a bill that stands there, and how every command that answers with it ends."""


def bills_in_every_state(world: World) -> None:
    """All of ``ENDS`` but the one that is being settled."""
    claims = {state: claim(number, who, item) for state, (number, who, item, _) in ENDS.items()}
    with world.till() as till:
        settle(till, claims["settled"])
        for place, item in enumerate(((AMOXICILLIN, 1), (CT, 8))):
            settle(till, claim(f"E-0{place}", "T00000001", item))
        trial = try_out(till, claims["refused"])
        assert trial.centre
        till.centre.give_up(trial.centre)
        with pytest.raises(RefusedByCentre):
            commit(till, trial)
        world.centre.line_down()
        settle(till, claims["exception"])
        world.centre.line_up()
        with forwarder(till) as sender:
            sender.run(timedelta(seconds=2), now=True)
        world.trouble({"fault": "drop", "infno": "2207"})
        settle(till, claims["in_doubt"])
        world.centre.line_down()
        settle(till, claims["provisional"])
        settle(till, claims["reversed"])
        till.queue.resolve(claims["reversed"].bill, Decision.CLOSE, by=("0001", "0002"), reason="开错")
        world.centre.line_up()


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[World]:
    """A world with persons to spare."""
    more_persons(tmp_path / "persons.json", 4)
    world = World(tmp_path, persons=tmp_path / "persons.json")
    yield world
    world.close()


def test_a_bill_ends_every_command_with_the_exit_code_of_its_state(wide: World) -> None:
    world = wide
    bills_in_every_state(world)
    world.trouble({"fault": "delay", "infno": "2207", "seconds": 6})
    file = world.home / "claim.json"
    file.write_bytes(msgspec.json.encode(bill(*ENDS["settling"][:3])))
    process = world.command("settle", str(file), "--json")
    while world.run("bill", "show", "E-7", "--json")[0] == 2:
        time.sleep(0.05)
    found = {}
    for number, who, item, _ in reversed(ENDS.values()):
        code, (shown,), _ = world.run("bill", "show", number, "--json")
        found[shown["state"]] = (number, who, item, code)
        if shown["state"] == "refused":
            continue  # its number is free: the same claim would be settled now
        again, (row,), _ = world.run("settle", "-", "--json", feed=[bill(number, who, item)])
        file.write_bytes(msgspec.json.encode(bill(number, who, item)))
        assert (again, row["state"], world.run("settle", str(file), "--json")[0]) == (code, shown["state"], code)
    assert found == ENDS
    assert process.communicate()[0] and process.returncode == 0


def test_a_nested_line_does_not_end_a_stream(world: World) -> None:
    nested = b'{"bill": "N-1", "note": ' + b"[" * 50_000
    good = [msgspec.json.encode(bill(number, "zhang")) for number in ("N-0", "N-2")]
    ended = subprocess.run(
        [sys.executable, "-m", "terminal.cli", "settle", "-", "--json"],
        env={**os.environ, "YIBAO_HOME": str(world.home)},
        input=b"\n".join((good[0], nested, good[1])),
        capture_output=True,
    )
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [row.get("state", row.get("fault", {}).get("code")) for row in rows] == [
        "settled",
        "bad_document",
        "settled",
    ]
    assert (ended.returncode, b"Traceback" in ended.stderr) == (2, False)
    assert world.standing() == {"N-0": 1, "N-2": 1}


def test_the_queue_shows_what_waits_and_proves_itself(world: World) -> None:
    world.run("settle", "-", "--json", feed=[bill("Q-0", "zhang", (AMOXICILLIN, 1))])
    world.centre.line_down()
    world.run("settle", "-", "--json", feed=[bill("Q-1", "zhang", (AMOXICILLIN, 1))])
    assert [row["state"] for row in world.run("queue", "list", "--json")[1][0]] == ["provisional"]
    status = world.run("queue", "status", "--json")[1][0]
    assert status["open"] == {"recorded": 1} and status["offline_since"]
    assert world.run("queue", "forward", "--wait", "0.2", "--json")[0] == 4
    world.centre.line_up()
    assert world.run("queue", "forward", "--json")[0] == 0
    shown = world.run("queue", "show", "Q-1", "--json")[1][0]
    assert shown["state"] == "settled" and [event["kind"] for event in shown["events"]][-1] == "accept"
    assert world.run("queue", "verify", "--json")[0] == 0


def test_a_changed_byte_in_the_store_is_named(world: World) -> None:
    world.run("settle", "-", "--json", feed=[bill("V-1", "zhang")])
    import sqlite3

    (file,) = [path for path in (world.home / "store").glob("*.db") if path.name != "people.db"]
    with sqlite3.connect(file) as store:
        store.execute("update item set amount_fen = amount_fen + 1")
    code, documents, _ = world.run("queue", "verify", "--json")
    assert code == 5 and documents[0]["traces"]
