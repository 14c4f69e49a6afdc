"""Commands and answers of a card, and the encoding of a command by its case.

Cases after ISO/IEC 7816-3 §12.1; what T=0 makes of them after «社会保障（个人）卡规范» part 2 §9.3.
"""

import msgspec

from cardio.status import SW


class Apdu(msgspec.Struct, frozen=True):
    """One command. ``le`` is None for "no answer data", 1..65536 for the wanted length (256 is the short maximum).

    ``secret`` is set by whoever puts a PIN, a key or a cryptogram into ``data``: traces then show the header only.
    ``once`` is set for what moves money: it is never sent a second time, not even when the card asks for another Le.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None
    secret: bool = False
    once: bool = False

    def __post_init__(self) -> None:
        header_fits = 0 <= self.cla | self.ins | self.p1 | self.p2 <= 0xFF
        if not header_fits or len(self.data) > 0xFFFF or not (self.le is None or 1 <= self.le <= 0x10000):
            raise ValueError("an APDU field is out of range")

    def __repr__(self) -> str:
        shown = f"<{len(self.data)} secret bytes>" if self.secret else self.data.hex().upper()
        return f"Apdu({self.header.hex().upper()} {shown} le={self.le})"

    @property
    def header(self) -> bytes:
        return bytes((self.cla, self.ins, self.p1, self.p2))

    def encode(self, *, t0: bool, extended: bool = False) -> bytes:
        """The bytes to transmit. T=0: case 1 gets a fifth byte 00, case 4 goes without Le (fetch by GET RESPONSE).

        Raises ValueError when the fields do not fit the short form and ``extended`` is off.
        """
        data, le = self.data, self.le
        if len(data) <= 0xFF and (le is None or le <= 0x100):
            lc = bytes((len(data),)) + data if data else b""
            if t0:
                return self.header + (lc or bytes(((le or 0) & 0xFF,)))
            return self.header + lc + (b"" if le is None else bytes((le & 0xFF,)))
        if not extended or t0:
            raise ValueError(f"{len(data)} bytes out and {le} back need the extended form")
        lc = b"\0" + len(data).to_bytes(2, "big") + data if data else b""
        tail = b"" if le is None else (le & 0xFFFF).to_bytes(2, "big")
        return self.header + lc + (tail if data or le is None else b"\0" + tail)


class Answer(msgspec.Struct, frozen=True):
    """What came back: data and status word."""

    data: bytes
    sw: SW

    @property
    def ok(self) -> bool:
        return self.sw == SW.OK
