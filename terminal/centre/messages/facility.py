"""1201: the institutions a centre knows."""

from terminal.centre.wire import Node
from terminal.centre.words import C6, C12, C50, C200, Must


class InstitutionQuery(Node, frozen=True):
    """1201 in ``medinsinfo``; the name matches as a part."""

    fixmedins_type: Must[C6] = ""
    fixmedins_name: C200 = ""
    fixmedins_code: C12 = ""


class InstitutionRequest(Node, frozen=True):
    """1201 医药机构信息获取; some clients spell the node ``medinsInfo``."""

    medinsinfo: Must[InstitutionQuery | None] = None


class InstitutionInfo(Node, frozen=True):
    """One institution."""

    fixmedins_code: Must[C12] = ""
    fixmedins_name: Must[C200] = ""
    uscc: C50 = ""
    fixmedins_type: Must[C6] = ""
    hosp_lv: C6 = ""


class InstitutionAnswer(Node, frozen=True):
    """1201."""

    medinsinfo: tuple[InstitutionInfo, ...] = ()
