"""A social-security card in software: files, access rules, PIN, authentication, T=0 manners.

Behaviour after «社会保障（个人）卡规范» parts 3 and 5. It reads its files from an image and knows nothing of what the
items mean.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from cardio.applications.environment import NAME, PROVIDER
from cardio.applications.layout import Opens, Shape
from cardio.atr import historical_bytes, speaks_t0
from cardio.psam import DIRECTORY_KEYS, levels
from cardio.reading import Algorithm
from cardio.status import SW
from cardio.virtual import cipher
from cardio.virtual.chip import Torn
from cardio.virtual.quirks import Quirk

ENVIRONMENT = 0
DIRECTORIES = {bytes.fromhex(PROVIDER) + bytes((index,)): 0xDF01 + index for index in range(4)}
DIRECTORIES[bytes.fromhex(PROVIDER) + b"\x04"] = 0xDF07
"""Application identifiers, 人社信息函〔2012〕37号 §5, table 2."""
TRIES = 3

Answer = tuple[bytes, SW]


@dataclass
class Image:
    """One file's bytes: records as they lie there (tag and length included where it has them) or one run of bytes."""

    records: list[bytes] = field(default_factory=list)
    shape: Shape = Shape.RECORDS
    opens: Opens = Opens.NOTHING
    key: int | None = None


Files = Mapping[int, Mapping[int, Image]]
"""Directory number (0 for the environment) to file number to image."""


