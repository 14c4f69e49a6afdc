"""How a device is doing, as the one light and the one sentence a cashier sees."""

from dataclasses import dataclass
from enum import StrEnum


class Device(StrEnum):
    """The kinds of device; ``zh`` and ``en`` are the words people use."""

    PRINTER = "printer"
    DISPLAY = "display"
    ANNOUNCER = "announcer"
    BANK_POS = "bank_pos"
    ID_READER = "id_reader"
    SCANNER = "scanner"

    @property
    def zh(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS = {
    Device.PRINTER: ("打印机", "receipt printer"),
    Device.DISPLAY: ("顾客显示屏", "customer display"),
    Device.ANNOUNCER: ("语音报价器", "voice announcer"),
    Device.BANK_POS: ("银行POS", "bank POS"),
    Device.ID_READER: ("身份证阅读器", "ID-card reader"),
    Device.SCANNER: ("扫码器", "code scanner"),
}


class Lamp(StrEnum):
    """Green, yellow, red, dark."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    ABSENT = "absent"


@dataclass(frozen=True)
class Health:
    """One device's light, what it means and what to do, in two languages."""

    device: Device
    lamp: Lamp
    code: str
    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""

    @classmethod
    def ok(cls, device: Device) -> "Health":
        return cls(device, Lamp.OK, "ok", f"{device.zh}正常。", f"The {device.en} is ready.")
