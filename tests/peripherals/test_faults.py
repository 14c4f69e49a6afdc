"""Every fault of a device is one sentence and one next step in two languages, with a light."""

import inspect

import pytest

from terminal.peripherals import faults
from terminal.peripherals.bankpos.standalone import NoSlip
from terminal.peripherals.faults import DeviceFault
from terminal.peripherals.lamp import Device, Health, Lamp

DATA = {"address": "tcp:192.0.2.7:9100", "seconds": 3, "found": "x", "expected": "y", "typed": "1.00", "due": "2.00"}
KINDS = [
    kind
    for _, kind in inspect.getmembers(faults, inspect.isclass)
    if issubclass(kind, DeviceFault) and kind is not DeviceFault
] + [NoSlip]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("device", Device)
def test_a_fault_is_a_light_and_a_sentence_with_a_next_step(kind: type[DeviceFault], device: Device) -> None:
    health = kind(device, **DATA).health
    assert health.lamp is not Lamp.OK
    assert device.zh in health.zh or "POS" in health.zh
    texts = (health.zh, health.en, health.next_zh, health.next_en)
    assert all(text and "{" not in text for text in texts)
    assert all(text.endswith(end) for text, end in zip(texts, "。.。.", strict=True))


def test_codes_are_told_apart() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_a_device_that_works_is_green() -> None:
    assert Health.ok(Device.PRINTER).lamp is Lamp.OK
