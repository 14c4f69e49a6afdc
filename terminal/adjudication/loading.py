"""From the files of a pack to a plan."""

from collections.abc import Mapping

from terminal.adjudication.plan import Plan, compile_plan


def load_plan(files: Mapping[str, bytes]) -> Plan:
    """Reads, checks and compiles a pack from its files by name. Raises PackFault."""
    from terminal.adjudication.reading import load_pack  # TOML and the checks: a till whose pack is kept needs neither

    return compile_plan(load_pack(files))
