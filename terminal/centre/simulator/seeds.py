"""What the centre starts with: persons, institutions and items, as JSON files of these shapes; all of it synthetic.

Field names are those of 1101, 1201 and the catalogue; amounts and rates are text in yuan and decimal fractions.
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from terminal.centre.simulator.wire import Node
from terminal.faults import Exit, Fault


class BadSeed(Fault):
    """A seed file that cannot be read."""

    code = "bad_centre_seed"
    exit = Exit.INPUT
    zh = "模拟中心的数据文件 {file} 不正确：{reason}。"
    en = "The simulated centre's data file {file} is not right: {reason}."
    next_zh = "请按 terminal/centre/simulator 下同名文件的样子改正。"
    next_en = "Write it like the file of that name that is shipped."


class InsuranceRow(TypedDict):
    """One insurance of a person; an ended one stays listed."""

    insutype: str
    psn_type: str
    psn_insu_stas: str
    insuplc_admdvs: str
    balc: str
    cvlserv_flag: str
    emp_name: str
    psn_insu_date: str
    paus_insu_date: str | None


class ChronicRow(TypedDict):
    """A chronic disease on file."""

    opsp_dise_code: str
    opsp_dise_name: str
    begndate: str
    enddate: str


class FilingRow(TypedDict):
    """A referral to another area."""

    area: str
    begndate: str
    enddate: str


class IdentityRow(TypedDict):
    """A special identity."""

    psn_idet_type: str
    psn_type_lv: str | None
    memo: str | None
    begntime: str
    endtime: str | None


class PersonRow(TypedDict):
    """A person, the card and the code of the e-credential; ``qr`` may be empty."""

    psn_no: str
    psn_name: str
    psn_cert_type: str
    certno: str
    gend: str
    naty: str
    brdy: str
    card_no: str
    card_sn: str
    qr: str
    insurances: list[InsuranceRow]
    chronic: list[ChronicRow]
    filings: list[FilingRow]
    identities: list[IdentityRow]


class InstitutionRow(TypedDict):
    """An institution that may connect; ``admdvs`` is the region of the place of care."""

    fixmedins_code: str
    fixmedins_name: str
    fixmedins_type: str
    hosp_lv: str
    admdvs: str
    uscc: str


class ItemRow(TypedDict):
    """An item of the catalogue; ``pric`` is a usual price, ``pric_uplmt_amt`` 999999 where there is no limit."""

    med_list_codg: str
    name: str
    chrgitm_lv: str
    selfpay_prop: str
    pric_uplmt_amt: str
    med_chrgitm_type: str
    list_type: str
    pric: str
    spec: str


_DECODERS: Mapping[str, msgspec.json.Decoder[Any]] = {
    "persons": msgspec.json.Decoder(list[PersonRow]),
    "institutions": msgspec.json.Decoder(list[InstitutionRow]),
    "items": msgspec.json.Decoder(list[ItemRow]),
}


def seed(name: str, file: Path | None = None) -> list[Node]:
    """Rows of ``persons``, ``institutions`` or ``items``: the shipped ones, or a file's. Raises BadSeed."""
    try:
        data = file.read_bytes() if file else shipped(name)
        rows: list[Node] = _DECODERS[name].decode(data)
    except OSError as error:
        raise BadSeed(file=file, reason=error.strerror) from error
    except msgspec.DecodeError as error:
        raise BadSeed(file=file or f"{name}.json", reason=error) from error
    return rows


def shipped(name: str) -> bytes:
    """A JSON file beside this module."""
    return files(__package__).joinpath(f"{name}.json").read_bytes()
