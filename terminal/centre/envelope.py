"""The envelope around every transaction, and JSON whose numbers stay exact."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from terminal.centre.wire import (
    C3,
    C6,
    C10,
    C12,
    C17,
    C20,
    C30,
    C50,
    C100,
    C200,
    C1000,
    C2000,
    Instant,
    Must,
    Node,
    Whole,
)


class RequestHead(Node, frozen=True):
    """Everything of a request but ``input``. Mind ``mdtrtarea_admvs`` without and ``insuplc_admdvs`` with a d.

    The text allows 20 characters for the institution's name; real names are longer and are not cut.
    """

    infno: Must[C6] = ""
    msgid: Must[C30] = ""
    mdtrtarea_admvs: Must[C6] = ""
    insuplc_admdvs: C6 = ""
    recer_sys_code: Must[C10] = ""
    dev_no: C100 = ""
    dev_safe_info: C2000 = ""
    cainfo: C1000 = ""
    signtype: C10 = ""
    infver: Must[C6] = ""
    opter_type: Must[C3] = ""
    opter: Must[C30] = ""
    opter_name: Must[C50] = ""
    inf_time: Must[Instant] = ""
    fixmedins_code: Must[C12] = ""
    fixmedins_name: Must[C200] = ""
    sign_no: C30 = ""


class AnswerHead(Node, frozen=True):
    """Everything of an answer but ``output``; ``infcode`` 0 is success. Some say ``message`` for ``err_msg``."""

    infcode: Must[Whole] = None
    inf_refmsgid: C30 = ""
    refmsg_time: C17 = ""
    respond_time: C17 = ""
    enctype: C10 = ""
    signtype: C10 = ""
    cainfo: C1000 = ""
    err_msg: C200 = ""
    message: C200 = ""
    warn_msg: C200 = ""
    type: C20 = ""

    @property
    def text(self) -> str:
        """What the centre says, whole."""
        return self.err_msg or self.message


_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_TEXTS = msgspec.json.Encoder(decimal_format="string")


def parse(data: bytes) -> dict[str, Any]:
    """One JSON object with exact numbers. Raises ValueError for anything else, however deep or torn."""
    try:
        tree = _DECODER.decode(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(tree, dict):
        raise ValueError("not an object")
    return tree


def compose(tree: Mapping[str, Any], *, number_as_text: bool = False) -> bytes:
    """JSON bytes of a tree whose amounts are decimals; written as numbers with all their digits, or as text."""
    return (_TEXTS if number_as_text else _NUMBERS).encode(tree)
