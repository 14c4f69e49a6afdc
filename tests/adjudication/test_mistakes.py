"""Mistakes an author makes, seeded one at a time into a copy of a sound pack: each is found, at its place."""

import re
from datetime import date

import pytest

from config.policies import pack_files, pack_ids
from terminal.adjudication import PackFault
from terminal.adjudication.reading import load_pack
from terminal.adjudication.tools.check import check_pack
from tests.adjudication.asking import FULL, RATIO
from tests.adjudication.packs import layer_toml, small_files

TODAY = date(2026, 11, 22)
B, V, P, C = "benefits.toml", "values.toml", "pack.toml", "cases.toml"

# ruff: noqa: E501 - a table of mistakes is read one a line
# name, file, text to find, its replacement, key that is named, part of what was expected
MISTAKES = [
    ("unknown key", B, 'fund = "large_amount"', 'fond = "large_amount"', "fond", '"fund"'),
    ("misspelt stage", B, 'kind = "deductible"', 'kind = "deductable"', "kind", '"deductible"'),
    ("misspelt fund", B, 'fund = "pooled"', 'fund = "poled"', "fund", '"pooled"'),
    ("misspelt visit", B, '"pharmacy"', '"pharmacie"', "visits", '"pharmacy"'),
    ("missing key", B, "reduces = true\n", "", "layer", "required"),
    ("binary float", V, 'is = "50%"', "is = 0.5", "0.5", '"0.5"'),
    ("number for an amount", V, 'is = "1300.00"', "is = 1300", "outpatient.deductible", '"1300.00"'),
    ("amount that is none", V, 'is = "1300.00"', 'is = "1,300"', "outpatient.deductible", '"1300.00"'),
    ("rate that is none", V, 'is = "50%"', 'is = "half"', "outpatient.ratio", '"85%"'),
    ("rate over everything", V, 'is = "50%"', 'is = "150%"', "outpatient.ratio", "100%"),
    ("wrong unit", V, 'unit = "rate"\nfrom = 2009-01-01\nknown = 2009-01-01\nref = "qa#门诊报销比例"\nwhen = { employment = "active" }\nis = "50%"', 'unit = "yuan"\nfrom = 2009-01-01\nknown = 2009-01-01\nref = "qa#门诊报销比例"\nwhen = { employment = "active" }\nis = "50.00"', "unit", '"rate"'),
    ("two figures in one entry", V, 'is = "50%"', 'is = "50%"\nunstated = "x"', "outpatient.ratio", "one of is"),
    ("no unit", V, 'key = "outpatient.cap"\nunit = "yuan"\n', 'key = "outpatient.cap"\n', "value", "required"),
    ("date as text", V, "until = 2010-01-01", 'until = "2010-01-01"', "until", "date"),
    ("end before the beginning", V, "until = 2010-01-01", "until = 2008-01-01", "until", "after 2009-01-01"),
    ("gap in time", V, "from = 2010-01-01", "from = 2010-02-01", "outpatient.deductible", "a row"),
    ("overlap in time", V, "until = 2010-01-01\nknown = 2009-01-01", "until = 2011-01-01\nknown = 2010-01-01", "outpatient.deductible", "exclude each other"),
    ("gap in age", V, 'age = "70+"', 'age = "71+"', "outpatient.ratio", "a row"),
    ("overlap in age", V, 'age = "0-69"', 'age = "0-70"', "outpatient.ratio", "exclude each other"),
    ("ordinal nobody reaches", V, 'admissions = "1"', 'admissions = "0"', "inpatient.deductible", "a row"),
    ("unreachable row", P, 'employment = ["active", "retired"]', 'employment = ["active"]', "employment", '"active"'),
    ("unknown dimension", V, 'age = "70+"', 'aeg = "70+"', "aeg", '"age"'),
    ("unknown word", V, 'employment = "retired", age = "70+"', 'employment = "retird", age = "70+"', "employment", '"retired"'),
    ("range that is none", V, 'age = "70+"', 'age = "over 70"', "age", '"70+"'),
    ("bands out of order", V, 'up_to = "40000.00"', 'up_to = "20000.00"', "inpatient.bands", "growing"),
    ("last band closed", V, '{ rate = "95%" }', '{ up_to = "90000.00", rate = "95%" }', "inpatient.bands", "last band"),
    ("no source", V, 'ref = "qa#门诊封顶"', 'ref = ""', "ref", '"qa"'),
    ("unknown source", V, 'ref = "qa#门诊封顶"', 'ref = "qb#门诊封顶"', "ref", '"qa"'),
    ("older than its source", V, "from = 2009-01-01\nknown = 2009-01-01\nref = \"qa#门诊封顶\"", "from = 2001-01-01\nknown = 2009-01-01\nref = \"qa#门诊封顶\"", "from", "in force"),
    ("figure that is not there", B, 'rate = "outpatient.ratio"', 'rate = "outpatient.rate"', "rate", '"outpatient.ratio"'),
    ("figure nobody reads", B, '    { kind = "cap", on = "payment", amount = "outpatient.cap", accumulator = "op.paid" },\n', "", "outpatient.cap", "a stage"),
    ("accumulator that is not there", B, 'accumulator = "op.paid"', 'accumulator = "op.payd"', "accumulator", '"op.paid"'),
    ("unknown base", B, 'base = "in_scope"', 'base = "in_scop"', "base", '"in_scope"'),
    ("cap before the payment", B, '    { kind = "ratio", rate = "outpatient.ratio" },\n    { kind = "cap", on = "payment", amount = "outpatient.cap", accumulator = "op.paid" },\n', '    { kind = "cap", on = "payment", amount = "outpatient.cap", accumulator = "op.paid" },\n    { kind = "ratio", rate = "outpatient.ratio" },\n', "cap", "ratio or segment"),
    ("deductible after the payment", B, '    { kind = "deductible", amount = "outpatient.deductible", accumulator = "op.deductible" },\n    { kind = "ratio", rate = "outpatient.ratio" },\n', '    { kind = "ratio", rate = "outpatient.ratio" },\n    { kind = "deductible", amount = "outpatient.deductible", accumulator = "op.deductible" },\n', "deductible", "before ratio"),
    ("two benefits for one visit", B, 'visits = ["inpatient"]', 'visits = ["inpatient", "chronic"]', "special", "one benefit"),
    ("measure of no layer", P, 'measure = ["paid.pooled"]', 'measure = ["paid.poled"]', "measure", '"paid.pooled"'),
    ("id twice", P, 'id = "op.paid"', 'id = "op.deductible"', "accumulator", "its own"),
    ("account switch left out", P, ", own_pay = false }", " }", "pays", "required"),
    ("rounding point left out", P, 'carve_out = "half_up"\n', "", "rounding", "required"),
    ("not reviewed", P, "review_by = 2027-12-31", "review_by = 2026-11-21", "review_by", "review"),
    ("golden case a fen off", C, '"567.29"', '"567.28"', "paid.large_amount", "567.28"),
    ("number no case needs", C, '"paid.large_amount" = "10.00", cash = "990.00", "posts.op.paid" = "10.00"', 'total = "1000.00"', "outpatient.cap", "golden case"),
    ("area that is none", P, 'area = "110100"', 'area = "北京"', "area", "six digits"),
    ("month that is none", P, 'period = "calendar_year"', 'period = "scheme_year"\nyear_begins = 13', "year_begins", "1 to 12"),
    ("cycle without days", P, 'period = "lifetime"', 'period = "cycle"', "days", "days of a cycle"),
    ("golden case that misspells a fact", C, 'person = { employment = "retired"', 'person = { employmnet = "retired"', "case", "employmnet"),
    ("golden case that misspells an opening", C, '"op.deductible" =', '"op.deductable" =', "case", '"op.deductible"'),
    ("golden case that misspells a figure", C, 'cash = "667.28"', 'cach = "667.28"', "cach", '"cash"'),
    ("golden case that is refused", C, 'day = 2026', 'day = 1999', "", "no_policy_on_date"),
    ("broken table", P, "[rounding]", "[rounding", "syntax", "TOML"),
]  # fmt: skip


