"""A site's hub: terminals hand their items on over HTTPS, the hub alone talks to the far end."""

import random
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from offline_queue import Policy
from offline_queue.faults import KeyReused
from offline_queue.hub.intake import Alarm, Given, Intake, alarms
from offline_queue.hub.slots import release
from offline_queue.hub.words import Countersigned, Head, Told, checked
from offline_queue.ports import Outcome, Sending
from offline_queue.vocabulary import Decision, OutcomeClass, State, Step
from tests.offline_queue.sites import PERSONS, Terminal, Yard, bill, open_queue, until
from tests.offline_queue.victim import Ledger
from tests.offline_queue.world import Recorder


def test_an_item_stays_open_at_its_terminal_until_the_hub_reports_the_far_ends_answer(yard: Yard) -> None:
    yard.open_hub()
    yard.far.gate.clear()
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b/1 收费", "zhang"))
    terminal.forward()
    waiting = terminal.queue.item("b/1 收费")
    assert (waiting.state, waiting.reason[:4]) == (State.IN_DOUBT, "hub_")
    for _ in range(3):
        terminal.forward()
    assert terminal.queue.item("b/1 收费").state is State.IN_DOUBT
    yard.far.gate.set()
    yard.settled("b/1 收费")
    terminal.forward()
    done = terminal.queue.item("b/1 收费")
    assert done.state is State.ACCEPTED
    assert terminal.queue.answers(done)[-1].body == b"answer to " + terminal.queue.payload(done)
    assert yard.far.arrived == [("b/1 收费", done.number)]  # by the call that was made in the end
    assert terminal.queue.book.intent(done).data == b"intent of " + terminal.queue.payload(done)
    assert terminal.queue.verify().intact


def test_a_call_that_went_out_directly_is_asked_about_and_taken_back_directly(yard: Yard) -> None:
    yard.open_hub()
    direct = Recorder()
    terminal = yard.terminal("01", direct=direct)
    sending = terminal.queue.begin(bill("online", "zhang"), b"trial")
    assert isinstance(sending, Sending)
    terminal.queue.finish(sending, Outcome(OutcomeClass.IN_DOUBT))
    terminal.queue.record(bill("later", "li"))
    with terminal.queue.forwarder(terminal.end, Policy()) as forwarder:
        forwarder.run(now=True)
    assert [number for _, number, _, _ in direct.reversed_calls] == [sending.number]
    assert direct.arrived == []
    _drain([terminal])
    assert {key for key, _ in yard.far.arrived} == {"online", "later"}


def test_a_hub_that_answers_does_not_pass_for_the_far_end(yard: Yard) -> None:
    yard.open_hub()
    yard.far.gate.clear()
    terminal = yard.terminal("01")
    terminal.queue.contact(False)
    since = terminal.queue.status().offline_since
    assert since
    terminal.queue.record(bill("b-1", "zhang"))
    terminal.forward()
    assert terminal.queue.status().offline_since == since


ENDS = [
    (Outcome(OutcomeClass.ACCEPTED, "0", b"yes"), None, State.ACCEPTED, "0"),
    (Outcome(OutcomeClass.REFUSED, "4711", b"no"), None, State.REFUSED, "4711"),
    (Outcome(OutcomeClass.UNRECOGNISED, "what"), Decision.ACCEPT, State.ACCEPTED, "seen"),
    (Outcome(OutcomeClass.UNRECOGNISED, "what"), Decision.CLOSE, State.HELD, "hub_closed_by_hand"),
]


@pytest.mark.parametrize(("outcome", "decision", "state", "reason"), ENDS, ids=["yes", "no", "by hand", "closed"])
def test_how_it_ends_at_the_hub_is_how_it_ends_at_the_terminal(
    yard: Yard, outcome: Outcome, decision: Decision | None, state: State, reason: str
) -> None:
    hub = yard.open_hub().intake.queue
    yard.far.sends = [outcome]
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b-1", "zhang"))
    terminal.forward()
    if decision:
        until(lambda: hub.item("b-1").state is State.HELD)
        hub.resolve("b-1", decision, by=("wang", "zhao"), reason="seen")
    yard.settled("b-1")
    terminal.forward()
    ended = terminal.queue.item("b-1")
    assert (ended.state, ended.reason) == (state, reason)


def test_the_order_of_one_person_holds_across_terminals(yard: Yard) -> None:
    yard.open_hub()
    yard.far.gate.clear()
    first, second = yard.terminal("01"), yard.terminal("02")
    first.queue.record_all([bill("a-1", "zhang"), bill("a-2", "zhang")])
    second.queue.record_all([bill("b-1", "zhang"), bill("c-1", "li")])
    first.forward()
    second.forward()
    until(lambda: [key for key, _ in yard.far.arrived] == ["a-1", "c-1"])
    yard.far.gate.set()
    yard.settled("b-1")
    first.forward()
    yard.settled("a-2")
    assert [key for key, _ in yard.far.arrived] == ["a-1", "c-1", "b-1", "a-2"]


