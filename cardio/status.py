"""Status words: the two bytes that end every answer of a card.

«社会保障（个人）卡规范» part 5, table 5 and the per-command tables; ISO/IEC 7816-4 §5.1.3.
"""

from enum import IntEnum


class SW(IntEnum):
    """A status word; values outside the list are still members, so that every answer can be named and printed."""

    OK = 0x9000
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    WRONG_STATE = 0x6901
    WRONG_FILE_STRUCTURE = 0x6981
    SECURITY_NOT_SATISFIED = 0x6982
    METHOD_LOCKED = 0x6983
    REFERENCE_INVALID = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_FILE = 0x6986
    MAC_MISSING = 0x6987
    MAC_WRONG = 0x6988
    WRONG_DATA = 0x6A80
    NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    NO_SPACE = 0x6A84
    WRONG_TLV_LENGTH = 0x6A85
    WRONG_P1P2 = 0x6A86
    KEY_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00
    NO_DATA = 0x6F00
    MAC_INVALID = 0x9302
    BLOCKED_FOR_EVER = 0x9303
    NO_FUNDS = 0x9401
    COUNTER_AT_MAXIMUM = 0x9402
    KEY_INDEX_UNKNOWN = 0x9403
    PROOF_NOT_AVAILABLE = 0x9406

    @classmethod
    def _missing_(cls, value: object) -> "SW | None":
        if not isinstance(value, int) or not 0 <= value <= 0xFFFF:
            return None
        unknown = int.__new__(cls, value)
        unknown._name_, unknown._value_ = f"SW_{value:04X}", value
        return unknown

    def __str__(self) -> str:
        return f"{self:04X}" if self.name.startswith("SW_") else f"{self:04X} {self.name.lower()}"

    @property
    def more(self) -> int | None:
        """``61xx``: so many bytes are waiting (00 means 256); None for any other status."""
        return (self & 0xFF or 256) if self >> 8 == 0x61 else None

    @property
    def exact(self) -> int | None:
        """``6Cxx``: the command wants exactly this Le (00 means 256); None for any other status."""
        return (self & 0xFF or 256) if self >> 8 == 0x6C else None

    @property
    def tries_left(self) -> int | None:
        """``63Cx`` and ``6983``: tries left on a PIN or key; None for any other status."""
        if self == SW.METHOD_LOCKED:
            return 0
        return self & 0xF if self & 0xFFF0 == 0x63C0 else None
