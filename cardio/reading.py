"""What a read social-security card is to everybody outside this package."""

from datetime import date
from enum import StrEnum

import msgspec


class Odd(StrEnum):
    """Ways in which real cards differ from the documents; none of them makes a card unusable."""

    DATE = "date_impossible"
    DIGITS = "digits_expected"
    TEXT = "text_undecodable"
    LENGTH = "length_unexpected"
    NUMBER_CHECK = "social_security_number_check_digit"
    CARD_NUMBER_CHECK = "card_number_check_digit"
    CODE = "identification_code_unusual"
    VERSION = "version_unknown"
    EXPIRED = "card_expired"
    WRITTEN_ANEW = "old_record_with_new_meaning"


ODD_SENTENCES: dict[Odd, tuple[str, str]] = {
    Odd.DATE: ("日期无法识别", "this is no date"),
    Odd.DIGITS: ("应为数字", "digits were expected"),
    Odd.TEXT: ("含有无法识别的字符", "some characters cannot be read"),
    Odd.LENGTH: ("长度与规范不同", "the length differs from the specification"),
    Odd.NUMBER_CHECK: ("社会保障号码校验位不符", "the check character of the social-security number does not fit"),
    Odd.CARD_NUMBER_CHECK: ("卡号校验位不符", "the check character of the card number does not fit"),
    Odd.CODE: ("卡识别码不合规范", "the identification code is unusual"),
    Odd.VERSION: ("规范版本未知，按最新版本读取", "unknown version, read as the newest"),
    Odd.EXPIRED: ("卡已过有效期", "the card is past its valid date"),
    Odd.WRITTEN_ANEW: ("旧记录按新含义写入", "an old record was rewritten with its new meaning"),
}


class Notice(msgspec.Struct, frozen=True):
    """Something odd about a card that is usable all the same: shown, never a reason to turn the card away.

    ``raw`` is the item's bytes in hexadecimal.
    """

    code: Odd
    item: str
    raw: str
    zh: str
    en: str

    @classmethod
    def of(cls, code: Odd, item: str, raw: bytes) -> "Notice":
        zh, en = ODD_SENTENCES[code]
        return cls(code, item, raw.hex().upper(), f"{item}：{zh}。", f"{item}: {en}.")


class Why(StrEnum):
    """Why an item could not be read."""

    AUTHENTICATION = "needs_authentication"
    PIN = "needs_pin"
    PIN_AND_PSAM = "needs_pin_and_psam"
    ABSENT = "not_on_card"
    REFUSED = "card_refused"


WHY_SENTENCES: dict[Why, tuple[str, str]] = {
    Why.AUTHENTICATION: (
        "需要 PSAM 卡或加密机服务（--psam 或 --hsm）",
        "needs a PSAM or a key service (--psam or --hsm)",
    ),
    Why.PIN: ("需要持卡人密码", "needs the card holder's PIN"),
    Why.PIN_AND_PSAM: ("需要持卡人密码和 PSAM 卡（--psam）", "needs the card holder's PIN and a PSAM (--psam)"),
    Why.ABSENT: ("卡上没有此项", "is not on the card"),
    Why.REFUSED: ("卡拒绝读取（状态 {sw}）", "the card refused it (status {sw})"),
}


class Missing(msgspec.Struct, frozen=True):
    """An item that was not read, and why; ``sw`` is the card's status word in hexadecimal."""

    item: str
    why: Why
    sw: str
    zh: str
    en: str

    @classmethod
    def of(cls, item: str, why: Why, sw: int) -> "Missing":
        zh, en = (sentence.format(sw=f"{sw:04X}") for sentence in WHY_SENTENCES[why])
        return cls(item, why, f"{sw:04X}", f"{item}：{zh}。", f"{item}: {en}.")


NO_TERMINAL = "000000000000"
"""The terminal number where there is no PSAM."""


class Algorithm(StrEnum):
    """Cipher of the card's keys; the value is tag 86 of its FCI."""

    DES = "01"
    SSF33 = "02"
    SM4 = "03"


class CardReading(msgspec.Struct, frozen=True, kw_only=True):
    """The identity a social-security card gives. Items that are None are blank on the card or listed in ``missing``."""

    version: str
    """As the standard's interface prints it: "1.00", "2.00", "3.00", a revision digit kept."""
    region: str | None
    """Issuing region, six digits of GB/T 2260; not the region where the person is insured."""
    identification_code: str | None
    """32 hexadecimal digits, upper case."""
    card_number: str | None
    social_security_number: str | None
    name: str | None
    sex: str | None
    """"1" male, "2" female, "9" not stated (GB/T 2261.1)."""
    ethnic_group: str | None = None
    birthplace: str | None = None
    birth_date: date | None = None
    card_class: str | None = None
    initialising_body: str | None = None
    issue_date: date | None = None
    valid_until: date | None = None
    algorithm: Algorithm | None = None
    historical_bytes: str = ""
    """26 hexadecimal digits out of the ATR."""
    reader: str = ""
    terminal: str = NO_TERMINAL
    """Terminal number out of the PSAM; zeros without one."""
    device: str = ""
    authenticated: bool = False
    """Whether the card proved itself genuine and the terminal proved itself to the card."""
    warnings: tuple[Notice, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def major(self) -> int:
        return int(self.version[0])

    def line38(self) -> str:
        """The eleven fields of ``iReadCardBas``, each ended by a bar (人社信息函〔2016〕38号, part 2 §1.1.2)."""
        fields = (
            self.region,
            self.social_security_number,
            self.card_number,
            self.identification_code,
            self.name,
            self.historical_bytes,
            self.version,
            self.issue_date and f"{self.issue_date:%Y%m%d}",
            self.valid_until and f"{self.valid_until:%Y%m%d}",
            self.terminal,
            self.device,
        )
        return "".join(f"{field or ''}|" for field in fields)
