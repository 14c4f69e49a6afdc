"""The medical-insurance directory DF04: what a cashier may want beyond identity. Opened by the PIN or by a key.

人社信息函〔2012〕37号 §8.5 for 2.0; appendix C for what the same tags say on a 1.x card. Gate by version first, then by
the EE mark: a flag read as a balance is a wrong balance.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from cardio.apdu import Apdu
from cardio.applications import directories_1, directories_2
from cardio.applications.environment import PROVIDER
from cardio.applications.layout import Directory, File, Opens
from cardio.applications.reader import LOCKED, SELECT, Contents, read_cyclic, read_records, refused, select_file
from cardio.reading import Missing, Notice, Why
from cardio.session import Card
from cardio.status import SW

IDENTIFIERS = {0xDF01: 0x00, 0xDF02: 0x01, 0xDF03: 0x02, 0xDF04: 0x03, 0xDF07: 0x04}
"""Last byte of a directory's application identifier (§5, table 2); the others have none."""


class Mode(StrEnum):
    """How the card pays (tag 8F)."""

    ONLINE = "1"
    """The balance lives in the back office."""
    OFFLINE = "2"
    """A wallet on the card."""


class Transaction(msgspec.Struct, frozen=True):
    """One line of the card's own transaction log (EF08).

    ``self_fen`` is what the person bears *inside* the pooled fund's scope, in cash or from the account: it overlaps
    with ``account_fen`` and must not be added to it. Both it and ``pooled_fen`` are None on an account-only card.
    """

    sequence: int
    kind: str | None
    """"1" load, "2" purchase."""
    terminal: str | None
    time: datetime | None
    account_fen: int
    self_fen: int | None = None
    pooled_fen: int | None = None


class MedicalReading(msgspec.Struct, frozen=True, kw_only=True):
    """What DF04 says. Amounts on a card are for information: the centre's figures decide."""

    insurance_type: str | None = None
    """"310" employee, "340" retired cadre, "360" Red Army, "380" rural, "390" resident, "391" urban resident."""
    approved: tuple[str, ...] = ()
    """Of: remote, outpatient_pool, outpatient_serious, assistance, preferential."""
    pooling_region: str | None = None
    """Where the person is insured: route by this, not by the issuing region."""
    person_class: str | None = None
    health_record: str | None = None
    account_opened: date | None = None
    account_number: str | None = None
    certificate: str | None = None
    designated: tuple[str, ...] = ()
    work_injury: tuple[str, ...] = ()
    maternity: tuple[str, ...] = ()
    mode: Mode | None = None
    offline_allowed: bool | None = None
    offline_fen: int | None = None
    offline_count: int | None = None
    balance_fen: int | None = None
    """1.x only, as are the two yearly sums."""
    year_self_fen: int | None = None
    year_pooled_fen: int | None = None
    transactions: tuple[Transaction, ...] = ()
    warnings: tuple[Notice, ...] = ()
    missing: tuple[Missing, ...] = ()


MEDICAL = 0xDF04
MEDICAL_KEY = 0x84
"""Reference of RK1DF04 on the card."""
(LOG,) = (file for file in directories_2.MEDICAL.files if file.number == 0xEF08)
OPENED_BY = {
    Opens.NOTHING: Why.REFUSED,
    Opens.PIN: Why.PIN,
    Opens.KEY: Why.AUTHENTICATION,
    Opens.PIN_OR_KEY: Why.PIN,
    Opens.PIN_AND_KEY: Why.PIN_AND_PSAM,
}
"""What is missing where a file stays closed."""
APPROVALS = ("remote", "outpatient_pool", "outpatient_serious", "assistance", "preferential")


def select_directory(card: Card, number: int) -> None:
    """SELECT an application directory by its identifier, or by file id where it has none. Raises CardRefused."""
    answer = None
    if number in IDENTIFIERS:
        name = bytes.fromhex(PROVIDER) + bytes((IDENTIFIERS[number],))
        answer = card.send(Apdu(0x00, SELECT, 0x04, 0x00, name, le=0x100))
    if answer is None or answer.sw in (SW.FILE_NOT_FOUND, SW.NOT_SUPPORTED):
        answer = select_file(card, number)
    if not answer.ok:
        raise refused(answer, f"open directory {number:04X}")


def directory(number: int, major: int) -> Directory | None:
    """The description of a directory for this version; where 1.x has no table of its own, 2.0's is tried."""
    tables = (directories_1.DIRECTORIES if major == 1 else ()) + directories_2.DIRECTORIES
    return next((each for each in tables if each.number == number), None)


def newer(number: int, file: int, major: int) -> File | None:
    """What 2.0 makes of a file of a 1.x card, for ``read_records``; None for cards of another version."""
    tables = (each.file(file) for each in directories_2.DIRECTORIES if each.number == number)
    return next(tables, None) if major == 1 else None


def transactions(card: Card) -> tuple[tuple[Transaction, ...], Contents]:
    """The log of the selected medical directory, newest first, and what was odd or closed about it."""
    rows, contents = read_cyclic(card, LOG)
    return tuple(Transaction(**row) for row in rows if "account_fen" in row), contents


def read_medical(card: Card, major: int) -> MedicalReading:
    """Read the selected directory DF04, after whatever opens it was done."""
    table = directories_1.MEDICAL if major == 1 else directories_2.MEDICAL
    files = [file for file in table.files if file.number in (0xEF05, 0xEF06)]
    contents = [read_records(card, file, newer(table.number, file.number, major)) for file in files]
    lines, log_contents = transactions(card)
    contents.append(log_contents)
    values = {name: value for each in contents for name, value in each.values.items()}
    insurance = values.get("insurance") or ""
    mode = values.get("mode")
    allowed = values.get("offline_allowed")
    plain: dict[str, Any] = {name: values.get(name) for name in PLAIN}
    plain |= {group: _group(values, group) for group in GROUPS}
    return MedicalReading(
        **plain,
        insurance_type=insurance[:3] or None,
        approved=tuple(name for name, flag in zip(APPROVALS, insurance[3:], strict=False) if flag == "1"),
        mode=Mode(mode) if mode in tuple(Mode) else None,
        offline_allowed=None if allowed is None else allowed == "1",
        transactions=lines,
        warnings=tuple(Notice.of(*odd) for each in contents for odd in each.odd),
        missing=tuple(
            Missing.of(item, OPENED_BY[file.opens] if sw in LOCKED else Why.ABSENT, sw)
            for file, each in zip((*files, LOG), contents, strict=True)
            for item, sw in each.missing.items()
        ),
    )


PLAIN = (
    *("pooling_region", "person_class", "health_record", "account_opened", "account_number", "certificate"),
    *("offline_fen", "offline_count", "balance_fen", "year_self_fen", "year_pooled_fen"),
)
"""Items that are handed over as they are."""
GROUPS = ("designated", "work_injury", "maternity")


def _group(values: dict[str, object], name: str) -> tuple[str, ...]:
    return tuple(str(values[key]) for key in (f"{name}_1", f"{name}_2", f"{name}_3") if values.get(key))
