"""The centre's own books: one SQLite file that survives a kill and a restart.

Money is an int of fen. A row's ``body`` keeps the message it came from, so that queries can answer it again.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from terminal.centre.simulator import wire
from terminal.centre.simulator.wire import Node
from terminal.faults import Exit, Fault

_SCHEMA = """
create table if not exists counter (name text primary key, value integer not null);
create table if not exists sign (
    sign_no text primary key, fixmedins_code text not null, opter_no text not null, signed_at text not null,
    signed_out_at text);
create table if not exists person (
    psn_no text primary key, certno text not null, card_no text, qr text, body text not null);
create table if not exists insurance (
    psn_no text not null, insutype text not null, insuplc_admdvs text not null, balc integer not null,
    body text not null, primary key (psn_no, insutype, insuplc_admdvs));
create table if not exists token (token text primary key, psn_no text not null, expires real not null);
create table if not exists accumulator (
    psn_no text not null, insutype text not null, name text not null, period text not null, value integer not null,
    primary key (psn_no, insutype, name, period));
create table if not exists visit (
    mdtrt_id text primary key, kind text not null, fixmedins_code text not null, psn_no text not null,
    insutype text not null, insuplc_admdvs text not null, ipt_otp_no text not null, msgid text not null,
    infno text not null, state text not null, begntime text not null, endtime text, body text not null);
create table if not exists fee (
    mdtrt_id text not null, feedetl_sn text not null, chrg_bchno text not null, body text not null,
    split text not null, setl_id text, primary key (mdtrt_id, feedetl_sn));
create table if not exists settlement (
    setl_id text primary key, fixmedins_code text not null, msgid text not null, infno text not null,
    psn_no text not null, insuplc_admdvs text not null, mdtrt_id text not null, cancels text,
    bill text not null, state text not null, setl_time text not null, insutype text not null, clr_type text not null,
    clr_optins text not null, medfee_sumamt integer not null, fund_pay_sumamt integer not null,
    acct_pay integer not null, psn_cash_pay integer not null, fees text not null, postings text not null,
    setlinfo text not null, setldetail text not null, unique (fixmedins_code, msgid));
create index if not exists settlement_by_time on settlement (fixmedins_code, setl_time);
create table if not exists trace (drug_trac_codg text not null, setl_id text not null, feedetl_sn text not null);
create index if not exists trace_by_code on trace (drug_trac_codg);
create table if not exists file (
    file_qury_no text primary key, filename text not null, owner text not null, data blob not null);
create table if not exists clearing (
    clr_appy_evt_id text primary key, fixmedins_code text not null, clr_type text not null, begndate text not null,
    enddate text not null, state text not null, body text not null);
create table if not exists stock (
    fixmedins_code text not null, infno text not null, fixmedins_bchno text not null, body text not null,
    primary key (fixmedins_code, infno, fixmedins_bchno));
create table if not exists mapping (
    fixmedins_code text not null, fixmedins_hilist_id text not null, body text not null,
    primary key (fixmedins_code, fixmedins_hilist_id));
create table if not exists late (
    id integer primary key, due real not null, path text not null, headers text not null, body blob not null);
"""


class BadLedger(Fault):
    """The books cannot be opened."""

    code = "bad_centre_ledger"
    exit = Exit.STORE
    zh = "模拟中心的账本 {file} 不能打开：{reason}。"
    en = "The simulated centre's ledger {file} cannot be opened: {reason}."
    next_zh = "请换一个可写的文件名，或删去这个文件后重试。"
    next_en = "Name a file that can be written, or remove this one, and start again."


def _check_ours(file: Path) -> None:
    """Raise BadLedger for a file that others made: SQLite takes an empty or one-byte file for a database of its own."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as found:
            tables = {name for (name,) in found.execute("select name from sqlite_master where type = 'table'")}
    except sqlite3.DatabaseError as error:
        raise BadLedger(file=file, reason=error) from error
    if "settlement" not in tables:
        raise BadLedger(file=file, reason="不是账本 not a ledger")


class Kind(StrEnum):
    """What a visit is; it decides which transactions may touch it."""

    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"
    PHARMACY = "pharmacy"


