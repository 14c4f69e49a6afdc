"""What the office allows in an outage, in a file of its own that it signs; the words are those of ``[offline]``."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from config.faults import BadSettings
from config.settings import Count, Hours, OfflineSettings


class OfflinePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every word is said: a limit that was forgotten must not be a limit that somebody else chose."""

    schema: Literal["offline-policy/1"]
    version: Annotated[int, msgspec.Meta(ge=1)]
    """Rises with each policy; a terminal never goes back."""
    until: date
    """The last day on which it holds, Beijing time."""
    allowed: bool
    on_outage: Literal["local_split", "full_payment"]
    per_bill_fen: Count
    total_fen: Count
    per_person_open: Count
    open_items: Count
    hours: Hours
    snapshot_hours: Hours


_LOWER = ("allowed", "per_bill_fen", "total_fen", "per_person_open", "open_items", "hours", "snapshot_hours")
"""Words of which the lower is the stricter."""


def parse(text: bytes, file: str) -> OfflinePolicy:
    """The policy of a TOML text. Raises BadSettings."""
    try:
        return msgspec.toml.decode(text, type=OfflinePolicy)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadSettings(file=file, key="-", found=error) from error


def under(policy: OfflinePolicy, own: OfflineSettings, stated: frozenset[str]) -> OfflineSettings:
    """What is in force: the policy's words, or the lower one where the settings state their own.

    ``on_outage`` is the policy's alone, because neither way is the stricter.
    """
    words = {name: getattr(policy, name) for name in _LOWER}
    lower = {name: min(words[name], getattr(own, name)) for name in _LOWER if name in stated}
    return msgspec.structs.replace(own, **words | lower, on_outage=policy.on_outage)
