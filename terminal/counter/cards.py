"""What a read card is to a bill: a credential."""

from cardio import CardReading, Missing, read_card
from terminal.counter.faults import CardWithoutNumber
from terminal.documents import Credential, CredentialKind


def credential_from_card(reader: str = "", timeout: float = 30.0) -> Credential:
    """Reads the card in the first reader whose name contains ``reader``; waits ``timeout`` seconds for one.

    Raises the faults of ``cardio``, and CardWithoutNumber.
    """
    return credential_of(read_card(reader or None, timeout=timeout))


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


def _why(missing: tuple[Missing, ...]) -> str:
    return "".join(item.zh for item in missing)
