"""A 3.0 card shows its holder only after both sides proved themselves, by PSAM or by key service."""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler

import pytest

from cardio import CardFault, CardReading, Why, open_card, read_card
from cardio.applications.authentication import AuthenticationFailed, Step1
from cardio.applications.social_security import read_identity
from cardio.faults import CardRemoved
from cardio.hsm import KeyService, KeyServiceRefused, KeyServiceUnreachable, step2
from cardio.psam import NoPsam, PsamLacksKey, levels
from cardio.reading import Algorithm
from cardio.recorder import ReplayedCard, load
from cardio.virtual.hsm import answer, key_service, serving
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.psam import VirtualPsam

from .traces import TRACE_A, TRACE_A_STEP1, TRACE_A_STEP2

PROTECTED = {"social_security_number", "name", "sex", "ethnic_group", "birthplace", "birth_date"}


def with_psam(chip: object, psam: VirtualPsam) -> VirtualPort:
    port = VirtualPort(chip)  # type: ignore[arg-type]
    port.plug("SAM 01")
    port.insert(psam, "SAM 01")
    return port


def assert_complete(reading: CardReading) -> None:
    assert (reading.version, reading.algorithm, reading.authenticated) == ("3.00", Algorithm.SM4, True)
    assert (reading.name, reading.social_security_number) == ("张三", "111111198101011110")
    assert (reading.missing, reading.warnings) == ((), ())


def test_trace_a_a_3_0_card_and_its_key_service() -> None:
    asked = []

    def service(line: str) -> str:
        asked.append(line)
        return TRACE_A_STEP2

    with key_service(service) as url:
        reading = read_card(port=VirtualPort(ReplayedCard(*load(TRACE_A))), hsm=url)
    assert asked == [TRACE_A_STEP1]
    assert reading.historical_bytes == "00814A444686605199000001AC"
    assert (reading.version, reading.region) == ("3.00", "519900")
    assert (reading.algorithm, reading.authenticated) == (Algorithm.SM4, True)
    assert reading.identification_code == "519900D15600000510000B26FFFFFFFF"
    assert reading.card_number == "HA1046924"
    assert reading.social_security_number == "511022201610225130"
    assert reading.name == "白哲宇"
    assert [notice.code for notice in reading.warnings] == ["social_security_number_check_digit"]


def test_the_published_pair_of_lines_is_one_exchange() -> None:
    request = (
        "519900|00814A444686605199000000DB|03|519900D15600000510000B26FFFFFFFF|89F8256B7CE352A9|6387799E6829D175|"
        "F5A2277DBDEEF496|F9D2088D3167BB83|"
    )
    region, historical, algorithm, code, *numbers, _ = request.split("|")
    step1 = Step1(region, bytes.fromhex(historical), Algorithm(algorithm), code, *map(bytes.fromhex, numbers))
    assert step1.line() == request
    key = "B6F4F60729E65FF26387799E6829D175|81139604F1650924F9D2088D3167BB83|"
    cryptograms = step2(key, step1)
    assert cryptograms.internal.hex().upper() == "B6F4F60729E65FF2"
    assert cryptograms.external.hex().upper() == "81139604F1650924"


@pytest.mark.parametrize("contactless", [False, True])
def test_without_keys_the_free_part_is_read_and_the_rest_is_named(contactless: bool) -> None:
    reading = read_card(port=VirtualPort(card("zhang", "3.0", contactless=contactless)))
    assert (reading.card_number, reading.version, reading.authenticated) == ("X00000019", "3.00", False)
    assert {m.item for m in reading.missing} == PROTECTED
    assert {m.why for m in reading.missing} == {Why.AUTHENTICATION}
    assert reading.line38().split("|")[1:5] == ["", "X00000019", "110100D156000005000000A1FFFFFFFF", ""]


@pytest.mark.parametrize("contactless", [False, True])
def test_a_key_service_opens_the_card(contactless: bool) -> None:
    with key_service() as url:
        assert_complete(read_card(port=VirtualPort(card("zhang", "3.0", contactless=contactless)), hsm=url))


@pytest.mark.parametrize("psam", [VirtualPsam(), VirtualPsam(provincial="11")])
def test_a_psam_opens_the_card_and_names_the_terminal(psam: VirtualPsam) -> None:
    reading = read_card(port=with_psam(card("zhang", "3.0"), psam), psam="sam")
    assert_complete(reading)
    assert reading.terminal == "110100000001"
    assert reading.line38().split("|")[9] == "110100000001"


def test_the_psam_is_left_alone_until_the_card_has_come() -> None:
    port = with_psam(None, VirtualPsam())
    begun = []

    def insert() -> None:
        begun.append(port.slots["SAM 01"].owner)
        port.insert(card("zhang", "3.0"))

    threading.Timer(0.1, insert).start()
    assert_complete(read_card(port=port, psam="sam", timeout=5))
    assert begun == [None]


