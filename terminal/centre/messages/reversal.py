"""2601 冲正: the centre takes back one message by its number."""

from terminal.centre.wire import Node
from terminal.centre.words import C6, C30, Must


class Reversal(Node, frozen=True):
    """2601 in ``data``: the original's person, message number and the transaction number really sent."""

    psn_no: Must[C30] = ""
    omsgid: Must[C30] = ""
    oinfno: Must[C6] = ""


class ReversalRequest(Node, frozen=True):
    """2601; it has no output."""

    data: Must[Reversal | None] = None
