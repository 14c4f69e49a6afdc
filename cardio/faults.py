"""What can go wrong between a credential and the caller: one class per thing a person can do something about.

The shape is that of the terminal's own errors (a stable code, data, one sentence and the next step in two languages);
``cardio`` has its own base because it stands alone. ``exit`` is the exit code a command ends with. No fault ever
carries a PIN, an e-credential code or a full ID number.
"""

from typing import ClassVar


class CardFault(Exception):
    """Base of all errors of this package; the data given to the constructor fill the templates' braces."""

    code: ClassVar[str] = "card"
    exit: ClassVar[int] = 3
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""
    next_zh: ClassVar[str] = ""
    next_en: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.en.format(**data))


# The way to the reader: library, service, rights.


class LibraryMissing(CardFault):
    """pyscard or the PC/SC client library is not installed."""

    code = "library_missing"
    zh = "缺少读卡程序库 {library}。"
    en = "The card library {library} is not installed."
    next_zh = (
        "请在程序目录运行 ./run reader；"
        "或自行安装：apt-get install pcscd libpcsclite-dev gcc，然后 pip install 'yibao-terminal[pcsc]'。"
    )
    next_en = (
        "Run ./run reader in the program's folder; "
        "or by hand: apt-get install pcscd libpcsclite-dev gcc, then pip install 'yibao-terminal[pcsc]'."
    )


class ServiceDown(CardFault):
    """The PC/SC service (pcscd, or Windows' Smart Card service) does not answer, or went away."""

    code = "service_down"
    zh = "读卡服务没有运行（{function}，{hresult}）。"
    en = "The card service is not running ({function}, {hresult})."
    next_zh = "请启动 pcscd（systemctl start pcscd）；Windows 上请先插上读卡器。程序会自动重新连接。"
    next_en = "Start pcscd (systemctl start pcscd); on Windows plug a reader in first. Reconnection is automatic."


class AccessDenied(CardFault):
    """The service runs but this user may not talk to it."""

    code = "access_denied"
    zh = "当前用户无权使用读卡服务（{function}，{hresult}）。"
    en = "This user may not use the card service ({function}, {hresult})."
    next_zh = "请在本机控制台登录，或由管理员在 polkit 中允许 org.debian.pcsc-lite.access_pcsc。"
    next_en = "Log in at the machine's own console, or let the administrator allow org.debian.pcsc-lite.access_pcsc."


class VersionMismatch(CardFault):
    """Client library and daemon speak different protocol versions (seen in containers and bundled libraries)."""

    code = "version_mismatch"
    zh = "读卡程序库与读卡服务版本不一致（{function}，{hresult}）。"
    en = "The card library and the card service have different versions ({function}, {hresult})."
    next_zh = "请把 libpcsclite1 与 pcscd 升级到同一版本，再重启 pcscd。"
    next_en = "Bring libpcsclite1 and pcscd to the same version, then restart pcscd."


class NoReader(CardFault):
    """No reader is attached, or none whose name contains the wanted text."""

    code = "no_reader"
    zh = "没有找到读卡器（要求：{wanted}；现有：{found}）。"
    en = "No card reader found (wanted: {wanted}; attached: {found})."
    next_zh = "请插好读卡器的 USB 线，或用 yibao readers 查看名称。"
    next_en = "Plug the reader in, or look its name up with yibao readers."


class ReaderLost(CardFault):
    """The reader was unplugged while in use."""

    code = "reader_lost"
    zh = "读卡器 {reader} 已断开。"
    en = "The reader {reader} was unplugged."
    next_zh = "请重新插好读卡器，然后重新刷卡。"
    next_en = "Plug the reader in again and present the card again."


# The card in the reader.


class NoCard(CardFault):
    """No card was inserted in time."""

    code = "no_card"
    zh = "读卡器 {reader} 中没有卡。"
    en = "There is no card in {reader}."
    next_zh = "请插入社会保障卡，芯片朝前。"
    next_en = "Insert the social-security card, chip first."


class CardMute(CardFault):
    """A card is in the reader but does not answer the reset."""

    code = "card_mute"
    zh = "读卡器 {reader} 中的卡没有应答。"
    en = "The card in {reader} does not answer."
    next_zh = "请检查卡的方向，擦净芯片后重新插入；仍无应答则改用身份证或电子凭证。"
    next_en = "Check which way round it is, wipe the chip, insert it again; else use the ID card or the e-credential."


class CardRemoved(CardFault):
    """The card left the reader; everything read before belongs to that card and to no other."""

    code = "card_removed"
    zh = "操作中卡被取出，本次操作已终止。"
    en = "The card was taken out; the operation ended."
    next_zh = "请重新插卡，从头开始。"
    next_en = "Insert the card again and start over."


class CardReset(CardFault):
    """Another program reset the card; selection, PIN and authentication state are gone."""

    code = "card_reset"
    zh = "卡被其他程序复位，本次操作已终止。"
    en = "Another program reset the card; the operation ended."
    next_zh = "请重新刷卡；若反复出现，请关闭其他读卡程序。"
    next_en = "Present the card again; if this repeats, close other programs that use the reader."


class CardBusy(CardFault):
    """Another program holds the card exclusively."""

    code = "card_busy"
    zh = "读卡器 {reader} 正被其他程序独占。"
    en = "Another program holds the card in {reader} exclusively."
    next_zh = "请关闭其他读卡程序后重试。"
    next_en = "Close the other program and try again."


class TransmitFailed(CardFault):
    """An exchange broke off half-way: whether the card executed the command is unknown."""

    code = "transmit_failed"
    zh = "与卡的通信中断（{function}，{hresult}），指令是否执行未知。"
    en = "The exchange with the card broke off ({function}, {hresult}); whether it was executed is unknown."
    next_zh = "请取出卡重新插入，再试一次。"
    next_en = "Take the card out, insert it again and retry."


class BadAnswer(CardFault):
    """The card sent something no card of this kind can send; nothing of it is used."""

    code = "bad_answer"
    zh = "卡的应答不合规范：{found}；应为 {expected}。"
    en = "The card's answer breaks the rules: {found}; expected {expected}."
    next_zh = "请重新插卡；仍出现则此卡可能损坏，请改用其他凭证。"
    next_en = "Insert the card again; if it persists the card may be damaged, use another credential."


class NotSocialSecurityCard(CardFault):
    """The card works but holds no social-security application."""

    code = "not_social_security_card"
    exit = 1
    zh = "这张卡不是社会保障卡（{found}）。"
    en = "This is not a social-security card ({found})."
    next_zh = "请插入社会保障卡，或改用身份证、电子凭证。"
    next_en = "Insert a social-security card, or use the ID card or the e-credential."


class CardRefused(CardFault):
    """The card answered a command with a refusal; ``sw`` is the status word."""

    code = "card_refused"
    zh = "卡拒绝了操作“{what}”（状态 {sw}）。"
    en = "The card refused to {what} (status {sw})."
    next_zh = "请核对卡片状态；如需帮助请联系发卡机构。"
    next_en = "Check the state of the card; the issuing office can help."
