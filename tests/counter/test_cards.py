"""Whose card is read at the desk, and with what keys."""

from collections.abc import Callable

import msgspec
import pytest

from cardio import CardFault
from cardio.faults import NoCard, NoReader
from cardio.virtual.hsm import key_service
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.psam import VirtualPsam
from config.settings import Settings
from terminal.counter.cards import credential_of, read_patient
from tests.world import World


@pytest.fixture
def site(world: World) -> Settings:
    with world.till() as till:
        return msgspec.structs.replace(till.settings, psam="sam", operator_reader="operator")


def readers(chip: object | None, psam: object | None) -> VirtualPort:
    """The operators' reader first, so that whoever takes the first takes the wrong one."""
    port = VirtualPort()
    port.slots.clear()
    for name, inside in (("Operator 00", VirtualOperatorCard("OP-9")), ("SAM 01", psam), ("Virtual 02", chip)):
        port.plug(name)
        if inside is not None:
            port.insert(inside, name)  # type: ignore[arg-type]
    return port


def test_a_3_0_card_is_opened_by_the_sites_psam(site: Settings) -> None:
    reading = read_patient(site, port=readers(card("zhang", "3.0"), VirtualPsam()))
    assert (reading.name, reading.authenticated, reading.terminal) == ("张三", True, "110100000001")
    assert credential_of(reading).name == "张三"


def test_a_3_0_card_is_opened_by_the_sites_key_service(site: Settings) -> None:
    with key_service() as url:
        site = msgspec.structs.replace(site, psam="", hsm=url)
        reading = read_patient(site, port=readers(card("zhang", "3.0"), None))
    assert (reading.name, reading.authenticated) == ("张三", True)


def no_slot(port: VirtualPort) -> None:
    port.unplug("SAM 01")


@pytest.mark.parametrize(
    ("psam", "breaks"),
    [(None, lambda port: None), (VirtualPsam(keys=frozenset()), lambda port: None), (None, no_slot)],
)
def test_without_its_keys_the_free_part_of_the_card_serves(
    site: Settings, psam: VirtualPsam | None, breaks: Callable[[VirtualPort], None]
) -> None:
    port = readers(card("zhang", "3.0"), psam)
    breaks(port)
    reading = read_patient(site, port=port)
    assert (reading.card_number, reading.name, bool(reading.missing)) == ("X00000019", None, True)


@pytest.mark.parametrize("psam", ["sam", ""])
def test_the_operators_card_is_never_taken_for_a_patients(site: Settings, psam: str) -> None:
    port = readers(None, None)
    with pytest.raises(NoCard):
        read_patient(msgspec.structs.replace(site, psam=psam), port=port)
    port.unplug("Virtual 02")
    port.unplug("SAM 01")
    with pytest.raises(NoReader):
        read_patient(msgspec.structs.replace(site, psam=psam), port=port)


def test_a_card_that_is_not_genuine_is_not_read_without_keys_instead(site: Settings) -> None:
    with pytest.raises(CardFault, match="Authentication failed"):
        read_patient(site, port=readers(card("zhang", "3.0"), VirtualPsam(provincial="99")))
