"""Cards that answer whatever they like, through every door: typed faults only, in bounded time and memory."""

import random
import tracemalloc
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardio import CardFault, diagnose, open_card, pin, read_card
from cardio.applications import directories_1, directories_2
from cardio.applications.authentication import Cryptograms, Step1
from cardio.applications.environment import environment
from cardio.applications.layout import Shape
from cardio.applications.medical import read_medical, select_directory
from cardio.applications.operator import present
from cardio.applications.reader import read_bytes, read_cyclic, read_records
from cardio.applications.social_security import read_identity
from cardio.applications.wallet import Kind, Owner, Payment, balance, proof, purchase, statement
from cardio.psam import Psam
from cardio.reading import NO_TERMINAL
from cardio.session import Card
from cardio.standard38 import Standard38
from cardio.virtual.chip import Chip, ScriptedChip
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.wallet import VirtualPurchaseKeys, Wallet

READER = VirtualPort.READER
INFO = "110100D156000005000000A1FFFFFFFF|X00000019|"


class Hostile:
    """An honest card behind which somebody bends the answers: noise, promises, lengths that lie."""

    atr = bytes.fromhex("3B6D000000814A444686605199000001AC")

    def __init__(self, version: str, choose: Callable[[list[bytes]], bytes], noise: Callable[[], bytes]) -> None:
        self.choose, self.noise = choose, noise
        self.honest = card("zhang", version)
        Wallet().into(self.honest)
        self.exchanges = 0

    def power(self) -> None:
        self.honest.power()

    def process(self, command: bytes) -> bytes:
        self.exchanges += 1
        true = self.honest.process(command)
        noise = self.noise()
        return self.choose(
            [
                true,
                noise,
                noise + b"\x90\x00",
                noise[:200] + b"\x61\x00",
                b"\x6c" + noise[:1],
                true[:-2] + b"\x61\x02",
                true[:-2] + b"\x90\x00",
                b"\x90\x00",
            ]
        )


class Agreeing:
    """A holder of keys who takes any answer of the card for genuine."""

    terminal = NO_TERMINAL

    def answer(self, step1: Step1, card: Card) -> Cryptograms:
        return Cryptograms(internal=b"", external=bytes(8))


def all_files(session: Card) -> None:
    tables = (*map(environment, (1, 2, 3)), *directories_1.DIRECTORIES, *directories_2.DIRECTORIES)
    read = {
        Shape.BYTES: read_bytes,
        Shape.CYCLIC: read_cyclic,
        Shape.RECORDS: lambda session, file: read_records(session, file, file),
    }
    for file in (file for table in tables for file in table.files):
        with suppress(CardFault):
            read[file.shape](session, file)


def medical(session: Card) -> None:
    for major in (1, 2, 3):
        with suppress(CardFault):
            pin.verify(session, bytearray(b"123456"))
        with suppress(CardFault):
            read_medical(session, major)


def wallet(session: Card) -> None:
    for step in (
        lambda: select_directory(session, 0xDF04),
        lambda: balance(session),
        lambda: statement(session),
        lambda: proof(session, Kind.LOAD, 1),
    ):
        with suppress(CardFault):
            step()
    payment = Payment(1, 1, 1, datetime(2024, 1, 1))  # noqa: DTZ001
    purchase(session, Owner("", None), VirtualPurchaseKeys(), payment, switched_on=True)


def pins(session: Card) -> None:
    pin.tries_left(session)
    pin.change(session, bytearray(b"123456"), bytearray(b"123456"))


def psam(session: Card) -> None:
    Psam(session).open(READER).compute((0x67, 0x0A), (bytes(8), bytes(8), bytes(8)), bytes(8), bytes(8))


def held(step: Callable[[Card], object]) -> Callable[[Chip], None]:
    def door(chip: Chip) -> None:
        with open_card(port=VirtualPort(chip)) as session:
            session.perform(step)

    return door