def test_one_key_with_two_contents_is_held_at_whoever_came_second_and_alarms(yard: Yard) -> None:
    hub = yard.open_hub()
    first, second, same = yard.terminal("01"), yard.terminal("02"), yard.terminal("03")
    first.queue.record(bill("b-1", "zhang", "one"))
    second.queue.record(bill("b-1", "zhang", "another"))
    same.queue.record(bill("b-1", "zhang", "one"))
    for each in (first, second, same):
        each.forward()
    yard.settled("b-1")
    for each in (first, same):
        each.forward()
    found = [(each.queue.item("b-1").state, each.queue.item("b-1").reason) for each in (first, second, same)]
    assert found == [(State.ACCEPTED, "0"), (State.HELD, "key_reused"), (State.ACCEPTED, "0")]
    assert alarms(hub.intake.queue) == [Alarm("key_reused", "02", "b-1")]
    assert len(yard.far.arrived) == 1


def test_a_group_is_one_commit_and_one_that_is_refused_spoils_no_other(folder: Path) -> None:
    def given(key: str, text: str, n: int) -> Given:
        new = msgspec.structs.replace(bill(key, f"p{n}", text), asked=text.encode())
        return Given(f"0{n}", Head(bytes(16), 1, n, bytes(32)), new)

    with open_queue(folder, "H0") as queue:
        intake = Intake(queue)
        before = queue.anchor().seq
        told = intake.take([given(f"k-{n}", "text", n) for n in range(9)])
        assert {each.state for each in told if isinstance(each, Told)} == {State.RECORDED}
        assert len(list(queue.notes(["hub.heads"]))) == 1
        assert queue.anchor().seq == before + 10
        told = intake.take([given("new", "text", 1), given("k-1", "another", 2), given("k-2", "text", 3)])
        assert [type(each) for each in told] == [Told, KeyReused, Told]
        assert len(queue.items()) == 10
        assert intake.look("k-1", b"text") == Told(State.RECORDED)
        assert intake.look("k-99", b"text") is None
        with pytest.raises(KeyReused):
            intake.look("k-1", b"another")


def test_without_the_hub_terminals_go_on_and_send_later(yard: Yard) -> None:
    terminals = [yard.terminal("01"), yard.terminal("02")]
    for terminal in terminals:
        name = terminal.queue.book.identity.terminal
        terminal.queue.record_all([bill(f"{name}-{n}", f"p{n}") for n in range(6)])
        terminal.forward()
        assert {item.state for item in terminal.queue.items()} == {State.RECORDED}
        assert all(item.attempts == 0 for item in terminal.queue.items())
    yard.open_hub()
    _drain(terminals)
    assert len(yard.far.arrived) == 12
    yard.close_hub()
    terminals[0].queue.record(bill("alone", "p0"))
    terminals[0].forward()
    yard.open_hub()
    _drain(terminals)
    assert len(yard.far.arrived) == 13


def test_many_that_wait_at_the_hub_do_not_keep_the_others_from_it(yard: Yard) -> None:
    hub = yard.open_hub()
    yard.far.gate.clear()
    terminal = yard.terminal("01")
    terminal.queue.record_all([bill(f"b-{n}", f"p{n}") for n in range(20)])
    terminal.forward()
    assert len(hub.intake.queue.items()) == 20
    assert {item.state for item in terminal.queue.items()} == {State.IN_DOUBT}


def test_a_terminals_chain_is_countersigned_and_stands_in_the_hubs_own(yard: Yard) -> None:
    hub = yard.open_hub()
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b-1", "zhang"))
    terminal.forward()
    item = terminal.queue.item("b-1")
    (doubt,) = [event for event in terminal.queue.events(item=item) if event.kind == Step.DOUBT]
    receipt = checked(msgspec.msgpack.decode(doubt.body or b"", type=Countersigned), yard.key)
    assert receipt is not None
    ((name, head),) = receipt.heads
    assert (name, head.store) == ("01", terminal.queue.book.id)
    assert terminal.queue.verify([head.anchor]).intact
    assert [event.body for event in hub.intake.queue.notes(["hub.heads"])] == [msgspec.msgpack.encode(receipt)]
    assert terminal.end.anchors() == [head.anchor]
    forged = msgspec.structs.replace(receipt, at="2030-01-01T00:00:00+08:00")
    signature = msgspec.msgpack.decode(doubt.body or b"", type=Countersigned).signature
    assert checked(Countersigned(msgspec.msgpack.encode(forged), signature), yard.key) is None


def test_a_terminal_that_was_set_back_is_named_by_what_the_hub_countersigned(yard: Yard) -> None:
    yard.open_hub()
    terminal = yard.terminal("02")
    terminal.queue.record(bill("b-1", "zhang"))
    _drain([terminal])
    terminal.close()
    shutil.copytree(yard.folder / "02", yard.folder / "copy")  # the keystore too: nothing on the terminal knows
    terminal = yard.terminal("02")
    terminal.queue.record(bill("b-2", "zhang"))
    _drain([terminal])
    terminal.close()
    yard.close_hub()
    shutil.rmtree(yard.folder / "02")
    (yard.folder / "copy").rename(yard.folder / "02")

    hub = yard.open_hub()
    terminal = yard.terminal("02")
    terminal.queue.record_all([bill(f"c-{n}", "zhang") for n in range(9)])  # longer than what the hub has seen
    terminal.forward()
    assert terminal.queue.verify().intact
    assert not terminal.queue.verify(terminal.end.anchors()).intact
    assert {(item.state, item.reason) for item in terminal.queue.items() if item.tries} == {
        (State.RECORDED, "set_back")
    }
    terminal.forward()
    assert alarms(hub.intake.queue) == [Alarm("set_back", "02")]
    assert "02" in str(terminal.end.fault)
    release(hub.intake.queue, "02", PERSONS)
    _drain([terminal])
    assert terminal.end.fault is None


