"""What real cards and readers do against the documents, switched on by name."""

from enum import Enum


class Quirk(Enum):
    """Each is one deviation seen on a real card or reader."""

    SPACE_PADDING = "space padding"
    """Texts end in 20h instead of 00."""
    ASCII_DATES = "ASCII dates"
    """EF05's dates hold the year's digits as characters."""
    SSSE_MISSING = "SSSE missing"
    """The environment has no name; its files lie under the MF."""
    MF_FIRST = "MF needed first"
    """SELECT by name works only after SELECT MF."""
    ALWAYS_6C = "6Cxx on every read"
    """The right length is refused, too, until the card itself has named it."""
    LE_IGNORED = "Le ignored"
    """Records come whole with 9000, whatever length was asked for."""
    NO_4E = "no 4E"
    """A 2.0 card without the name's extension."""
    NO_WHOLE_FILE = "no whole-file read"
    """READ RECORD in mode 101 is unknown."""
    NO_SHORT_ID = "no short file id"
    """Files must be selected before they are read."""
    OLD_SELECT = "P1=02 unknown"
    """Files are selected with P1=00 only."""
    MUTE = "mute"
    """Its answer to reset is none."""
    HIDDEN_CARD_NUMBER = "07 protected"
    """A 3.0 card that shows its number only after authentication."""
