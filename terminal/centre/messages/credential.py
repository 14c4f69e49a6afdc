"""The e-credential service 医保电子凭证: not in the national envelope, data as JSON text inside JSON."""

from terminal.centre.wire import Node
from terminal.centre.words import C3, C5, C6, C10, C20, C30, C32, C40, C50, C64, C100, C200, C500, Amount, Must, Whole


class CredentialQuery(Node, frozen=True):
    """``data`` of ec.query, cn.nhsa.qrcode.get, cn.nhsa.ec.auth and cn.nhsa.auth.check."""

    orgId: Must[C40] = ""
    businessType: Must[C5] = ""
    operatorId: Must[C20] = ""
    operatorName: Must[C30] = ""
    officeId: Must[C20] = ""
    officeName: Must[C30] = ""
    deviceType: C20 = ""
    qrCode: C500 = ""
    outBizNo: C64 = ""
    authNo: C64 = ""


class CredentialPerson(Node, frozen=True):
    """Who showed the code; ``ecToken`` is the credential's number in every message and lives briefly."""

    idNo: C64 = ""
    idType: C6 = ""
    userName: C50 = ""
    ecToken: C64 = ""
    insuOrg: C6 = ""
    ecIndexNo: C50 = ""
    ecQrCode: C200 = ""
    gender: C3 = ""
    birthday: C20 = ""
    nationality: C50 = ""
    email: C100 = ""
    authNo: C64 = ""
    chnlId: C32 = ""
    extra_: C200 = ""


class SettlementNotice(Node, frozen=True):
    """``data`` of cn.nhsa.settle.notify."""

    outBizNo: Must[C64] = ""
    medicalSettleState: Must[C10] = ""
    authNo: C64 = ""
    totalFee: Amount = None
    bizType: C20 = ""
    idNo: C64 = ""
    userName: C50 = ""


class ServiceCall(Node, frozen=True):
    """What goes to the local service; ``data`` is an object there."""

    orgId: Must[C40] = ""
    transType: Must[C50] = ""
    data: CredentialQuery | None = None


class ServiceAnswer(Node, frozen=True):
    """What comes back; ``code`` 0 is success."""

    code: Must[Whole] = None
    message: C200 = ""
    orgId: C40 = ""
    data: CredentialPerson | None = None
