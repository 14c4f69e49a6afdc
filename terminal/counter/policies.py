"""Which policy pack splits a bill: the one of the insured area and scheme, compiled once per process."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from config.policies import pack_files, pack_ids
from terminal.adjudication import Plan, compile_plan, load_plan
from terminal.adjudication.kept import keep, kept_pack
from terminal.counter.faults import NoPackFor
from terminal.documents import Insured

ANYWHERE = "000000"


class _Whose(msgspec.Struct, frozen=True):
    """The part of a pack's header that says whose policy it is."""

    area: str
    scheme: str


class Policies:
    """The shipped packs and those of a site's own folder, which goes first.

    ``kept`` is a folder for packs that were read and checked; a process that finds one there need not do it again.
    """

    def __init__(self, extra: Path | None = None, *, kept: Path | None = None) -> None:
        self._extra = extra
        self._kept = kept
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
            self._plans[pack] = self._loaded(pack)
        return self._plans[pack]

    def _loaded(self, pack: str) -> Plan:
        files = pack_files(pack, self._extra)
        if self._kept is None:
            return load_plan(files)
        place = self._kept / f"{pack}.pack"
        with suppress(OSError):
            if (found := kept_pack(place.read_bytes(), files)) is not None:
                return compile_plan(found)
        plan = load_plan(files)
        with suppress(OSError, OverflowError):  # without it the next process reads the files, as this one did
            self._kept.mkdir(exist_ok=True)
            fresh = place.with_name(f"{pack}.{os.getpid()}.{threading.get_ident()}")
            try:
                fresh.write_bytes(keep(plan.pack))
                fresh.replace(place)
            finally:
                fresh.unlink(missing_ok=True)
        return plan

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
