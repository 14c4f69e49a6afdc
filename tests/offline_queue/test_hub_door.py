"""Who is let in at a hub, and what is heard there: certificates, keys of a site, and requests over HTTP."""

import random
import re
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from offline_queue.hub.faults import NeedsTls
from offline_queue.hub.intake import alarms
from offline_queue.hub.line import Line, Way
from offline_queue.hub.site import Site
from offline_queue.hub.words import Posted, Said, digest, spell
from offline_queue.vocabulary import Kind, State, Step
from tests.offline_queue.sites import WAITING, Authority, Yard, bill, open_queue
from tests.offline_queue.victim import Ledger


def test_a_stranger_and_a_nameless_one_are_not_let_in_and_nothing_has_left(yard: Yard) -> None:
    hub = yard.open_hub()
    stranger = Authority(yard.folder, "elsewhere").files("01", yard.authority.file)
    for files, reason in ((stranger, "not_reached"), (yard.authority.files("somebody"), "bad_hub")):
        terminal = yard.terminal("01", files)
        if not terminal.queue.items():
            terminal.queue.record(bill("b-1", "zhang"))
        terminal.forward()
        item = terminal.queue.item("b-1")
        assert (item.state, item.reason, item.attempts) == (State.RECORDED, reason, 0)
        terminal.close()
    assert hub.intake.queue.items_of("b-1") == []


def test_nobody_is_heard_without_a_certificate(yard: Yard) -> None:
    yard.open_hub()
    bare = ssl.create_default_context(cafile=str(yard.authority.file))
    heard = b""
    with suppress(OSError), socket.create_connection(("127.0.0.1", yard.port), 5) as plain:
        connection = bare.wrap_socket(plain, server_hostname="127.0.0.1")
        connection.sendall(b"GET / HTTP/1.1\r\nTerminal: 01\r\n\r\n")
        heard = connection.recv(100)
    assert heard == b""


def test_a_terminal_does_not_believe_a_hub_of_another_site_or_with_another_key(yard: Yard) -> None:
    other = Authority(yard.folder, "elsewhere")
    for files, key, reason in (
        (yard.authority.files("01", other.file), yard.key, "not_reached"),
        (None, bytes(32), "bad_hub"),
    ):
        yard.key, key = key, yard.key
        yard.close_hub()
        yard.open_hub()
        terminal = yard.terminal("01", files)
        yard.key = key
        if not terminal.queue.items():
            terminal.queue.record(bill("b-1", "zhang"))
        terminal.forward()
        assert (terminal.queue.item("b-1").state, terminal.queue.item("b-1").reason) == (State.RECORDED, reason)
        terminal.close()
    assert yard.far.arrived == []


def test_outside_of_this_machine_nothing_is_said_in_the_clear(folder: Path) -> None:
    with pytest.raises(NeedsTls):
        Way("http://hub.example:7790")
    with pytest.raises(NeedsTls):
        Way("https://hub.example:7790")
    with open_queue(folder, "H0") as queue, pytest.raises(NeedsTls):
        Site(queue, Ledger(folder / "effects", random.Random(1)), WAITING, host="0.0.0.0")


WRONG = [
    ("PUT", "/txn/b-1", {"Txn-Digest": "00" * 32}, "wrong_digest", 400),
    ("PUT", "/txn/b-1", {"Txn-Digest": "xyz"}, "unreadable", 400),
    ("PUT", "/txn/b-1", {"Chain-Head": "first"}, "unreadable", 400),
    ("PUT", "/txn/%ff", {}, "unreadable", 400),
    ("PUT", "/txn/b-1", {"Transfer-Encoding": "chunked"}, "unreadable", 400),
    ("GET", "/txn/b-1", {}, "unknown_key", 404),
    ("GET", "/txn/b-1", {"Txn-Digest": ""}, "unknown_key", 404),
    ("PUT", "/head", {}, "unreadable", 400),
    ("POST", "/txn/b-1", {}, "no_such_place", 404),
]


@pytest.mark.parametrize(("method", "path", "headers", "code", "status"), WRONG)
def test_what_is_not_as_agreed_is_refused_and_nothing_is_stored(
    yard: Yard, method: str, path: str, headers: dict[str, str], code: str, status: int
) -> None:
    hub = yard.open_hub()
    terminal = yard.terminal("01")
    line = Line(Way(f"https://127.0.0.1:{yard.port}", yard.authority.files("01")))
    body = msgspec.msgpack.encode(Posted("zhang", Kind.REQUEST, b"claim"))
    usual = {"Txn-Digest": digest(body).hex(), "Chain-Head": spell(terminal.end._head())}
    found, answer = line.ask(method, path, usual | headers, body)
    assert (found, msgspec.msgpack.decode(answer, type=Said).code) == (status, code)
    assert hub.intake.queue.items() == []
    assert [each.code for each in alarms(hub.intake.queue)] == ["wrong_digest"] * (code == "wrong_digest")
    line.close()


def test_requests_that_come_in_pieces_or_all_at_once_are_answered_in_their_order(yard: Yard) -> None:
    yard.open_hub()
    connection = Way(f"https://127.0.0.1:{yard.port}", yard.authority.files("01")).open()
    asked = b"".join(
        b"GET /txn/k-%d HTTP/1.1\r\nTxn-Digest: 00\r\n\r\n" % n + b"GET / HTTP/1.1\r\n\r\n" for n in range(2000)
    )
    for start in range(0, len(asked), 4001):
        connection.sendall(asked[start : start + 4001])
    connection.sendall(b"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    answers = b"".join(iter(lambda: connection.recv(65536), b""))
    connection.close()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"404", b"200"] * 2000 + [b"400"]


def test_a_certificate_speaks_for_its_own_terminal_whatever_the_header_says(yard: Yard) -> None:
    hub = yard.open_hub()
    terminal = yard.terminal("01")
    terminal.end._name = {"Terminal": "02"}
    terminal.queue.record(bill("b-1", "zhang"))
    terminal.forward()
    assert hub.intake.queue.item("b-1").state in (State.RECORDED, State.SENDING, State.ACCEPTED)
    (event,) = [event for event in hub.intake.queue.events() if event.kind == Step.RECORD]
    assert event.actor == "terminal 01"
