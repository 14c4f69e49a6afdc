"""The settings of one terminal, from ``settings.toml`` in its data folder; unknown keys are refused."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from config.faults import BadSettings, NotSetUp
from config.places import settings_file

Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=10 * 8760)]
Days = Annotated[int, msgspec.Meta(ge=0, le=100 * 366)]


class Institution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who settles here. ``code`` has twelve characters, ``area`` six digits, ``tier`` is a word of the claim's."""

    code: str
    name: str
    area: str
    tier: str
    kind: str = "hospital"


class CentreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the insurance centre is and which profile describes its dialect."""

    endpoint: str
    profile: str = "default"
    secret_file: str = ""
    """A file with the platform's account and secret (``account`` and ``secret`` lines); never in this file."""


class OfflineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may happen while the centre cannot be reached. Amounts are fen, ages hours."""

    allowed: bool = True
    per_bill_fen: Count = 500_00
    total_fen: Count = 20_000_00
    per_person_open: Count = 3
    open_items: Count = 300
    hours: Hours = 24
    snapshot_hours: Hours = 24 * 30
    settle_on_difference: bool = False
    lanes: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 16
    """Persons whose bills are forwarded at once; many centres permit fewer."""
    on_outage: Literal["local_split", "full_payment"] = "local_split"
    """The patient pays the own part by the local split, under the limits; or pays all, and the insurance part is paid
    back once the centre has settled."""
    on_doubt: Literal["reverse", "wait"] = "reverse"
    """A call without an answer is taken back and settled anew, or waits for the day's reconciliation."""
    settle_horizon_seconds: Annotated[int, msgspec.Meta(ge=0, le=30 * 86400)] = 0
    """How long a settle call may still take effect after its last byte; 0 keeps the profile's figure."""
    policy: str = ""
    """A signed file, named from the data folder, that says what is allowed; the words here can then only be stricter.
    Empty: the words here hold."""
    policy_key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """The site's public Ed25519 key, 64 hexadecimal digits, as ``yibao config sign-offline`` prints it."""


class RefundSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far refunds go without the office. Amounts are fen of the whole bill."""

    days: Days = 180
    """Age of the bill."""
    per_bill_fen: Count = 20_000_00
    per_day_fen: Count = 50_000_00
    """Of one cashier."""


class UpkeepSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done for the store every night while a desk or the service runs, by ``yibao queue upkeep`` elsewhere."""

    copies: str = ""
    """Folder of the copies, best on another disk; empty: ``copies`` in the data folder."""
    hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 2
    """From this hour on, Beijing time, at the first idle moment."""
    copies_kept: Annotated[int, msgspec.Meta(ge=1)] = 7
    archive_days: Days = 35
    """After so many days the contents of reconciled bills move to the archive, where they are still read; 0: never."""
    erase_days: Days = 0
    """The legal term: after so many days a day's key is destroyed and with it what was sealed on it; 0: never."""


class DeviceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on the desk: addresses such as ``serial:/dev/ttyS0@9600``, empty for what there is not."""

    printer: str = ""
    printer_model: str = "80"
    printer_font: str = ""
    """A font file in ``.hex`` format for characters that the printer lacks."""
    display: str = ""
    display_model: str = "led8"
    announcer: str = ""
    announcer_model: str = "syn6288"
    bank_pos: str = ""
    """The POS on a cable; empty where it stands alone and the cashier copies its slips."""
    id_reader: str = ""
    """The reader of resident ID cards."""
    scanner: str = ""
    """A code scanner on a cable of its own; one that types like a keyboard needs no setting."""


class ReceiptSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where receipt numbers come from: without a service from the rolls of paper in stock, if there are any."""

    service: str = ""
    """Address of an electronic receipt service: ``PUT <address>/<bill>`` answers ``{"number": ...}``."""


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The site's hub: what waits goes there instead of to the centre. Files are named from the data folder."""

    address: str = ""
    """``https://host:port``; empty: the terminal sends by itself. The hub's own settings leave it empty."""
    key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """What ``yibao hub key`` printed at the hub."""
    certificate: str = ""
    """PEM; a terminal's has its two characters as common name. The hub has one too."""
    private_key: str = ""
    authority: str = ""
    """The certificate of whoever signed for the site's terminals and hub."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a terminal must be told. ``terminal`` has two characters and is part of every message number."""

    institution: Institution
    centre: CentreSettings
    terminal: str = "01"
    operator: str = "0001"
    operator_name: str = "收费员"
    keystore: Literal["system", "file"] = "system"
    """``system`` is the operating system's keystore; ``file`` keeps the key beside the data and is for trials."""
    recovery_key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """What ``yibao queue recovery-key`` printed: with the other half the site drains the disk of a dead terminal."""
    language: Literal["zh", "en"] = "zh"
    reader: str = ""
    """Part of the name of the reader to use; empty takes the first."""
    psam: str = ""
    """Part of the name of the slot with the PSAM, which opens 3.0 cards; that slot is never read as a patient's."""
    hsm: str = ""
    """Address of the key service that opens 3.0 cards where there is no PSAM."""
    keymap: str = "default"
    """The desk's keys: ``default``, ``zhonglian``, ``newtouch`` or ``retail``; ``keymap.toml`` goes over it."""
    operator_reader: str = ""
    """Part of the name of a second reader for the operator's card: pulling the card there locks the screen."""
    devices: DeviceSettings = DeviceSettings()
    trace_codes: bool = False
    """Whether a packed medicine without its trace codes is asked about before its bill settles."""
    deposit_low_fen: Count = 500_00
    """Money paid ahead for a stay below which the patient is asked to top up."""
    cash_to_jiao: bool = False
    """Cash is rounded to the jiao, and the rounding is a tender of its own."""
    offline: OfflineSettings = OfflineSettings()
    refund: RefundSettings = RefundSettings()
    upkeep: UpkeepSettings = UpkeepSettings()
    receipts: ReceiptSettings = ReceiptSettings()
    hub: HubSettings = HubSettings()