def found_in(files):
    """What ``policy check`` would list."""
    try:
        return check_pack(load_pack(files), TODAY)
    except PackFault as fault:
        assert fault.exit == 2
        return list(fault.mistakes)


@pytest.mark.parametrize(("file", "old", "new", "key", "hint"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_the_mistake_is_found_at_its_place_with_the_nearest_word(file, old, new, key, hint):
    files = pack_files("beijing-employee")
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new, 1).encode()
    mistakes = found_in(files)
    fitting = [m for m in mistakes if key in m.key and hint in f"{m.found} {m.expected}"]
    assert fitting, mistakes
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'|（[^）]*）|的 .* 没有数字", "", fitting[0].zh)
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", unquoted), "said in Chinese"
    line = files[fitting[0].file].decode().split("\n")[max(0, fitting[0].line - 1)]
    assert fitting[0].line >= 1, line


def test_there_are_at_least_thirty():
    assert len({name for name, *_ in MISTAKES}) >= 30


@pytest.mark.parametrize("pack", pack_ids())
def test_a_sound_pack_has_none(pack):
    assert found_in(pack_files(pack)) == []


@pytest.mark.parametrize("every_fen", [False, True])
def test_layers_that_together_pay_more_than_the_bill_grows_are_told(every_fen):
    twice = layer_toml("l", RATIO) + layer_toml("m", RATIO, fund="supplement")
    files = small_files(values=FULL, layers=twice)
    found = [m for m in check_pack(load_pack(files), TODAY, every_fen=every_fen) if m.key == "b"]
    assert [(m.file, m.line, "fall or jump" in m.found) for m in found] == [("benefits.toml", 2, True)]
    assert "下降或跳升" in found[0].zh


def test_a_row_that_no_visit_of_its_benefit_reaches_is_told():
    table = {'visit = "inpatient"': "80%", 'visit = "pharmacy"': "70%"}
    mistakes = found_in(small_files(RATIO, {"r": table}, visits=("inpatient",)))
    assert [(m.file, m.line, m.found) for m in mistakes] == [("values.toml", 9, "a row no case reaches")]


def test_all_mistakes_of_a_pack_are_told_at_once():
    files = pack_files("jiujiang-resident")
    files[V] = files[V].replace(b'is = "65%"', b'is = "65"').replace(b'is = "9.00"', b"is = 9.0")
    files[B] = files[B].replace(b'fund = "pooled"', b'fund = "pool"')
    with pytest.raises(PackFault) as refused:
        load_pack(files)
    assert len(refused.value.mistakes) >= 5
    assert "jiujiang-resident" in str(refused.value)


@pytest.mark.parametrize("name", [P, B, V])
def test_a_torn_or_missing_file_is_told(name):
    files = pack_files("jiujiang-resident")
    torn = {**files, name: files[name][: len(files[name]) // 2] + b"\xff"}
    for broken in (torn, {k: v for k, v in files.items() if k != name}):
        with pytest.raises(PackFault) as refused:
            load_pack(broken)
        assert refused.value.mistakes[0].file == name


def test_a_table_saved_in_another_encoding_is_told_with_its_line():
    files = pack_files("jiujiang-resident")
    table = "tables/inpatient.ratio.csv"
    other = files[table].replace(b"referred,,", "referred 转诊,,".encode("gbk"), 1)
    (mistake,) = found_in({**files, table: other})
    assert (mistake.file, mistake.line, mistake.expected.split()[0]) == (table, 5, "UTF-8")


def test_a_table_with_a_short_row_or_no_unit_is_told_with_its_line():
    files = pack_files("jiujiang-resident")
    table = "tables/inpatient.ratio.csv"
    short = {**files, table: files[table].replace(b"referred,,", b"referred,", 1)}
    (mistake,) = (m for m in found_in(short) if m.file == table)
    assert mistake.line == 5
    unitless = {**files, table: files[table].replace(b",rate\n", b",share\n", 1)}
    assert [m.line for m in found_in(unitless) if m.file == table] == [1]