class VisitState(StrEnum):
    """Where a visit stands."""

    OPEN = "open"
    DISCHARGED = "discharged"
    CANCELLED = "cancelled"


class SettlementState(StrEnum):
    """Whether a settlement counts. A reversed one counts no more than one that never was."""

    STANDING = "standing"
    REFUNDED = "refunded"
    REVERSED = "reversed"


class Ledger:
    """The books. One writer at a time: every request runs inside ``transaction``. Raises BadLedger on opening."""

    def __init__(self, file: Path | str) -> None:
        self._lock = threading.RLock()
        _check_ours(Path(file))
        try:
            self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise BadLedger(file=file, reason=error) from error

    def close(self) -> None:
        """Close the file once nobody is writing."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: whatever is raised inside leaves the books as they were."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def rows(self, sql: str, *values: object) -> list[Node]:
        """What a query finds, each row as a plain node."""
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values)]

    def row(self, sql: str, *values: object) -> Node | None:
        """The first row a query finds."""
        return next(iter(self.rows(sql, *values)), None)

    def write(self, sql: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def insert(self, table: str, **columns: Any) -> None:
        """One new row. Raises sqlite3.IntegrityError when a key is taken."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        self.write(f"insert into {table} ({names}) values ({marks})", *columns.values())  # noqa: S608

    def next_number(self, name: str) -> int:
        """The next of a series that never repeats."""
        found = self.row(
            "insert into counter values (?, 1) on conflict do update set value = value + 1 returning value", name
        )
        assert found is not None  # noqa: S101
        return int(found["value"])

    def seed(self, persons: Iterable[Node]) -> None:
        """Enter persons who are not known yet; balances of known ones stay."""
        with self.transaction():
            for person in persons:
                if self.row("select 1 from person where psn_no = ?", person["psn_no"]):
                    continue
                self.insert(
                    "person",
                    psn_no=person["psn_no"],
                    certno=person["certno"],
                    card_no=person["card_no"],
                    qr=person["qr"],
                    body=wire.encode(person).decode(),
                )
                for row in person["insurances"]:
                    self.insert(
                        "insurance",
                        psn_no=person["psn_no"],
                        insutype=row["insutype"],
                        insuplc_admdvs=row["insuplc_admdvs"],
                        balc=wire.fen(row, "balc"),
                        body=wire.encode(row).decode(),
                    )

    def post(self, psn_no: str, insutype: str, postings: Sequence[Node], sign: int) -> None:
        """Move accumulators by a settlement's postings; ``sign`` -1 takes them back."""
        for posting in postings:
            self.write(
                "insert into accumulator values (?, ?, ?, ?, ?)"
                " on conflict do update set value = value + excluded.value",
                psn_no, insutype, posting["accumulator"], posting["period"], sign * posting["delta"],
            )  # fmt: skip

    def late_arrivals(self, now: datetime) -> list[Node]:
        """Requests kept back whose time has come."""
        return self.rows("select * from late where due <= ? order by due, id", now.timestamp())

    def summary(self) -> Node:
        """The books for a test to compare with: what stands, in yuan, and what everybody has left."""
        settlements = self.rows(
            "select bill, fixmedins_code, msgid, infno, setl_id, mdtrt_id, psn_no, cancels, state, setl_time, insutype,"
            " clr_type, clr_optins, medfee_sumamt, fund_pay_sumamt, acct_pay, psn_cash_pay"
            " from settlement order by rowid"
        )
        accounts = self.rows("select psn_no, insutype, insuplc_admdvs, balc from insurance order by psn_no, insutype")
        for row in [*settlements, *accounts]:
            for key in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay", "balc"):
                if key in row:
                    row[key] = f"{wire.yuan(row[key])}"
        return {
            "settlements": settlements,
            "accounts": accounts,
            "accumulators": self.rows("select * from accumulator order by psn_no, insutype, name, period"),
            "visits": self.rows("select mdtrt_id, kind, psn_no, ipt_otp_no, state from visit order by rowid"),
            "late": len(self.rows("select id from late")),
        }