def identity(chip: Chip) -> None:
    reading = read_card(port=VirtualPort(chip))
    assert all(
        "|" not in (field or "") for field in (reading.name, reading.card_number, reading.social_security_number)
    )
    assert reading.line38().count("|") == 11


def functions(chip: Chip) -> None:
    desk = Standard38("Virtual", port=VirtualPort(chip))
    for code, text in (
        desk.iReadCardBas(1),
        desk.iReadCardBas_HSM_Step1(1),
        desk.iReadCard(1, 1, INFO, "SSSEEF06|08|09|$SSSEEF05|07|$"),
        desk.iReloadPIN_HSM_Step1(1, INFO),
        desk.iReadDebitRecord(1),
    ):
        assert code <= 0
        assert text
    desk.give_up()


DOORS: dict[str, Callable[[Chip], object]] = {
    "identity": identity,
    "authenticated": held(lambda session: read_identity(session, READER, Agreeing(), date(2026, 1, 1))),
    "medical": held(medical),
    "files": held(all_files),
    "wallet": held(wallet),
    "pin": held(pins),
    "psam": held(psam),
    "operator": held(lambda session: present(session, bytes(32), bytearray(b"1234"))),
    "functions": functions,
    "doctor": lambda chip: diagnose(VirtualPort(chip)),
}


def only_typed_faults(door: Callable[[Chip], object], chip: Hostile) -> None:
    try:
        door(chip)
    except CardFault as fault:
        assert fault.zh.format(**fault.data)


@pytest.mark.parametrize("door", DOORS)
def test_a_hostile_card_causes_typed_faults_only(door: str, seed: int, size: Callable[[int, int], int]) -> None:
    dice, exchanges = random.Random(f"{seed} {door}"), 0
    while exchanges < size(1_000, 100_000):
        steadiness = dice.choice([0.5, 0.9, 0.99])
        chip = Hostile(
            dice.choice(["1.0", "2.0", "3.0"]),
            lambda answers, s=steadiness: answers[0] if dice.random() < s else dice.choice(answers),  # type: ignore[misc]
            lambda: dice.randbytes(dice.choice([0, 1, 2, 16, 256, 300])),
        )
        only_typed_faults(DOORS[door], chip)
        exchanges += chip.exchanges + 1


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_answer_hypothesis_thinks_of_breaks_the_reading(data: st.DataObject) -> None:
    chip = Hostile(
        data.draw(st.sampled_from(["1.0", "2.0", "3.0"])),
        lambda answers: data.draw(st.sampled_from(answers)) if chip.exchanges < 30 else answers[0],
        lambda: data.draw(st.binary(max_size=40)),
    )
    only_typed_faults(DOORS[data.draw(st.sampled_from(sorted(DOORS)))], chip)


def test_a_card_that_never_ends_its_answer_is_given_up() -> None:
    with pytest.raises(CardFault, match="61xx"):
        read_card(port=VirtualPort(ScriptedChip([(b"", b"\x00\x61\x01")] * 100)))


class Endless:
    """Answers the same to everything."""

    atr = Hostile.atr

    def __init__(self, answer: bytes) -> None:
        self.answer, self.exchanges = answer, 0

    def power(self) -> None:
        """Nothing is remembered."""

    def process(self, command: bytes) -> bytes:
        self.exchanges += 1
        return self.answer


def endless() -> Iterable[bytes]:
    record = b"\x01\xff" + bytes(255)
    return (
        b"",
        b"\x90",
        record[:256] + b"\x61\x00",
        record[:256] + b"\x90\x00",
        bytes(65_000) + b"\x90\x00",
        b"\x6c\x00",
    )


@pytest.mark.parametrize("answer", endless(), ids=lambda answer: f"{len(answer)} bytes {answer[-2:].hex()}")
@pytest.mark.parametrize("door", DOORS)
def test_time_and_memory_are_bounded_whatever_a_card_says_for_ever(door: str, answer: bytes) -> None:
    chip = Endless(answer)
    tracemalloc.start()
    with suppress(CardFault):
        DOORS[door](chip)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert chip.exchanges < 10_000
