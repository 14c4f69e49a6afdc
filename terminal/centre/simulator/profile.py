"""How one province wraps the national messages; the body stays the same. Rows of ``profiles.json``."""

from enum import StrEnum
from importlib.resources import files

import msgspec


class Sealing(StrEnum):
    """How requests are proved to come from an institution."""

    X_TIF = "x-tif"
    X_CA = "x-ca"
    SM4 = "sm4"
    NONE = "none"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One province's habits as the centre shows them."""

    name: str
    sealing: Sealing = Sealing.X_TIF
    secret: str = "demo-secret-0001"  # noqa: S105
    sign_in: bool = True
    infcode_as_text: bool = False
    success_text: str | None = None
    fund_sum_includes_acct: bool = False
    input_as_text: bool = False
    clock_window: int = 600
    """How many seconds a signature's time may be away from the centre's clock."""


def profiles() -> dict[str, Profile]:
    """Every province the centre can play, by name."""
    data = files(__package__).joinpath("profiles.json").read_bytes()
    return {profile.name: profile for profile in msgspec.json.decode(data, type=list[Profile])}
