"""The devices of this desk: where each is plugged in, its lamp, what it says, and its test button."""

import asyncio
from collections.abc import Sequence

from terminal.counter.words import Language
from terminal.desk.boards.board import Board
from terminal.desk.words import say
from terminal.peripherals.lamp import Health, Lamp
from terminal.peripherals.outlet import attached


class DeviceBoard(Board):
    """Enter proves the device under the cursor: paper, a figure, a voice."""

    TITLE_WORD = "devices"
    COLUMNS = (("device", 12), ("lamp", 6), ("address", 26), ("says", 30))
    KEYS = (("enter", "test"), ("a", "ports"))
    ROWLESS = frozenset("a")

    def on_mount(self) -> None:
        """Follows the lamps."""
        super().on_mount()
        self.perform(self._check)

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The configured devices."""
        zh = self.app.language is Language.ZH
        return [
            (
                str(device.device),
                (
                    device.device.zh if zh else device.device.en,
                    say(f"lamp_{found.lamp}", self.app.language) if found else "",
                    address,
                    (found.zh if zh else found.en) if found else "",
                ),
            )
            for device, address in self.app.devices.all
            for found in [self.app.devices.health.get(device.device)]
        ]

    def on_data_table_row_selected(self) -> None:
        """Enter."""
        self.perform(self._test)

    def key_a(self) -> None:
        """The serial ports there are, as addresses for the settings."""
        ports = "  ".join(port.address for port in attached())
        self.message(ports or say("no_ports", self.app.language))

    async def _check(self) -> None:
        await asyncio.to_thread(self.app.devices.check)
        self.draw()

    async def _test(self) -> None:
        for device, _ in self.app.devices.all:
            if device.device == self.chosen:
                found: Health = await asyncio.to_thread(device.test)
                self.app.devices.health[device.device] = found
                self.draw()
                self.message(
                    (found.zh + found.next_zh) if self.app.language is Language.ZH else found.en + " " + found.next_en
                )
                if found.lamp is not Lamp.OK:
                    self.app.bell()
