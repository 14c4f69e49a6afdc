"""An operator's card in software."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cardio.applications.operator import APPLICATION, CONTEXT, LONGEST_NUMBER, NUMBER_FILE
from cardio.status import SW
from cardio.virtual.card import TRIES, Command, packed


class VirtualOperatorCard:
    """A chip (see ``cardio.virtual.chip.Chip``), T=1. With a ``pin`` it signs only after VERIFY."""

    atr = bytes.fromhex("3B8001" + "81")

    def __init__(self, number: str, pin: str | None = None) -> None:
        self.number = number
        self.pin = pin
        self.tries = TRIES
        self._key = Ed25519PrivateKey.generate()
        self.power()

    @property
    def public_key(self) -> bytes:
        """What is registered for this operator: 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def power(self) -> None:
        self._selected = self._verified = False

    def process(self, raw: bytes) -> bytes:
        data, sw = self._answer(Command.parse(raw))
        return data + sw.to_bytes(2, "big")

    def _answer(self, command: Command) -> tuple[bytes, SW]:
        if (command.ins, command.p1) == (0xA4, 0x04):
            self._selected = command.data == APPLICATION
            return b"", SW.OK if self._selected else SW.FILE_NOT_FOUND
        if not self._selected:
            return b"", SW.FILE_NOT_FOUND
        match command.ins:
            case 0xB0 if command.p1 == 0x80 | NUMBER_FILE:
                return self.number.encode("gb18030")[:LONGEST_NUMBER], SW.OK
            case 0x20 if self.pin is not None:
                return b"", self._verify(command.data)
            case 0x88 if self.pin is None or self._verified:
                return self._key.sign(CONTEXT + command.data), SW.OK
            case 0x88:
                return b"", SW.SECURITY_NOT_SATISFIED
        return b"", SW.UNKNOWN_INSTRUCTION

    def _verify(self, block: bytes) -> SW:
        if self.tries == 0:
            return SW.METHOD_LOCKED
        if block != packed(self.pin or ""):
            self.tries -= 1
            return SW(0x63C0 | self.tries)
        self.tries, self._verified = TRIES, True
        return SW.OK