EXAMPLE = """\
# 终端设置 / settings of this terminal
terminal = "01"            # 两位终端号 two characters, part of every message number
operator = "0001"
operator_name = "收费员"
keystore = "system"        # "file" 仅供试用 for trials only

[institution]
code = "H11010500001"      # 定点机构编号，十二位 twelve characters
name = "北京市测试医院"
area = "110100"
tier = "3"                 # 3 2 1 community village none
kind = "hospital"          # hospital tcm_hospital pharmacy clinic

[centre]
endpoint = "http://127.0.0.1:8080"
profile = "simulator"

[offline]
allowed = true
on_outage = "local_split"  # "full_payment" 断网时全额收费、补结后退还 paid in full, insurance part back later
per_bill_fen = 50000
hours = 24
"""

_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")


def _keys(kind: Any) -> list[str]:
    names: list[str] = []
    for field in msgspec.structs.fields(kind):
        names.append(field.name)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            names.extend(_keys(field.type))
    return names


def parse(data: bytes, file: str) -> Settings:
    """Settings from TOML bytes. Raises BadSettings naming file, key, and the nearest word that exists."""
    try:
        return msgspec.toml.decode(data, type=Settings)
    except (msgspec.DecodeError, ValueError) as error:
        text = str(error)
        place = _PLACE.search(text)
        found = _PLACE.sub("", text)
        if unknown := _UNKNOWN.search(found):
            near = difflib.get_close_matches(unknown[1], _keys(Settings), 1)
            found += f"; did you mean `{near[0]}`?" if near else ""
        raise BadSettings(file=file, key=(place[1] if place else "") or "-", found=found) from error


def load(folder: Path) -> Settings:
    """The settings of a data folder. Raises NotSetUp when there are none, BadSettings when they are wrong."""
    file = settings_file(folder)
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise NotSetUp(file=str(file)) from error
    settings = parse(data, str(file))
    if len(settings.institution.code) != 12:
        raise BadSettings(
            file=str(file), key="institution.code", found=f"{settings.institution.code!r} is not twelve characters"
        )
    if bool(settings.offline.policy) is not bool(settings.offline.policy_key):
        raise BadSettings(file=str(file), key="offline.policy_key", found="`policy` and `policy_key` go together")
    if bool(settings.hub.address) is not bool(settings.hub.key):
        raise BadSettings(file=str(file), key="hub.key", found="`address` and `key` go together")
    if len({bool(each) for each in (settings.hub.certificate, settings.hub.private_key, settings.hub.authority)}) > 1:
        raise BadSettings(
            file=str(file), key="hub.certificate", found="`certificate`, `private_key` and `authority` go together"
        )
    if not (len(settings.terminal) == 2 and settings.terminal.isascii() and settings.terminal.isalnum()):
        raise BadSettings(file=str(file), key="terminal", found=f"{settings.terminal!r} is not two letters or digits")
    return settings


def stated(folder: Path) -> frozenset[str]:
    """Which words of ``[offline]`` the file itself says; the others have their defaults. Empty without a file."""
    try:
        return frozenset(msgspec.toml.decode(settings_file(folder).read_bytes()).get("offline", {}))
    except FileNotFoundError:
        return frozenset()
