"""The social-security application: find it, tell its version, read whose card it is.

人社信息函〔2012〕37号 §5-§8 for the files; the reader specification on 人社信息函〔2016〕38号 §10 for versions and
algorithms.
"""

import re
from dataclasses import dataclass
from datetime import date

from cardio import faults
from cardio.apdu import Apdu
from cardio.applications.authentication import KeySource, begin, finish
from cardio.applications.codecs import TEXT, card_number_fits, identity_number_fits
from cardio.applications.environment import HOLDERS, ISSUER, NAME, PROVIDER
from cardio.applications.reader import LOCKED, SELECT, Contents, read_records
from cardio.atr import historical_bytes
from cardio.reading import NO_TERMINAL, Algorithm, CardReading, Missing, Notice, Odd, Why
from cardio.session import Card
from cardio.status import SW
from cardio.tlv import nested

NEWEST = 3
ALGORITHMS: dict[bytes | None, Algorithm] = {bytes.fromhex(algorithm): algorithm for algorithm in Algorithm}


@dataclass(frozen=True, slots=True)
class Selected:
    """How the environment was found; ``algorithm`` is what its FCI says, ``by_name`` False if EF05 is all there is."""

    algorithm: Algorithm | None
    by_name: bool


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer file and what follows from it."""

    contents: Contents
    version: str
    algorithm: Algorithm

    @property
    def major(self) -> int:
        return min(int(self.version[0]), NEWEST)

    @property
    def code(self) -> str:
        return str(self.contents.values.get("identification_code") or "")


def select_environment(card: Card) -> Selected:
    """SELECT by name; then MF and name again, which some makers need; then trust EF05 to be under the MF."""
    answer = card.send(Apdu(0x00, SELECT, 0x04, 0x00, NAME, le=0x100))
    if answer.sw in (SW.FILE_NOT_FOUND, SW.NOT_SUPPORTED):
        card.send(Apdu(0x00, SELECT, 0x00, 0x00, b"\x3f\x00", le=0x100))
        answer = card.send(Apdu(0x00, SELECT, 0x04, 0x00, NAME, le=0x100))
    algorithm = nested(answer.data, 0x6F, 0xA5, 0x9F0C, 0x86)
    return Selected(ALGORITHMS.get(algorithm), answer.ok)


def read_issuer(card: Card, selected: Selected) -> Issuer:
    """Read EF05. Raises NotSocialSecurityCard when nothing there looks like one."""
    contents = read_records(card, ISSUER)
    code = str(contents.values.get("identification_code") or "")
    if not code or (not selected.by_name and code[6:16] != PROVIDER):
        found = next(iter(contents.missing.values()), None)
        raise faults.NotSocialSecurityCard(found=f"EF05: {found}" if found else "EF05")
    region = code[:6]
    # 人社信息函〔2016〕38号 §10.1: a card that does not say uses SSF33 in Beijing and DES elsewhere.
    algorithm = selected.algorithm or (Algorithm.SSF33 if region.startswith("11") else Algorithm.DES)
    version, odd = _version(contents.values.get("version"))
    if odd:
        contents.odd.append((odd, "version", contents.raw["version"]))
    if contents.raw["identification_code"][3:8].hex().upper() != PROVIDER or len(code) != 32:
        contents.odd.append((Odd.CODE, "identification_code", contents.raw["identification_code"]))
    return Issuer(contents, version, algorithm)


def _version(text: str | None) -> tuple[str, Odd | None]:
    """ "2.0" and "2.00" are the same, a revision digit is kept, an empty record means 1.0 (38号 §10.2)."""
    if text is None:
        return "1.00", None
    if re.fullmatch(r"[123]\.0\d?", text, re.ASCII):
        return f"{text:0<4}", None
    return f"{NEWEST}.00", Odd.VERSION


def read_identity(card: Card, reader: str, keys: KeySource | None, today: date) -> CardReading:
    """Who the card belongs to. ``keys`` opens what 3.0 protects; without it the free part is returned.

    Raises NotSocialSecurityCard, AuthenticationFailed, the faults of the session and those of ``keys``.
    """
    issuer = read_issuer(card, select_environment(card))
    terminal = NO_TERMINAL if keys is None else keys.terminal
    if keys is None or issuer.major < NEWEST:
        return read_holder(card, reader, issuer, today, terminal)
    begun = begin(card, issuer.code, issuer.algorithm, historical_bytes(card.atr))
    finish(card, begun, keys.answer(begun.step1, card))
    return read_holder(card, reader, issuer, today, terminal, authenticated=True)


def read_holder(
    card: Card,
    reader: str,
    issuer: Issuer,
    today: date,
    terminal: str = NO_TERMINAL,
    *,
    authenticated: bool = False,
) -> CardReading:
    """Read EF06 and put everything together; the environment stays selected, so that an authentication still holds."""
    holder = read_records(card, HOLDERS[issuer.major])
    values = issuer.contents.values | holder.values
    number, card_number = values.get("social_security_number"), (values.get("card_number") or "")[:9] or None
    notices = [Notice.of(*odd) for odd in (*issuer.contents.odd, *holder.odd)]
    name = _name(holder, notices)
    notices += _checks(issuer, number, card_number, today)
    return CardReading(
        version=issuer.version,
        region=issuer.code[:6],
        identification_code=issuer.code,
        card_number=card_number,
        social_security_number=number,
        name=name,
        sex=values.get("sex"),
        ethnic_group=values.get("ethnic_group"),
        birthplace=values.get("birthplace"),
        birth_date=values.get("birth_date"),
        card_class=values.get("card_class"),
        initialising_body=values.get("initialising_body"),
        issue_date=values.get("issue_date"),
        valid_until=values.get("valid_until"),
        algorithm=issuer.algorithm,
        historical_bytes=historical_bytes(card.atr).hex().upper(),
        reader=reader,
        terminal=terminal,
        authenticated=authenticated,
        warnings=tuple(notices),
        missing=_missing(issuer.contents, holder),
    )


def _name(holder: Contents, notices: list[Notice]) -> str | None:
    raw = (holder.values.get("name") or b"") + (holder.values.get("name_extension") or b"")
    name, odd = TEXT.decode(raw)
    if odd:
        notices.append(Notice.of(odd, "name", raw))
    return name if isinstance(name, str) else None


def _checks(issuer: Issuer, number: str | None, card_number: str | None, today: date) -> list[Notice]:
    found: list[tuple[Odd, str]] = []
    if number and not identity_number_fits(number):
        found.append((Odd.NUMBER_CHECK, "social_security_number"))
    if card_number and not card_number_fits(card_number):
        found.append((Odd.CARD_NUMBER_CHECK, "card_number"))
    valid_until = issuer.contents.values.get("valid_until")
    if valid_until and valid_until < today:
        found.append((Odd.EXPIRED, "valid_until"))
    return [Notice.of(odd, item, b"") for odd, item in found]


def _missing(*files: Contents) -> tuple[Missing, ...]:
    """Every item that was not read, but for the name's extension, which many names never need."""
    absent = (SW.RECORD_NOT_FOUND, SW.FILE_NOT_FOUND)
    return tuple(
        Missing.of(item, Why.AUTHENTICATION if sw in LOCKED else Why.ABSENT if sw in absent else Why.REFUSED, sw)
        for file in files
        for item, sw in file.missing.items()
        if item != "name_extension"
    )