def test_what_the_keys_opened_is_closed_again_behind_us() -> None:
    chip = card("zhang", "3.0")
    with key_service() as url:
        read_card(port=VirtualPort(chip), hsm=url)
    assert chip.authenticated == set()


def forged(line: str) -> str:
    return answer(line).replace("1", "2")


def wrong_internal(line: str) -> str:
    internal, external, _ = answer(line).split("|")
    return f"{'00' * 8}{internal[16:]}|{external}|"


def wrong_external(line: str) -> str:
    internal, external, _ = answer(line).split("|")
    return f"{internal}|{'00' * 8}{external[16:]}|"


def refusing(line: str) -> str:
    raise ValueError("region 110100 is not served here")


@pytest.mark.parametrize(
    ("service", "fault", "says"),
    [
        (refusing, KeyServiceRefused, "region 110100 is not served here"),
        (lambda line: "", KeyServiceRefused, "200"),
        (lambda line: "<html>\x07" + 5000 * "x", KeyServiceRefused, "<html>"),
        (lambda line: TRACE_A_STEP2, KeyServiceRefused, "belongs to another card"),
        (wrong_internal, AuthenticationFailed, "card"),
        (wrong_external, AuthenticationFailed, "63C2"),
    ],
)
def test_a_service_that_does_not_open_the_card_is_said_to(service: object, fault: type[CardFault], says: str) -> None:
    with key_service(service) as url, pytest.raises(fault, match=says):  # type: ignore[arg-type]
        read_card(port=VirtualPort(card("zhang", "3.0")), hsm=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "file:///etc/hosts", "http://[", "nonsense"])
def test_a_service_that_is_not_there_is_unreachable(url: str) -> None:
    with pytest.raises(KeyServiceUnreachable):
        read_card(port=VirtualPort(card("zhang", "3.0")), hsm=url)


def test_a_service_that_sends_us_elsewhere_refuses() -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(302)
            self.send_header("Location", "/key")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            raise AssertionError("the redirection was followed")

    with serving(Elsewhere) as url, pytest.raises(KeyServiceRefused, match="302"):
        read_card(port=VirtualPort(card("zhang", "3.0")), hsm=url)


def test_a_service_that_drips_its_answer_does_not_keep_the_program_from_ending() -> None:
    class Dripping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(ConnectionError):
                for _ in range(600):
                    self.wfile.write(b"A")
                    time.sleep(0.05)

    program = (
        "import cardio, cardio.hsm, sys\n"
        "from cardio.virtual.persons import card\n"
        "from cardio.virtual.port import VirtualPort\n"
        "cardio.hsm.TOUCH = 0.1\n"
        "cardio.hsm.KeyService.__init__.__defaults__ = (0.3,)\n"
        "try: cardio.read_card(port=VirtualPort(card('zhang', '3.0')), hsm=sys.argv[1])\n"
        "except cardio.CardFault as fault: print(fault.code)\n"
    )
    with serving(Dripping) as url:
        done = subprocess.run([sys.executable, "-c", program, url], capture_output=True, timeout=15, check=True)
    assert done.stdout.split() == [b"key_service_unreachable"]


def test_the_card_is_kept_alive_while_the_service_thinks() -> None:
    port = VirtualPort(card("zhang", "3.0"))
    with key_service(thinks=2.2) as url:
        assert_complete(read_card(port=port, hsm=url))


def test_a_card_that_goes_while_the_service_thinks_is_noticed_before_it_answers() -> None:
    port = VirtualPort(card("zhang", "3.0"))
    threading.Timer(0.5, port.remove).start()
    with key_service(thinks=8) as url, pytest.raises(CardRemoved):
        before = time.monotonic()
        read_card(port=port, hsm=url)
    assert time.monotonic() - before < 6


def test_a_service_that_thinks_too_long_is_unreachable() -> None:
    chip = card("zhang", "3.0")
    with key_service(thinks=0.5) as url, open_card(port=VirtualPort(chip)) as session:
        keys = KeyService(url, deadline=0.1)
        with pytest.raises(KeyServiceUnreachable, match="timed out"):
            read_identity(session, "", keys, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("psam", "fault"),
    [(VirtualPsam(keys=frozenset()), PsamLacksKey), (card("li"), NoPsam)],
)
def test_a_psam_that_cannot_is_said_to(psam: VirtualPsam, fault: type[CardFault]) -> None:
    with pytest.raises(fault):
        read_card("Virtual", port=with_psam(card("zhang", "3.0"), psam), psam="SAM")


@pytest.mark.parametrize(
    ("region", "city"), [("510100", b"510100sx"), ("330182", b"330100sx"), ("110100", b"110100sx")]
)
def test_the_level_data_of_a_key(region: str, city: bytes) -> None:
    historical = bytes.fromhex("00814A444686605199000001AC")
    province = region[:2].encode() + b"0000sh"
    assert levels(region, historical) == (province, city, bytes.fromhex("86605199000001AC"))
