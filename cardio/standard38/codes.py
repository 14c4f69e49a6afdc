"""The interface's return codes (§6.3 of the reader specification's table), from this package's faults."""

from cardio import faults, pin, pinpad
from cardio.applications.authentication import AuthenticationFailed
from cardio.faults import CardFault
from cardio.hsm import KeyServiceRefused
from cardio.psam import NoPsam, PsamLacksKey
from cardio.status import SW


class OtherCard(CardFault):
    """The card in the reader is not the one the caller read before."""

    code = "other_card"
    exit = 1
    zh = "读卡器中的卡与 pCardInfo 不符。"
    en = "The card in the reader is not the one of pCardInfo."
    next_zh = "请插回原卡，或重新读卡。"
    next_en = "Insert the former card, or read anew."


class BadParameter(CardFault):
    """An argument does not have the form the interface wants."""

    code = "bad_parameter"
    exit = 2
    zh = "参数 {name} 不对：{found}。"
    en = "The argument {name} is wrong: {found}."
    next_zh = "请按接口规范改正。"
    next_en = "Correct it after the interface's specification."


class NoHsmNeeded(CardFault):
    """Step 2 was called without a Step 1 that waits for it."""

    code = "no_hsm_needed"
    exit = 1
    zh = "没有等待加密机结果的读卡操作。"
    en = "No reading waits for a key service."
    next_zh = "请先调用 Step1。"
    next_en = "Call Step 1 first."


class NotOffered(CardFault):
    """A function of the interface that this terminal does not offer; no card was touched."""

    code = "not_offered"
    exit = 2
    zh = "本机不提供 {name}。"
    en = "This terminal does not offer {name}."
    next_zh = "写卡与卡内扣款请到发卡机构的终端办理。"
    next_en = "Cards are written and debited at the issuing body's terminals."


READER_TROUBLE, NOT_GENUINE, PSAM_LACKS_ALGORITHM, PSAM_LACKS_KEY = -11, -21, -2202, -2203
CODES: dict[type[CardFault], int] = {
    faults.NotSocialSecurityCard: -1,
    faults.NoCard: -2,
    faults.CardMute: -4,
    faults.LibraryMissing: -5,
    faults.NoReader: -12,
    pinpad.NoKeypad: -13,
    NotOffered: -13,
    BadParameter: -14,
    KeyServiceRefused: NOT_GENUINE,
    OtherCard: -22,
    faults.BadAnswer: -23,
    pin.PinCancelled: -31,
    pin.PinTimedOut: -32,
    pin.PinLength: -33,
    pin.PinsDiffer: -34,
    pin.PinWrong: -51,
    pin.PinLocked: -52,
    NoPsam: -2201,
    NoHsmNeeded: -2204,
}
"""Every fault that is not here is trouble of the reader."""


def return_code(fault: CardFault) -> int:
    """The code for a fault. A status word becomes minus its value, so 63C0 is -25536 and means "none left"."""
    if isinstance(fault, PsamLacksKey):
        return PSAM_LACKS_KEY if _status(fault) == SW.KEY_NOT_FOUND else PSAM_LACKS_ALGORITHM
    if isinstance(fault, AuthenticationFailed):
        return NOT_GENUINE if fault.data["side"] == "card" else -_status(fault)
    if isinstance(fault, faults.CardRefused | pin.PinRefused):
        return -_status(fault)
    return CODES.get(type(fault), READER_TROUBLE)


def _status(fault: CardFault) -> int:
    sw = fault.data["sw"]
    return sw if isinstance(sw, int) else int(str(sw)[:4], 16)
