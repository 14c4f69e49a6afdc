"""A whole journal: the same table whether it is read from CSV or Parquet, and whichever way each person goes."""

import csv
import io
import json
import random
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import NotConserved, Purse, PurseKind, load_plan
from terminal.adjudication.tools.batch import batch
from terminal.adjudication.tools.slips import COLUMNS, Slip, read_table
from terminal.adjudication.tools.tables import BatchNotInstalled, rows_of, table_bytes
from terminal.cli.policy import policy
from terminal.faults import BadDocument
from terminal.money import Fen, parse_yuan
from tests.adjudication.asking import CURRENT, FULL, RATIO, D
from tests.adjudication.bills import DAY, claim, insured_for
from tests.adjudication.packs import accumulator, layer_toml, small

BEIJING = load_plan(pack_files("beijing-employee"))
pa = pytest.importorskip("pyarrow", reason="the extra batch is not installed")
pq = pytest.importorskip("pyarrow.parquet")


def lines_of(rng, bills):
    """Rows of a year's bills of some persons, one a line, as an office exports them."""
    rows, day = [], DAY
    for number in range(bills):
        day += timedelta(hours=rng.randrange(40))
        kind, born = rng.choice((("active", "1975-05-06"), ("retired", "1950-03-02")))
        head = {
            "person": f"p{rng.randrange(12)}", "bill": f"B{number}", "begin": day.isoformat(), "visit": "outpatient",
            "institution": "H1", "place": "110100", "tier": rng.choice("123"), "area": "110100", "scheme": "employee",
            "employment": kind, "born": born, "account_balance": "50.00", "account_use": rng.choice(("true", "false")),
        }  # fmt: skip
        for _ in range(rng.randint(1, 5)):
            item_class = rng.choice("AAABC")
            share = {"first_self_pay": "10%"} if item_class == "B" else {}
            rows.append(head | {"class": item_class, "amount": str(Fen(rng.randrange(900_00)))} | share)
    return rows


