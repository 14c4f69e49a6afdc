"""Which policy pack splits a bill: the one of the insured area and scheme, compiled once per process."""

from pathlib import Path

import msgspec

from config.policies import pack_files, pack_ids
from terminal.adjudication import Plan, load_plan
from terminal.counter.faults import NoPackFor
from terminal.documents import Insured

ANYWHERE = "000000"


class _Whose(msgspec.Struct, frozen=True):
    """The part of a pack's header that says whose policy it is."""

    area: str
    scheme: str


class Policies:
    """The shipped packs and those of a site's own folder, which goes first."""

    def __init__(self, extra: Path | None = None) -> None:
        self._extra = extra
        self._ids: dict[tuple[str, str], str] | None = None
        self._plans: dict[str, Plan] = {}

    def plan(self, insured: Insured) -> Plan:
        """The plan that splits a bill of this person: the pack of the prefecture, else that of the province.

        A pack of no place (``000000``) is for reference and never chosen. Raises NoPackFor, PackFault.
        """
        for area in (insured.area, f"{insured.area[:4]}00", f"{insured.area[:2]}0000"):
            found = self._by_area().get((area, insured.scheme))
            if found is not None and area != ANYWHERE:
                return self.named(found)
        raise NoPackFor(area=insured.area, scheme=insured.scheme)

    def named(self, pack: str) -> Plan:
        """A plan by the id of its pack. Raises NoPack, PackFault."""
        if pack not in self._plans:
            self._plans[pack] = load_plan(pack_files(pack, self._extra))
        return self._plans[pack]

    def _by_area(self) -> dict[tuple[str, str], str]:
        if self._ids is None:
            self._ids = {}
            for pack in pack_ids(self._extra):
                try:
                    header = msgspec.toml.decode(pack_files(pack, self._extra)["pack.toml"], type=_Whose)
                except msgspec.DecodeError:
                    continue  # a torn pack of one area must not stop the others; the doctor names it
                self._ids[header.area, header.scheme] = pack
        return self._ids
