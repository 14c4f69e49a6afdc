"""A serial line as bytes in and out, with time limits; what every device in this folder talks over."""

import time
from typing import Protocol

from cardio.faults import CardFault


class LineMissing(CardFault):
    """The serial port does not exist, or may not be opened."""

    code = "line_missing"
    zh = "串口 {device} 无法打开（{reason}）。"
    en = "The serial port {device} cannot be opened ({reason})."
    next_zh = "请检查连线与设备名；Linux 上把用户加入 dialout 组。"
    next_en = "Check cable and device name; on Linux add the user to the group dialout."


class LineLost(CardFault):
    """The device went away while in use."""

    code = "line_lost"
    zh = "串口设备 {device} 已断开。"
    en = "The device on {device} went away."
    next_zh = "请重新接好设备后重试。"
    next_en = "Attach the device again and retry."


class DeviceSilent(CardFault):
    """The device did not answer, or not to the end, in time."""

    code = "device_silent"
    zh = "设备 {device} 没有应答。"
    en = "The device on {device} does not answer."
    next_zh = "请检查电源、连线与波特率。"
    next_en = "Check power, cable and baud rate."


class Line(Protocol):
    """Bytes both ways. ``device`` is its name for people."""

    device: str

    def write(self, data: bytes) -> None: ...
    def read(self, count: int, timeout: float) -> bytes:
        """Up to ``count`` bytes, fewer when ``timeout`` seconds pass first. Raises LineLost."""

    def drop(self) -> None:
        """Forget what came in and was not read."""

    def close(self) -> None: ...


class SerialLine:
    """A real port (8N1). Raises LineMissing when it cannot be opened."""

    def __init__(self, device: str, baud: int) -> None:
        try:
            import serial
        except ImportError:
            raise LineMissing(device=device, reason="pyserial is not installed") from None
        self.device = device
        self._failures = (serial.SerialException, OSError, TypeError)  # TypeError: pyserial on a port closed under it
        try:
            self._port = serial.Serial(device, baud, timeout=0)
        except (serial.SerialException, ValueError, OSError) as error:
            raise LineMissing(device=device, reason=getattr(error, "strerror", None) or type(error).__name__) from None

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except self._failures:
            raise LineLost(device=self.device) from None

    def read(self, count: int, timeout: float) -> bytes:
        deadline, data = time.monotonic() + timeout, b""
        try:
            while len(data) < count and (left := deadline - time.monotonic()) > 0:
                self._port.timeout = left
                data += self._port.read(max(1, min(count - len(data), self._port.in_waiting)))
        except self._failures:
            raise LineLost(device=self.device) from None
        return data

    def drop(self) -> None:
        try:
            self._port.reset_input_buffer()
        except self._failures:
            raise LineLost(device=self.device) from None

    def close(self) -> None:
        self._port.close()