def as_csv(rows, encoding="utf-8"):
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [name for name in COLUMNS if any(name in row for row in rows)])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def as_parquet(rows):
    """The rows as a data warehouse would keep them: amounts as decimals, instants, days and truth values typed."""
    made = {
        "amount": lambda text: Decimal(text), "account_balance": lambda text: Decimal(text),
        "begin": datetime.fromisoformat, "born": lambda text: datetime.fromisoformat(text).date(),
        "account_use": lambda text: text == "true",
    }  # fmt: skip
    names = [name for name in COLUMNS if any(name in row for row in rows)]
    columns = {
        name: pa.array([made.get(name, str)(row[name]) if name in row else None for row in rows]) for name in names
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def run(*arguments, home):
    result = CliRunner().invoke(policy, [*map(str, arguments), "--home", str(home)], standalone_mode=False)
    return result.return_value, result.output, result.exception


def test_a_journal_says_the_same_from_parquet_as_from_csv_and_so_do_its_results(tmp_path, seed, size):
    rows = lines_of(random.Random(seed), size(200, 5000))
    (tmp_path / "journal.csv").write_bytes(as_csv(rows))
    (tmp_path / "journal.parquet").write_bytes(as_parquet(rows))
    assert list(read_table(as_csv(rows), file="j.csv")) == list(read_table(as_parquet(rows), file="j.parquet"))
    told = {}
    for kind in ("csv", "parquet"):
        out = tmp_path / f"out.{kind}"
        returned, output, error = run(
            "batch", "beijing-employee", tmp_path / f"journal.{kind}", out, "--json", home=tmp_path
        )
        assert error is None
        told[kind] = returned, json.loads(output), list(csv.DictReader((tmp_path / "out.csv").open()))
    assert told["csv"] == told["parquet"]
    result = pq.read_table(tmp_path / "out.parquet")
    assert result.schema.field("cash").type == pa.decimal128(18, 2)
    texts = [{n: "" if v is None else str(v) for n, v in row.items()} for row in result.to_pylist()]
    assert texts == told["csv"][2]
    assert sum(Decimal(row["paid.large_amount"]) for row in texts) == Decimal(told["csv"][1]["funds"])


def slips_of(rng, plan, count):
    made = []
    for number in range(count):
        bill = claim(
            str(Fen(rng.randrange(900_00))), visit="outpatient", area="110100", bill=f"B{number}",
            begin=DAY + timedelta(days=number), tier=rng.choice("123"),
        )  # fmt: skip
        insured = insured_for(plan, account_balance=Fen(rng.randrange(9000)))
        made.append(Slip(replace(bill, insured=insured), person=f"p{rng.randrange(9)}"))
    return made


def test_whoever_columns_cannot_carry_goes_one_bill_at_a_time_to_the_same_fen(seed, monkeypatch):
    slips = slips_of(random.Random(seed), BEIJING, 80)
    for number, person in ((5, "s"), (9, "t"), (10, "t"), (29, "u"), (30, "u")):
        slips[number] = replace(slips[number], person=person)
    slips[5] = replace(slips[5], claim=replace(slips[5].claim, insured=insured_for(BEIJING, suspended="三年")))
    slips[9] = replace(slips[9], purses=(Purse(Fen(500)), Purse(Fen(500), PurseKind.HISTORICAL)))
    early = replace(slips[30].claim.visit, begin=DAY - timedelta(days=9))
    slips[30] = replace(slips[30], claim=replace(slips[30].claim, visit=early))
    told, table = batch(BEIJING, slips)
    assert told.bills == told.answered == 80
    assert told.in_columns == 75
    assert told.one_by_one == {
        "benefits suspended": 1, "several purses, or relatives' accounts": 2, "earlier than the bill before it": 2,
    }  # fmt: skip
    monkeypatch.setitem(sys.modules, "numpy", None)
    for name in ("journal", "columns"):
        monkeypatch.delitem(sys.modules, f"terminal.adjudication.{name}", raising=False)
    alone, same = batch(BEIJING, slips)
    assert alone.in_columns == 0
    assert list(alone.one_by_one) == ["numpy is not installed"]
    assert same == table


def test_a_bill_without_an_answer_keeps_its_row_and_says_why(tmp_path):
    rows = lines_of(random.Random(1), 3)
    rows[0]["class"] = ""
    (tmp_path / "j.csv").write_bytes(as_csv(rows))
    returned, output, error = run("batch", "beijing-employee", tmp_path / "j.csv", tmp_path / "r.csv", home=tmp_path)
    assert (returned, error) == (1, None)
    first, *others = csv.DictReader((tmp_path / "r.csv").open())
    assert (first["bill"], first["total"], first["cash"]) == ("B0", "", "")
    assert "类别" in first["reason"]
    assert "class" in first["reason"]
    assert all(row["total"] for row in others)
    assert "bills 3" in output
    assert "answered 2" in output


def test_relatives_purses_are_used_one_bill_at_a_time():
    taizhou = load_plan(pack_files("taizhou-employee"))
    bill = replace(claim("9000.00", area="321200"), insured=insured_for(taizhou))
    purses = (Purse(parse_yuan("100.00")), Purse(parse_yuan("9000.00"), holder="甲", request=parse_yuan("2500.00")))
    told, table = batch(taizhou, [Slip(bill, purses=purses), Slip(replace(bill, bill="B2"))])
    assert told.one_by_one == {"several purses, or relatives' accounts": 1}
    assert [str(amount) for amount in table["family_account"]] == ["2500.00", "0.00"]


def test_what_a_family_uses_up_together_is_not_counted_by_columns():
    plan = small(D, FULL | {"d": "300.00"}, accumulators=accumulator("used", "charged.l", scope="family"))
    (told, _) = batch(plan, [Slip(replace(claim("100.00"), insured=insured_for(plan)))])
    assert list(told.one_by_one) == ["accumulator used: counted for a family, of which a journal says nothing"]


def test_a_bill_that_does_not_add_up_stops_the_batch():
    plan = small(values=FULL, layers=layer_toml("l", RATIO) + layer_toml("m", RATIO, fund="supplement"))
    with pytest.raises(NotConserved, match="B1"):
        batch(plan, [Slip(replace(claim("100.00"), insured=insured_for(plan)))])


def test_a_stay_of_several_bills_counts_as_one():
    plan = small(
        '{ kind = "deductible", amount = "d", accumulator = "used" },' + RATIO, FULL | {"d": "300.00"},
        accumulators=accumulator("used", "charged.l", "stay"), header=CURRENT,
    )  # fmt: skip
    slips = [
        Slip(replace(claim("200.00", bill=bill, admission_number="Z1"), insured=insured_for(plan)), person="p")
        for bill in ("B1", "B2")
    ]
    assert [str(one) for one in batch(plan, slips)[1]["deductible"]] == ["200.00", "100.00"]


def test_a_gb18030_table_is_read_as_office_programs_write_it():
    rows = [row | {"name": "阿莫西林"} for row in lines_of(random.Random(2), 4)]
    assert list(read_table(as_csv(rows, "gb18030"), file="j.csv")) == list(read_table(as_csv(rows), file="j.csv"))


@pytest.mark.parametrize(
    ("data", "file", "told"),
    [
        (lambda rows: as_parquet(rows)[:40], "j.parquet", "no Parquet file"),
        (lambda rows: as_csv(rows), "j.parquet", "no Parquet file"),
        (lambda rows: as_csv(rows).replace(b"2026-03", b"2026-O3", 1), "j.csv", "row 2, begin: .*O3.*instant"),
        (lambda rows: as_csv(rows).replace(b"retired", b"pensioned"), "j.csv", "employment: .*pensioned.*retired"),
        (lambda rows: as_csv(rows).replace(b",amount", b",amuont"), "j.csv", 'column "amuont"; expected "amount"'),
        (lambda rows: as_csv([*rows, rows[0]]), "j.csv", "bill B0 again"),
        (lambda rows: as_csv([rows[0] | {"amount": "12.345"}]), "j.csv", "row 2, (amount|price): .*12.345"),
        (lambda rows: as_csv([rows[0] | {"sn": "one"}]), "j.csv", "row 2, sn: .*one.*whole number"),
        (lambda rows: as_csv(rows[:1]).removesuffix(b"\n").rstrip() + b",9\n", "j.csv", "row 2: more cells"),
        (lambda rows: as_csv([rows[0] | {"place": ""}]), "j.csv", "row 2, place: nothing; expected a value"),
        (lambda rows: b"", "j.csv", "no columns"),
        (lambda rows: b"\xff\xff\xff", "j.csv", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_table_that_cannot_be_read_names_row_and_column(data, file, told):
    with pytest.raises(BadDocument, match=told):
        list(read_table(data(lines_of(random.Random(3), 5)), file=file))


@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_a_binary_float_for_an_amount_is_refused(kind):
    file = io.BytesIO()
    pq.write_table(pa.table({"bill": ["B1"], "amount": pa.array([0.1], getattr(pa, kind)())}), file)
    with pytest.raises(BadDocument, match=r"column amount: .*; expected text or a decimal"):
        list(rows_of(file.getvalue(), COLUMNS, file="j.parquet"))


def test_every_kind_of_parquet_cell_becomes_its_text():
    file = io.BytesIO()
    pq.write_table(
        pa.table({
            "sn": pa.array([7], pa.int32()),
            "identities": [["a", "b"]],
            "amount": pa.array([Decimal("1.2000")], pa.decimal128(18, 4)),
            "begin": pa.array([datetime(2026, 3, 2, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            "class": pa.array(["A"]).dictionary_encode(),
            "born": pa.array([None], pa.date32()),
        }),
        file,
    )  # fmt: skip
    assert list(rows_of(file.getvalue(), COLUMNS, file="j.parquet")) == [
        {
            "sn": "7",
            "identities": "a b",
            "amount": "1.2",
            "begin": "2026-03-02T01:00:00+00:00",
            "class": "A",
            "born": "",
        }
    ]


def test_without_the_extra_parquet_says_what_to_install_and_csv_goes_on(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BatchNotInstalled, match="pyarrow"):
        list(rows_of(b"", COLUMNS, file="j.parquet"))
    with pytest.raises(BatchNotInstalled, match="pyarrow"):
        table_bytes({"bill": ["B1"]}, file="r.parquet")
    assert table_bytes({"bill": ["B1"], "cash": [Fen(5)]}, file="r.csv") == b"bill,cash\nB1,0.05\n"


def test_every_fen_is_tried_only_where_the_extra_is_installed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    _, _, error = run("check", "taizhou-employee", home=tmp_path)
    assert error is None
    _, _, error = run("check", "jiujiang-resident", "--every-fen", home=tmp_path)
    assert isinstance(error, BatchNotInstalled)


def test_results_go_where_their_name_says_or_nowhere(tmp_path):
    (tmp_path / "j.csv").write_bytes(as_csv(lines_of(random.Random(4), 2)))
    for name in ("r.txt", "none/r.csv"):
        _, _, error = run("batch", "beijing-employee", tmp_path / "j.csv", tmp_path / name, home=tmp_path)
        assert name in error.message
