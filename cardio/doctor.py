"""What is broken between this program and a card, and how to mend it: every layer tried, one finding each."""

import msgspec

from cardio.applications.operator import present
from cardio.applications.social_security import read_issuer, select_environment
from cardio.faults import CardFault, NoCard, NoReader
from cardio.pcsc import PcscPort
from cardio.port import Context, Port
from cardio.psam import open_psam
from cardio.session import Card, named, open_session, state_of


class Finding(msgspec.Struct, frozen=True):
    """One line of ``yibao doctor``. ``code`` is the fault's, or ``service_ok`` / ``card_ok`` where nothing is wrong."""

    code: str
    ok: bool
    reader: str
    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""

    @classmethod
    def of(cls, fault: CardFault, reader: str = "") -> "Finding":
        texts = (fault.zh, fault.en, fault.next_zh, fault.next_en)
        return cls(fault.code, False, reader, *(text.format(**fault.data) for text in texts))


def diagnose(port: Port | None = None, *, psam: str = "", operators: str = "") -> list[Finding]:
    """Try library, service, readers and cards in turn; never raises. No personal data is read, let alone shown.

    ``psam`` and ``operators`` are parts of the names of the PSAM's slot and of the operators' reader, if there are any.
    """
    try:
        context = (port or PcscPort()).establish()
    except CardFault as fault:
        return [Finding.of(fault)]
    try:
        names = context.readers()
        findings = [Finding("service_ok", True, "", "读卡服务正常。", "The card service answers.")]
        if not names:
            findings.append(Finding.of(NoReader(wanted="-", found="-")))
        for name in names:
            if psam and named(name, psam):
                findings.append(_examine_psam(context, name))
            else:
                findings.append(_examine(context, name, operators=bool(operators) and named(name, operators)))
        return findings
    except CardFault as fault:
        return [Finding.of(fault)]
    finally:
        context.release()


def _examine_psam(context: Context, reader: str) -> Finding:
    try:
        with open_psam(context, reader) as psam:
            zh, en = f"PSAM 卡，终端机编号 {psam.terminal}。", f"PSAM, terminal number {psam.terminal}."
    except CardFault as fault:
        return Finding.of(fault, reader)
    return Finding("psam_ok", True, reader, zh, en)


def _examine(context: Context, reader: str, *, operators: bool) -> Finding:
    try:
        state = state_of(context, reader)
        if not state.present:
            raise NoCard(reader=reader)
        with open_session(context, state) as card:
            if operators and card.perform(present).own_profile:
                return Finding("operator_card_ok", True, reader, "操作员卡。", "An operator's card.")
            version, region = card.perform(_issuer)
    except CardFault as fault:
        return Finding.of(fault, reader)
    zh, en = (
        f"社会保障卡 {version} 版，发卡地区 {region}。",
        f"Social-security card, version {version}, region {region}.",
    )
    return Finding("card_ok", True, reader, zh, en)


def _issuer(card: Card) -> tuple[str, str]:
    issuer = read_issuer(card, select_environment(card))
    return issuer.version, issuer.code[:6]
