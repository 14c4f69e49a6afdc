"""What the policy packs call their accumulators; data, read without the engine."""

import tomllib

from config.policies import pack_files, pack_ids


def counted() -> frozenset[str]:
    """Accumulators that count (admissions, visits, days); all others are money."""
    packs = (tomllib.loads(pack_files(pack)["pack.toml"].decode()) for pack in pack_ids())
    return frozenset(row["id"] for pack in packs for row in pack.get("accumulator", ()) if row["unit"] == "count")
