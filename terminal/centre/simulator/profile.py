"""How one province wraps the national messages; the transactions stay the same. Rows of ``profiles.json``."""

from enum import StrEnum
from importlib.resources import files

import msgspec

DEMO_PRIVATE_KEY = "11" * 32
"""The SM2 key, in hex, whose signatures the shipped profiles accept; worth nothing anywhere else."""

DEMO_PUBLIC_KEY = (
    "04"
    "852611f744af045689dcfbf4c0437730d2d2de332ab7f0fc02769c5fab8a8943"
    "7d9384f19ab882ed668a28936db92475aa79aef8690ee36f6fb77c69b9b571f8"
)


class HeaderForm(StrEnum):
    """What the headers prove."""

    NONE = "none"
    X_TIF = "x-tif"
    X_CA = "x-ca"
    APIKEY = "apikey"
    BEARER = "bearer"
    """A token that the gateway hands out for client id and secret (Basic) at ``/auth/oauth/token`` (Jilin)."""


class SignatureForm(StrEnum):
    """What ``cainfo`` signs, with SM2."""

    NONE = "none"
    ENVELOPE = "envelope"
    """All keys of the envelope but cainfo and input, sorted, ``k=v`` joined by ``&``; uppercase hex (Hubei)."""
    INPUT = "input"
    """The plain text of input; Base64 (Jilin)."""
    LISTED = "listed"
    """Seven fields of the envelope and the text of input, joined by a vertical bar; Base64 (Sichuan)."""


class BodyForm(StrEnum):
    """How ``input`` and ``output`` travel."""

    PLAIN = "plain"
    TEXT = "text"
    SM4 = "sm4"


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One province's habits as the centre shows them. Keys and secrets are for demonstration."""

    name: str
    header: HeaderForm = HeaderForm.X_TIF
    signature: SignatureForm = SignatureForm.NONE
    body: BodyForm = BodyForm.PLAIN
    secret: str = "demo-secret-0001"  # noqa: S105
    client_id: str = "0123456789ABCDEF"
    """Sixteen characters; the SM4 key."""
    public_key: str = DEMO_PUBLIC_KEY
    sign_in: bool = True
    infcode_as_text: bool = False
    success_text: str | None = None
    fund_sum_includes_acct: bool = False
    clock_window: int = 600
    """How many seconds a signature's time may be away from the centre's clock."""


def profiles() -> dict[str, Profile]:
    """Every province the centre can play, by name."""
    data = files(__package__).joinpath("profiles.json").read_bytes()
    return {profile.name: profile for profile in msgspec.json.decode(data, type=list[Profile])}