def test_another_folder_under_a_terminals_number_is_refused_until_the_number_is_released(yard: Yard) -> None:
    hub = yard.open_hub()
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b-1", "zhang"))
    _drain([terminal])
    terminal.close()
    (yard.folder / "01").rename(yard.folder / "old")
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b-2", "zhang"))
    terminal.forward()
    assert terminal.queue.item("b-2").state is State.RECORDED
    assert alarms(hub.intake.queue) == [Alarm("slot_taken", "01")]
    release(hub.intake.queue, "01", PERSONS)
    _drain([terminal])


def test_what_the_hub_has_seen_survives_its_restart(yard: Yard) -> None:
    hub = yard.open_hub()
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b-1", "zhang"))
    _drain([terminal])
    seen = hub.intake.newest("01").receipt
    for _ in range(2):
        yard.close_hub()
        hub = yard.open_hub()
        assert checked(hub.intake.newest("01"), yard.key) is not None
        heads = [msgspec.msgpack.decode(receipt)[2] for receipt in (seen, hub.intake.newest("01").receipt)]
        assert heads[0] == heads[1] != []


def test_what_a_hub_that_was_put_back_forgot_is_held_and_never_sent_again(yard: Yard) -> None:
    yard.open_hub()
    terminal = yard.terminal("01")
    terminal.queue.record(bill("b-1", "zhang"))
    _drain([terminal])
    yard.close_hub()
    shutil.copytree(yard.folder / "H0" / "home", yard.folder / "copy")

    hub = yard.open_hub()
    terminal.queue.record(bill("b-2", "zhang"))
    terminal.forward()
    yard.settled("b-2")
    yard.close_hub()
    shutil.rmtree(yard.folder / "H0" / "home")
    (yard.folder / "copy").rename(yard.folder / "H0" / "home")
    open_queue(yard.folder, "H0", adopt="zhao").close()

    hub = yard.open_hub()
    terminal.queue.record(bill("b-3", "li"))
    for _ in range(3):
        terminal.forward()
    yard.settled("b-3")
    assert (terminal.queue.item("b-2").state, terminal.queue.item("b-2").reason) == (State.HELD, "hub_forgot")
    assert hub.intake.queue.items_of("b-2") == []
    assert Counter(key for key, _ in yard.far.arrived) == {"b-1": 1, "b-2": 1, "b-3": 1}
    terminal.queue.resolve("b-2", Decision.ACCEPT, by=PERSONS, reason="seen at the far end")


def test_a_hub_that_dies_between_commit_and_answer_loses_and_doubles_nothing(
    folder: Path, seed: int, size: Callable[[int, int], int]
) -> None:
    chance = random.Random(seed)
    yard = Yard(folder)
    terminals = [yard.terminal("01"), yard.terminal("02")]
    keys = []
    for round in range(size(3, 50)):
        for terminal in terminals:
            name = terminal.queue.book.identity.terminal
            news = [bill(f"{round}-{name}-{n}", f"p{chance.randrange(100)}") for n in range(8)]
            keys += [item.key for item in terminal.queue.record_all(news)]
        process = _hub(yard, chance.randrange(1, 3))  # four at a time from each: two groups at the least
        sending = [threading.Thread(target=_until_gone, args=(terminal, process)) for terminal in terminals]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()
        assert process.wait(20) == -signal.SIGKILL
    process = _hub(yard, 0)
    _drain(terminals, 240)  # eight bills of one person wait for each other, five seconds and more each
    process.kill()
    process.wait()
    arrived = Counter(key for _, key in Ledger(folder / "effects", chance).effects())
    assert arrived == Counter(keys)
    for terminal in terminals:
        assert terminal.queue.verify().intact
        terminal.close()
    with open_queue(folder, "H0") as queue:
        assert queue.verify().intact
        assert {item.key for item in queue.items([State.ACCEPTED])} == set(keys)


def _hub(yard: Yard, groups: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.offline_queue.sites", str(yard.folder), str(yard.port), str(groups)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def _until_gone(terminal: Terminal, process: "subprocess.Popen[str]") -> None:
    until(lambda: terminal.forward() or process.poll() is not None, 60)


def _drain(terminals: list[Terminal], seconds: float = 20) -> None:
    """Until everything has ended at every terminal."""

    def empty() -> bool:
        for terminal in terminals:
            terminal.forward()
        return not any(terminal.queue.items() for terminal in terminals)

    until(empty, seconds)
    assert all(item.state is State.ACCEPTED for terminal in terminals for item in terminal.queue.items(State))
