"""Calls of other programs: what they get, what they may, and what a repeat finds."""

import contextlib
import http.client
import ipaddress
import json
import sqlite3
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cardio.virtual.daemon import NoPrivateDaemon, private_daemon
from cardio.virtual.persons import card
from terminal.counter.office import operators
from terminal.counter.office.roles import Role
from terminal.money import parse_yuan
from tests.service.conftest import Service
from tests.world import AMOXICILLIN, World, bill


def settled(service: Service, number: str, seconds: float = 20) -> dict[str, Any]:
    """A bill once it is no longer being settled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status, document, _ = service.call("GET", f"/bills/{number}")
        if status == 200 and document["state"] != "settling":
            return dict(document)
        time.sleep(0.05)
    raise AssertionError(f"{number} is still being settled")


def test_a_settlement_returns_at_once_and_its_bill_tells_the_rest(service: Service) -> None:
    status, document, _ = service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    assert (status, document["state"]) == (202, "settling")
    assert settled(service, "A-1")["settlement"]["total"] == "2136.00"
    status, document, _ = service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    assert (status, document["state"]) == (200, "settled")
    assert service.world.standing() == {"A-1": 1}


def test_another_bill_under_a_known_number_fails_loudly(service: Service) -> None:
    service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    settled(service, "A-1")
    status, document, _ = service.call("POST", "/settle", bill("A-1", "zhang", (AMOXICILLIN, 1)), key="A-1")
    assert (status, document["fault"]["code"]) == (400, "key_reused")


def test_another_bill_under_a_number_that_is_still_being_settled_fails_as_loudly(service: Service) -> None:
    service.world.trouble({"fault": "delay", "infno": "2207", "seconds": 1})
    first = bill("A-1", "zhang")
    assert service.call("POST", "/settle", first, key="A-1")[0] == 202
    for other in (bill("A-1", "li"), bill("A-1", "zhang", (AMOXICILLIN, 1))):
        status, document, _ = service.call("POST", "/settle", other, key="A-1")
        assert (status, document.get("fault", {}).get("code")) == (400, "key_reused")
    status, document, _ = service.call("POST", "/settle", first, key="A-1")
    assert (status, document["state"]) == (202, "settling")
    assert settled(service, "A-1")["settlement"]["total"] == "2136.00"


def test_a_settlement_without_its_key_or_of_another_operator_is_refused(service: Service) -> None:
    assert service.call("POST", "/settle", bill("A-1", "zhang"))[1]["fault"]["code"] == "wrong_key"
    other = bill("A-1", "zhang", operator="0002")
    assert service.call("POST", "/settle", other, key="A-1")[1]["fault"]["code"] == "wrong_operator"
    assert service.call("GET", "/bills/A-1")[1]["fault"]["code"] == "unknown_bill"


def test_a_refused_bill_says_why(service: Service) -> None:
    service.call("POST", "/settle", bill("A-1", "chen"), key="A-1")
    assert settled(service, "A-1")["fault"]["code"] == "not_entitled"


def test_an_error_nobody_foresaw_is_told_with_its_number_and_the_same_call_again_settles(service: Service) -> None:
    store = next(service.world.home.rglob("people.db"))

    def persons(statement: str) -> None:
        with contextlib.closing(sqlite3.connect(store)) as people:
            people.execute(statement)

    persons("alter table snapshot rename to elsewhere")
    service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    told = settled(service, "A-1")
    assert (told["state"], told["settlement"], told["fault"]["code"]) == ("draft", None, "internal_error")
    assert "原样再次提交" in told["fault"]["next_zh"]
    status, answer, _ = service.call("POST", "/eligibility", bill("A-1", "zhang")["credential"])
    assert (status, answer["fault"]["code"]) == (500, "internal_error")
    (log,) = (service.world.home / "log").glob("*.log")
    written = log.read_text(encoding="utf-8")
    for sentence in (told["fault"]["en"], answer["fault"]["en"]):
        number = sentence.partition("(number ")[2].partition(")")[0]
        assert f"{number} OperationalError" in written
    assert "people.py" in written and "张三" not in written and "no such table" not in written
    persons("alter table elsewhere rename to snapshot")
    service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    assert settled(service, "A-1")["state"] == "settled" and service.world.standing() == {"A-1": 1}


def test_a_refusal_is_told_until_the_number_settles_or_the_service_restarts(service: Service) -> None:
    for number in ("A-1", "A-2"):
        service.call("POST", "/settle", bill(number, "chen"), key=number)
        settled(service, number)
    service.world.run("settle", "-", "--json", feed=[bill("A-1", "zhang")])
    assert settled(service, "A-1")["state"] == "settled"
    assert settled(service, "A-2")["fault"]["code"] == "not_entitled"
    service.stop()
    service.start()
    assert settled(service, "A-1")["state"] == "settled"
    assert service.call("GET", "/bills/A-2")[1]["fault"]["code"] == "unknown_bill"
    service.call("POST", "/settle", bill("A-2", "chen"), key="A-2")
    assert settled(service, "A-2")["fault"]["code"] == "not_entitled"


def test_a_trial_settles_nothing_and_leaves_nothing_open(service: Service) -> None:
    status, document, _ = service.call("POST", "/trial", bill("A-1", "zhang"))
    assert (status, document["state"], document["total"]) == (200, "trial", "2136.00")
    assert service.world.standing() == {} and service.call("GET", "/bills")[1] == []


def test_without_the_line_the_service_goes_on_and_forwards_by_itself(service: Service) -> None:
    service.call("POST", "/settle", bill("A-0", "zhang", (AMOXICILLIN, 1)), key="A-0")
    settled(service, "A-0")
    service.world.centre.line_down()
    service.call("POST", "/settle", bill("A-1", "zhang", (AMOXICILLIN, 1)), key="A-1")
    assert settled(service, "A-1")["state"] == "provisional"
    assert service.call("GET", "/queue")[1]["open"] == {"recorded": 1}
    service.world.centre.line_up()
    end = time.monotonic() + 20
    while service.call("GET", "/bills/A-1")[1]["state"] != "settled":
        assert time.monotonic() < end
        time.sleep(0.2)
    assert service.world.standing() == {"A-0": 1, "A-1": 1}


def test_a_site_that_takes_full_payment_says_so_and_tells_what_goes_back(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"on_outage": "full_payment"})
    token = world.run("client", "add", "his", "--operator", "0001", "--json")[1][0]["token"]
    service = Service(world, token)
    try:
        service.call("POST", "/settle", bill("A-0", "zhang", (AMOXICILLIN, 1)), key="A-0")
        settled(service, "A-0")
        world.centre.line_down()
        trial = service.call("POST", "/trial", bill("A-1", "zhang"))[1]
        service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
        told = settled(service, "A-1")["settlement"]
        assert (told["state"], told["fully_paid"], told["cash"]) == ("provisional", True, told["total"])
        assert (trial["fully_paid"], trial["cash"]) == (True, told["cash"])
        assert service.call("GET", "/owed")[1] == []
        world.centre.line_up()
        end = time.monotonic() + 20
        while (final := service.call("GET", "/bills/A-1")[1])["state"] != "settled":
            assert time.monotonic() < end
            time.sleep(0.2)
        (debt,) = service.call("GET", "/owed")[1]
        assert (debt["bill"], debt["cause"]) == ("A-1", "paid_in_full")
        assert parse_yuan(debt["amount"]) == parse_yuan(final["settlement"]["cash"]) - parse_yuan(told["total"])
    finally:
        service.stop()
        world.close()


@pytest.mark.parametrize(
    ("headers", "token", "status", "code"),
    [
        ({}, "", 401, "no_token"),
        ({}, "guessed", 401, "no_token"),
        ({"Host": "evil.test"}, None, 403, "wrong_host"),
        ({"Host": "evil.test:{port}"}, None, 403, "wrong_host"),
        ({"Origin": "http://evil.test"}, None, 403, "wrong_origin"),
        ({"Origin": "null"}, None, 403, "wrong_origin"),
    ],
)
def test_every_path_refuses_whoever_may_not_call(
    service: Service, headers: dict[str, str], token: str | None, status: int, code: str
) -> None:
    headers = {name: value.format(port=service.port) for name, value in headers.items()}
    paths = service.call("GET", "/openapi.json")[1]["paths"]
    assert len(paths) > 8
    for path, operations in paths.items():
        for method in operations:
            found = service.call(method.upper(), path.replace("{bill}", "A-1"), {}, token=token, **headers)
            assert (found[0], found[1]["fault"]["code"]) == (status, code), (method, path)


def test_a_registered_page_may_call_and_is_told_so_in_the_preflight(service: Service) -> None:
    page = {"Origin": "http://his.test:8080"}
    assert service.call("GET", "/health", **page)[0] == 200
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}
    status, _, headers = service.call("OPTIONS", "/settle", token="", **page, **ask)
    allowed = {name.lower(): value for name, value in headers.items()}
    assert (status, allowed["access-control-allow-origin"]) == (204, "http://his.test:8080")
    assert allowed["access-control-allow-private-network"] == "true"
    assert service.call("OPTIONS", "/settle", token="", Origin="http://evil.test", **ask)[0] == 403


def test_a_role_that_only_reads_settles_nothing(service: Service) -> None:
    added = service.world.run("client", "add", "audit", "--operator", "0009", "--role", "auditor", "--json")[1][0]
    assert service.call("GET", "/queue", token=added["token"])[0] == 200
    refused = service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1", token=added["token"])
    assert (refused[0], refused[1]["fault"]["code"]) == (403, "no_right")


def test_a_revoked_token_is_dead_at_once(service: Service) -> None:
    service.world.run("client", "revoke", "his", "--json")
    assert service.call("GET", "/health")[0] == 401


def test_a_body_larger_than_any_bill_is_refused(service: Service) -> None:
    assert service.call("POST", "/trial", b" " * (5 * 1024 * 1024))[1]["fault"]["code"] == "too_large"


def told(line: http.client.HTTPConnection, token: str, until: str) -> list[tuple[str, dict[str, Any]]]:
    """Events as they come, up to the first that holds a text."""
    line.request("GET", "/events?after=0", headers={"Authorization": f"Bearer {token}"})
    answer, found = line.getresponse(), []
    while not found or until not in json.dumps(found[-1]):
        kind, data = "", ""
        while row := answer.readline().decode().strip():
            kind = row.removeprefix("event: ") if row.startswith("event: ") else kind
            data = row.removeprefix("data: ") if row.startswith("data: ") else data
        if data:
            found.append((kind, json.loads(data)))
    return found


def test_bills_and_the_queue_are_told_as_they_happen(service: Service) -> None:
    service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    line = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    seen = told(line, service.token, "settled")
    line.close()
    assert seen[-1][0] == "bill" and seen[-1][1]["bill"] == "A-1"


@pytest.mark.pcscd
def test_cards_in_and_out_are_told_as_they_happen(service: Service) -> None:
    try:
        with private_daemon() as daemon:
            service.stop()
            service.start(**daemon.env)
            line = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
            threading.Timer(1.0, daemon.readers[0].insert, (card("zhang"),)).start()
            seen = told(line, service.token, "card_in")
            line.close()
            assert seen[-1][0] == "card" and "Virtual PCD" in seen[-1][1]["reader"]
    except NoPrivateDaemon as fault:
        pytest.skip(str(fault))


def test_fifty_clients_and_ten_kills_settle_each_bill_once(service: Service) -> None:
    numbers = [f"M-{place:02d}" for place in range(50)]
    who = ["zhang", "li", "zhao", "wang"]
    stop = threading.Event()
    states: dict[str, str] = {}

    def client(place: int) -> None:
        number = numbers[place]
        document = bill(number, who[place % 2], (AMOXICILLIN, 1))
        while not stop.is_set():
            try:
                status, answer, _ = service.call("POST", "/settle", document, key=number)
            except (OSError, ValueError, http.client.HTTPException):  # the last: killed in the middle of an answer
                time.sleep(0.1)
                continue
            if status in (200, 202):
                states[number] = answer["state"]
                if answer["state"] == "settled":
                    return
            time.sleep(0.15)

    clients = [threading.Thread(target=client, args=(place,)) for place in range(len(numbers))]
    for each in clients:
        each.start()
    for _ in range(10):
        time.sleep(0.7)
        service.process.kill()
        service.process.wait()
        service.start()
    for each in clients:
        each.join(60)
    stop.set()
    assert {number: states.get(number) for number in numbers if states.get(number) != "settled"} == {}
    assert service.world.standing() == dict.fromkeys(numbers, 1)


def test_a_bill_explains_itself_step_by_step(service: Service) -> None:
    service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    settled(service, "A-1")
    status, document, _ = service.call("GET", "/bills/A-1/why")
    assert status == 200 and len(document["steps"]) > 5 and all(step["zh"] and step["en"] for step in document["steps"])
    assert service.call("GET", "/bills/A-9/why")[1]["fault"]["code"] == "unknown_bill"


def test_a_refund_is_asked_for_with_the_operators_password_and_only_once(service: Service) -> None:
    service.call("POST", "/settle", bill("A-1", "zhang"), key="A-1")
    settled(service, "A-1")
    with service.world.till() as till:
        operators.add(till, "0009", "主管甲", [Role.MANAGER], by=None, password="first-0009")
        manager = operators.login(till, "0009", operators.Password("first-0009"))
        operators.add(till, "0001", "收费员甲", [Role.CASHIER], by=manager, password="first-0001")
        operators.set_password(till, "0001", "first-0001", "second-0001")
    papers = ["original_receipt", "refund_notice", "doctor_reason", "not_done"]
    asked = {"bill": "A-1", "reason": "重复收费", "password": "wrong-0001", "papers": papers}
    assert service.call("POST", "/refunds", asked, key="A-1")[1]["fault"]["code"] == "wrong_proof"
    asked["password"] = "second-0001"
    assert service.call("POST", "/refunds", asked, key="A-2")[1]["fault"]["code"] == "wrong_key"
    status, refund, _ = service.call("POST", "/refunds", asked, key="A-1")
    assert (status, refund["state"]) == (200, "requested")
    assert service.call("POST", "/refunds", asked, key="A-1")[1] == refund
    assert [each["number"] for each in service.call("GET", "/refunds")[1]] == [refund["number"]]
    assert "second-0001" not in json.dumps(service.call("GET", "/refunds")[1])


def test_shift_and_receipts_are_told(service: Service) -> None:
    assert service.call("GET", "/receipts")[1] == []
    assert service.call("GET", "/shift")[0] in (200, 400, 409)


def test_a_local_certificate_encrypts_the_line(service: Service, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    write_certificate(key, certificate)
    words = ("serve", "--port", "0", "--certificate", str(certificate), "--private-key", str(key))
    process = service.world.command(*words)
    try:
        assert process.stdout
        port = json.loads(process.stdout.readline())["port"]
        context = ssl.create_default_context(cafile=str(certificate))
        line = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
        line.request("GET", "/health", headers={"Authorization": f"Bearer {service.token}"})
        assert line.getresponse().status == 200
        line.close()
    finally:
        process.terminate()
        process.wait(20)


def write_certificate(key: Path, certificate: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(private, hashes.SHA256())
    )
    no_password = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(pem, pkcs8, no_password))
    certificate.write_bytes(made.public_bytes(pem))
