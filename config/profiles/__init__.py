"""Centre profiles: how one province wraps the national interface. Every figure that differs is data in a TOML file.

``default.toml`` states every key; another profile states only what differs from it.
"""

import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from config.profiles.faults import BadProfile, UnknownProfile

AddressForm = Literal["transaction", "gateway", "suffix"]
HeaderForm = Literal["none", "x-tif", "x-ca", "apikey", "bearer"]
SignatureForm = Literal["none", "envelope-sm2", "input-sm2", "listed-sm2"]
BodyForm = Literal["plain", "text", "sm4"]


class Deadlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds: to open a connection, to get a complete answer, and how long a settle call may still take effect."""

    connect: int
    answer: int
    settle_horizon: int


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every request carries. ``receivers`` overrides ``receiver`` by insurance type or transaction."""

    version: str
    signtype: str
    receiver: str
    receivers: dict[str, str]
    constants: dict[str, str]
    """Further keys with fixed values that a province demands."""


class Wrapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Address, headers, signature and encryption."""

    address: AddressForm
    path: str
    paths: dict[str, str]
    """The address of each transaction below ``path``, where ``address`` is ``transaction``."""
    header: HeaderForm
    token_path: str
    """Where a bearer token is fetched with the account and secret; empty where the header needs none."""
    signature: SignatureForm
    body: BodyForm
    number_as_text: bool


class Accumulator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one code of 5206 means here. A ``count`` is a plain number, anything else an amount."""

    name: str
    count: bool = False
    monthly: bool = False


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Refusals are recognised by the centre's wording: regular expressions over ``err_msg``."""

    success: str
    """What a success without output may say; 0 with any other words has been an error in disguise."""
    try_later: str
    """A refusal that is about the moment or about this terminal's access, not about the bill."""
    refused_for_good: str
    """A refusal of a bill that will never be taken back; any other is for a person to judge."""
    sign_in: str
    """The sign-in number is missing or no longer valid."""
    nothing_there: str
    """A reversal found no such message."""
    already_reversed: str
    """A reversal found the message, and it no longer stands."""


class Reconciliation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the statement of a day is written."""

    empty: str
    """What stands for nothing in the file of 3202."""
    line_end: str
    refund_flag: str
    """The name under which 3201 and 3202 say whether refunds are inside the sums; empty leaves it out."""
    refunds_included: bool
    equal: str
    """Regular expression: results that mean agreement."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One centre's dialect. The names of schemes, funds, visits and credentials are those of the documents."""

    name: str
    title: str
    demo_secret: str
    """Signs where the site has no secret of its own; only the simulated centre has one."""
    sign_in: bool
    fund_sum_includes_account: bool
    ask_accumulators: bool
    rows_per_call: int
    suffixes: dict[str, str]
    """Twins that are live here: ``"2207" = "A"`` sends 2207A."""
    deadlines: Deadlines
    envelope: Envelope
    wrapping: Wrapping
    words: Words
    reconciliation: Reconciliation
    credentials: dict[str, str]
    visits: dict[str, str]
    schemes: dict[str, str]
    employments: dict[str, str]
    """By the first digits of the kind of person; the longest match counts."""
    funds: dict[str, tuple[str, ...]]
    """Fund field of a settlement -> the funds it carries, the first being what an answer's figure is called."""
    accumulators: dict[str, Accumulator]
    """Code of 5206 -> accumulator; a code that is not listed is an amount under its own name."""
    catalogue_file_place: Literal["filename", "fixmedins_code"]
    """Where the constant ``plc`` goes when a catalogue file is fetched."""
    trace_codes: bool
    """Whether settlements carry drug trace codes (药品追溯码)."""
    stock_upload: bool
    """Whether the pharmacy reports stock and sales (3501-3507)."""


CODES = "codes.toml"
"""The one TOML file here that is no profile."""


def available() -> tuple[str, ...]:
    """The names of the shipped profiles."""
    names = (file.name for file in resources.files(__name__).iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml") and name != CODES))


@cache
def code_tables() -> dict[str, dict[str, str]]:
    """National code tables: field -> code -> meaning in Chinese. Regions have further codes of their own."""
    return tomllib.loads(resources.files(__name__).joinpath(CODES).read_text("utf-8"))


def load(name: str) -> Profile:
    """A shipped profile by name, or one of the site's own by the path of its file.

    Raises UnknownProfile and BadProfile.
    """
    own = Path(name)
    try:
        if own.suffix == ".toml":
            text, label = own.read_text("utf-8"), own.stem
        else:
            text, label = resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8"), name
    except (OSError, ValueError) as error:
        raise UnknownProfile(name=name, known=", ".join(available())) from error
    base = tomllib.loads(resources.files(__name__).joinpath("default.toml").read_text("utf-8"))
    try:
        profile = msgspec.convert(_overlaid(base, tomllib.loads(text)) | {"name": label}, Profile)
        for pattern in (*msgspec.structs.astuple(profile.words), profile.reconciliation.equal):
            re.compile(pattern)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, re.error) as error:
        raise BadProfile(name=name, found=str(error)) from error
    return profile


def _overlaid(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return base | {
        key: _overlaid(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in over.items()
    }