@dataclass(frozen=True)
class Command:
    """A command taken apart; ``le`` is None when none was sent."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None

    @classmethod
    def parse(cls, raw: bytes) -> "Command":
        cla, ins, p1, p2 = raw[:4]
        if len(raw) <= 5:
            return cls(cla, ins, p1, p2, b"", raw[4] or 256 if len(raw) == 5 else None)
        data, rest = raw[5 : 5 + raw[4]], raw[5 + raw[4] :]
        return cls(cla, ins, p1, p2, data, rest[0] or 256 if rest else None)


class VirtualCard:
    """A chip (see ``cardio.virtual.chip.Chip``). ``torn_at``: it is pulled out during this command (from 0)."""

    def __init__(
        self,
        files: Files,
        atr: bytes,
        *,
        algorithm: Algorithm = Algorithm.DES,
        fci: bytes,
        pin: str = "123456",
        region: str = "110100",
        quirks: Collection[Quirk] = (),
        torn_at: int | None = None,
    ) -> None:
        self.atr = atr
        self.files = files
        self.algorithm = algorithm
        self.fci = fci
        self.pin = pin
        self.tries = TRIES
        self.region = region
        self.quirks = frozenset(quirks)
        self.torn_at = torn_at
        self.commands: list[bytes] = []
        """Every command that arrived, for whoever wants to count."""
        self.instructions: dict[tuple[int, int], Callable[[Command], Answer]] = {
            (0x00, 0xA4): self._select,
            (0x00, 0xB2): self._read_record,
            (0x00, 0xB0): self._read_binary,
            (0x00, 0xC0): self._get_response,
            (0x00, 0x84): self._get_challenge,
            (0x00, 0x88): self._internal_authenticate,
            (0x00, 0x82): self._external_authenticate,
            (0x00, 0x20): self._verify,
            (0x80, 0x5E): self._change_pin,
        }
        self.power()

    def power(self) -> None:
        self.directory = ENVIRONMENT if Quirk.SSSE_MISSING in self.quirks else None
        self.file: Image | None = None
        self.authenticated: set[int] = set()
        self.pin_verified = False
        self._master_file_selected = False
        self._challenges: list[bytes] = []
        self._pending = b""
        self._length_told: bytes | None = None
        self._next = 0

    def process(self, command: bytes) -> bytes:
        self.commands.append(command)
        if self.torn_at is not None and len(self.commands) > self.torn_at:
            raise Torn
        if len(command) < 4:
            return SW.WRONG_LENGTH.to_bytes(2, "big")
        parsed = Command.parse(command)
        known = self.instructions.get((parsed.cla, parsed.ins))
        data, sw = known(parsed) if known else (b"", SW.UNKNOWN_INSTRUCTION)
        if sw == SW.OK and data:
            data, sw = self._deliver(command, parsed, data)
        return data + sw.to_bytes(2, "big")

    def _deliver(self, raw: bytes, command: Command, data: bytes) -> Answer:
        """What T=0 makes of an answer: 61xx where data went in, 6Cxx where the wanted length is not the true one."""
        if command.data and speaks_t0(self.atr):
            self._pending = data
            return b"", SW(0x6100 | len(data) & 0xFF)
        if Quirk.LE_IGNORED in self.quirks:
            return data, SW.OK
        fits = command.le == len(data) if speaks_t0(self.atr) else (command.le or 0) >= len(data)
        told, self._length_told = self._length_told, None
        if not fits or (Quirk.ALWAYS_6C in self.quirks and command.ins == 0xB2 and told != raw):
            self._length_told = raw[:4] + bytes((len(data) & 0xFF,))
            return b"", SW(0x6C00 | len(data) & 0xFF)
        return data, SW.OK

    # Finding files.

    def _select(self, command: Command) -> Answer:
        if command.p1 == 0x04:
            return self._select_by_name(command.data)
        if command.p1 not in (0x00, 0x01, 0x02) or (command.p1 == 0x02 and Quirk.OLD_SELECT in self.quirks):
            return b"", SW.WRONG_P1P2
        number = int.from_bytes(command.data, "big")
        if number in (0, 0x3F00):
            self._enter(ENVIRONMENT if Quirk.SSSE_MISSING in self.quirks else None)
            self._master_file_selected = True
            return b"", SW.OK
        if number in self.files:
            self._enter(number)
            return b"", SW.OK
        found = self._file(number & 0xFF) if number >> 8 == 0xEF else None
        if found is None:
            return b"", SW.FILE_NOT_FOUND
        self.file = found
        return b"", SW.OK

    def _select_by_name(self, name: bytes) -> Answer:
        if name == NAME:
            hidden = Quirk.MF_FIRST in self.quirks and not self._master_file_selected
            if hidden or Quirk.SSSE_MISSING in self.quirks:
                return b"", SW.FILE_NOT_FOUND
            self._enter(ENVIRONMENT)
            return self.fci, SW.OK
        if DIRECTORIES.get(name) not in self.files:
            return b"", SW.FILE_NOT_FOUND
        self._enter(DIRECTORIES[name])
        return b"\x6f\x08\x84\x06" + name, SW.OK

    def _enter(self, directory: int | None) -> None:
        """Selecting another application loses PIN and authentication."""
        if directory != self.directory:
            self.authenticated, self.pin_verified = set(), False
        self.directory, self.file = directory, None

    def _file(self, short_id: int) -> Image | None:
        if self.directory is None:
            return None
        return self.files[self.directory].get(0xEF00 | short_id)

    def _addressed(self, short_id: int) -> tuple[Image | None, SW]:
        if short_id:
            if Quirk.NO_SHORT_ID in self.quirks:
                return None, SW.WRONG_P1P2
            self.file = self._file(short_id) or self.file
            return self._file(short_id), SW.FILE_NOT_FOUND
        return self.file, SW.NO_CURRENT_FILE

    def _open(self, file: Image) -> bool:
        key = file.key in self.authenticated
        return {
            Opens.NOTHING: True,
            Opens.PIN: self.pin_verified,
            Opens.KEY: key,
            Opens.PIN_OR_KEY: self.pin_verified or key,
            Opens.PIN_AND_KEY: self.pin_verified and key,
        }[file.opens]

    # Reading.

    def _read_record(self, command: Command) -> Answer:
        file, sw = self._addressed(command.p2 >> 3)
        mode = command.p2 & 0b111
        if file is None:
            return b"", sw
        if file.shape is Shape.BYTES:
            return b"", SW.WRONG_FILE_STRUCTURE
        if mode == 0b101 and Quirk.NO_WHOLE_FILE in self.quirks:
            return b"", SW.WRONG_P1P2
        if not self._open(file):
            return b"", SW.SECURITY_NOT_SATISFIED
        records = self._visible(file)
        if mode == 0b101:
            chosen = records[command.p1 - 1 :] if command.p1 else []
        elif mode == 0b100:
            chosen = records[command.p1 - 1 : command.p1] if command.p1 else []
        elif mode in (0b000, 0b010) and file.shape is Shape.RECORDS:
            matching = [record for record in records if record[0] == command.p1]
            self._next = self._next + 1 if mode == 0b010 else 0
            chosen = matching[self._next : self._next + 1]
        else:
            return b"", SW.WRONG_P1P2
        return (b"".join(chosen), SW.OK) if chosen else (b"", SW.RECORD_NOT_FOUND)

    def _visible(self, file: Image) -> list[bytes]:
        hide = Quirk.HIDDEN_CARD_NUMBER in self.quirks and not self.authenticated and self.directory == ENVIRONMENT
        return [record for record in file.records if not (hide and record[:1] == b"\x07")]

    def _read_binary(self, command: Command) -> Answer:
        by_id = bool(command.p1 & 0x80)
        file, sw = self._addressed(command.p1 & 0x1F if by_id else 0)
        if file is None:
            return b"", sw
        if file.shape is not Shape.BYTES:
            return b"", SW.WRONG_FILE_STRUCTURE
        if not self._open(file):
            return b"", SW.SECURITY_NOT_SATISFIED
        offset = command.p2 if by_id else command.p1 << 8 | command.p2
        content = b"".join(file.records)
        if offset >= len(content):
            return b"", SW.WRONG_OFFSET
        return content[offset : offset + (command.le or 256)], SW.OK

    def _get_response(self, command: Command) -> Answer:
        if not self._pending:
            return b"", SW.NO_DATA
        if command.le == len(self._pending):
            data, self._pending = self._pending, b""
            return data, SW.OK
        return b"", SW(0x6C00 | len(self._pending) & 0xFF)

    # Proving.

    def key(self, reference: int) -> bytes:
        """This card's own key behind a key reference."""
        directory = self.directory or ENVIRONMENT
        identifier = DIRECTORY_KEYS.get((directory, reference), (0, reference))[1]
        master = cipher.master_key(identifier)
        return cipher.diversified(self.algorithm, master, levels(self.region, historical_bytes(self.atr)))

    def _get_challenge(self, command: Command) -> Answer:
        number = secrets.token_bytes(command.le or 8)
        self._challenges.append(number)
        return number, SW.OK

    def _internal_authenticate(self, command: Command) -> Answer:
        if len(command.data) != 16:
            return b"", SW.WRONG_LENGTH
        factor, raw = command.data[:8], command.data[8:]
        return cipher.authentication(self.algorithm, self.key(0x0A), factor, raw), SW.OK

    def _external_authenticate(self, command: Command) -> Answer:
        if len(command.data) != 16 or not self._challenges:
            return b"", SW.CONDITIONS_NOT_SATISFIED
        factor, self._challenges = self._challenges[-1], []
        wanted = cipher.authentication(self.algorithm, self.key(command.p2), factor, command.data[8:])
        if command.data[:8] != wanted:
            return b"", SW(0x63C2)
        self.authenticated.add(command.p2)
        return b"", SW.OK

    def _verify(self, command: Command) -> Answer:
        if self.tries == 0:
            return b"", SW.METHOD_LOCKED
        if not command.data:
            return b"", SW(0x63C0 | self.tries)
        if command.data != packed(self.pin):
            self.tries -= 1
            return b"", SW(0x63C0 | self.tries)
        self.tries, self.pin_verified = TRIES, True
        return b"", SW.OK

    def _change_pin(self, command: Command) -> Answer:
        old, _, new = command.data.partition(b"\xff")
        refused = self._verify(Command(0x00, 0x20, 0x00, 0x00, old, None))[1]
        if refused != SW.OK or not 2 <= len(new) <= 8:
            return b"", refused if refused != SW.OK else SW.WRONG_LENGTH
        self.pin = new.hex().rstrip("f")
        return b"", SW.OK


def packed(pin: str) -> bytes:
    """Digits two to a byte, an odd count filled with F."""
    return bytes.fromhex(pin + "F" * (len(pin) % 2))
