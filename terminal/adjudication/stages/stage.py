"""What all stages of a layer share."""

import msgspec

from terminal.adjudication.values import Words


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What all stages share: ``when`` limits one to some cases."""

    when: dict[str, Words] = {}
