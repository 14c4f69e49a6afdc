"""The envelope around every transaction."""

from terminal.centre.wire import Node
from terminal.centre.words import C3, C6, C10, C12, C17, C20, C30, C50, C100, C200, C1000, C2000, Instant, Must, Whole


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
