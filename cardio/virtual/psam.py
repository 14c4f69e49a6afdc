"""A PSAM in software, holding the virtual world's keys."""

from cardio.psam import APPLICATION, DIRECTORY_KEYS, ENVIRONMENT_KEY, TERMINAL
from cardio.reading import Algorithm
from cardio.status import SW
from cardio.virtual import cipher
from cardio.virtual.card import Command

ALL_KEYS = frozenset({ENVIRONMENT_KEY[1], *(identifier for _, identifier in DIRECTORY_KEYS.values())})


class VirtualPsam:
    """A chip (see ``cardio.virtual.chip.Chip``). ``provincial``: begins below level 1 and refuses it."""

    atr = bytes.fromhex("3B6D00000081544C0086840807230005C0")

    def __init__(
        self,
        terminal: str = "110100000001",
        *,
        algorithm: Algorithm = Algorithm.SM4,
        keys: frozenset[int] = ALL_KEYS,
        provincial: str | None = None,
    ) -> None:
        self.terminal = terminal
        self.algorithm = algorithm
        self.keys = keys
        self.provincial = provincial
        self.power()

    def power(self) -> None:
        self._selected = False
        self._pending = b""
        self._session: tuple[bytes, bytes] | None = None

    def process(self, raw: bytes) -> bytes:
        command = Command.parse(raw)
        data, sw = self._answer(command)
        if data and command.data:
            self._pending, data, sw = data, b"", SW(0x6100 | len(data))
        return data + sw.to_bytes(2, "big")

    def _answer(self, command: Command) -> tuple[bytes, SW]:
        match command.cla, command.ins:
            case 0x00, 0xB0 if command.p1 == 0x80 | TERMINAL:
                return bytes.fromhex(self.terminal), SW.OK
            case 0x00, 0xA4:
                self._selected = command.data == APPLICATION
                return b"", SW.OK if self._selected else SW.FILE_NOT_FOUND
            case 0x00, 0xC0:
                data, self._pending = self._pending, b""
                return data, SW.OK if data else SW.NO_DATA
            case 0xBF, 0xDE if self._selected:
                return b"", self._diversify(command.p2, command.data)
            case 0x80, 0xFA if self._session:
                key, factor = self._session
                return cipher.authentication(self.algorithm, key, factor, command.data), SW.OK
        return b"", SW.UNKNOWN_INSTRUCTION

    def _diversify(self, key: int, data: bytes) -> SW:
        if key not in self.keys:
            return SW.KEY_NOT_FOUND
        if len(data) != (24 if self.provincial else 32):
            return SW.WRONG_LENGTH
        serial, city, factor = data[:8], data[8:16], data[-8:]
        province = f"{self.provincial}0000sh".encode() if self.provincial else data[16:24]
        own = cipher.diversified(self.algorithm, cipher.master_key(key), (province, city, serial))
        self._session = own, factor
        return SW.OK
