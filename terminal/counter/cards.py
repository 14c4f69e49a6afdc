"""What a read card is to a bill: a credential."""

import logging

from cardio import CardReading, Missing, open_card, read_card
from cardio.applications.operator import present
from cardio.faults import NoReader
from cardio.hsm import KeyServiceRefused, KeyServiceUnreachable
from cardio.port import Port
from cardio.psam import NoPsam, PsamLacksKey
from cardio.session import named
from config.settings import Settings
from terminal.counter.faults import CardWithoutNumber
from terminal.counter.office.operators import CardShown, operators
from terminal.counter.till import Till
from terminal.documents import Assurance, Credential, CredentialKind

log = logging.getLogger(__name__)

KEYLESS = (NoPsam, PsamLacksKey, KeyServiceRefused, KeyServiceUnreachable, NoReader)
"""The keys are not to be had for this card; what needs none can still be read."""


def read_patient(site: Settings, reader: str = "", timeout: float = 0.0, port: Port | None = None) -> CardReading:
    """The patient's card in ``reader``, or in the one of the settings.

    Never the card in the operators' reader or the PSAM's slot. A 3.0 card is opened with the site's PSAM
    or key service; where these cannot, the free part is returned. Raises the faults of ``cardio``.
    """
    wanted = reader or site.reader
    others = [name for name in ("" if wanted else site.operator_reader, site.psam) if name]
    if site.psam or site.hsm:
        try:
            return read_card(
                wanted or None,
                port=port,
                timeout=timeout,
                psam=site.psam or None,
                hsm=site.hsm or None,
                but_not=others,
            )
        except KEYLESS as fault:
            if isinstance(fault, NoReader) and fault.data["wanted"] != site.psam:
                raise
            log.warning("the card is read without keys: %s", fault.code)
    return read_card(wanted or None, port=port, timeout=timeout, but_not=others)


def is_operators(site: Settings, reader: str) -> bool:
    """Whether this is the reader of the operators' cards."""
    return bool(site.operator_reader) and named(reader, site.operator_reader)


def is_patients(site: Settings, reader: str) -> bool:
    """Whether a card in this reader is a patient's."""
    return named(reader, site.reader) and not (site.psam and named(reader, site.psam))


def credential_from_card(site: Settings, timeout: float = 30.0) -> Credential:
    """Reads the patient's card, waiting ``timeout`` seconds. Raises as ``read_patient``, and CardWithoutNumber."""
    return credential_of(read_patient(site, timeout=timeout))


def credential_of(reading: CardReading) -> Credential:
    """The credential a card gives. Its number is the card's; a 3.0 card may keep it, then the ID number serves.

    Raises CardWithoutNumber when the card gave neither.
    """
    name = reading.name or ""
    if reading.card_number:
        return Credential(
            CredentialKind.CARD,
            reading.card_number,
            name,
            reading.identification_code or "",
            reading.region or "",
        )
    if reading.social_security_number:
        return Credential(CredentialKind.ID_NUMBER, reading.social_security_number, name)
    raise CardWithoutNumber(why=_why(reading.missing))


def operator_card(till: Till, number: str, timeout: float = 0.0, port: Port | None = None) -> CardShown:
    """The card that operator ``number`` presents in the operators' reader, or in the only one.

    A card of our own profile whose key is registered signs a challenge; any other is merely presented. Raises the
    faults of ``cardio``.
    """
    site, person = till.settings, operators(till).get(number)
    key = person.card_key if person else b""
    with open_card(site.operator_reader or site.reader or None, port=port, timeout=timeout) as held:
        shown = held.perform(lambda held: present(held, key or None))
    return CardShown(shown.number, Assurance(shown.assurance))


def typed(text: str, reason: str = "", reviewer: str = "") -> Credential:
    """What a number typed or scanned at the desk is: an e-credential's code, an ID number, or a card's number.

    A code has more signs than an ID number's eighteen (GB 11643) and needs no reason, because a patient showed it.
    """
    if len(text) > 18:
        return Credential(CredentialKind.E_CREDENTIAL, text)
    kind = CredentialKind.ID_NUMBER if len(text) == 18 else CredentialKind.MANUAL
    return Credential(kind, text, reason=reason, reviewer=reviewer)


def _why(missing: tuple[Missing, ...]) -> str:
    return "".join(item.zh for item in missing)
