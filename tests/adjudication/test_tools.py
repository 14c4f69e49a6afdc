"""The tools for authors, as functions and through ``yibao policy``."""

import json
import random
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from config.policies import pack_files, pack_ids
from terminal.adjudication import adjudicate, compile_plan, load_plan
from terminal.adjudication.reading import load_pack
from terminal.adjudication.tools.check import check_pack
from terminal.adjudication.tools.compare import diff_packs, show_pack
from terminal.adjudication.tools.fit import Convention, conventions, fit
from terminal.adjudication.tools.simulate import simulate
from terminal.adjudication.tools.slips import Slip, read_slips, read_table
from terminal.cli.policy import policy
from terminal.documents import Employment, encode
from terminal.faults import BadDocument
from terminal.money import Rounding
from tests.adjudication.bills import claim, insured_for, line

EXAMPLES = Path(__file__).parent / "data" / "policy-examples.json"
BEIJING = load_pack(pack_files("beijing-employee"))


def slips_of(plan, rng, count):
    """Settled slips of retired people's stays, whose bands end in odd parts of a fen."""
    made = []
    person = insured_for(plan, employment=Employment.RETIRED)
    for number in range(count):
        lines = [line(sn, rng.randrange(1, 900_00), rng.choice("AB"), "10%") for sn in range(1, rng.randint(2, 20))]
        lines.append(line(99, rng.randrange(25_000_00, 45_000_00)))
        bill = claim(*lines, area="110100", bill=f"B{number}", admissions_before=0)
        bill = replace(bill, insured=person)
        made.append(Slip(bill, adjudicate(plan, bill, person)))
    return made


@pytest.mark.parametrize("number", range(4))
def test_fit_finds_the_hidden_convention(number, seed):
    rng = random.Random(seed + number)
    hidden = rng.choice(conventions())
    points = {name: getattr(hidden, name) for name in hidden.__struct_fields__}
    header = replace(BEIJING.header, rounding=replace(BEIJING.header.rounding, **points))
    slips = slips_of(compile_plan(replace(BEIJING, header=header)), rng, 240)
    found = fit(BEIJING, slips)
    assert (found.slips, found.candidates) == (240, 36)
    assert hidden in found.survivors
    assert len(found.survivors) <= 4, "bands that end in whole yuan do not tell per band from per layer"


def test_fit_tells_the_nearest_convention_and_its_residuals_when_none_fits(seed):
    slips = slips_of(compile_plan(BEIJING), random.Random(seed), 10)
    odd = slips[3].settlement
    layer = replace(odd.layers[0], paid=type(odd.total)(odd.layers[0].paid + 7))
    slips[3] = replace(slips[3], settlement=replace(odd, layers=(layer,)))
    found = fit(BEIJING, slips)
    assert found.survivors == ()
    assert found.separating == "B3"
    assert found.residuals["B3"] == -7
    assert isinstance(found.nearest, Convention)
    assert found.nearest.payment is Rounding.HALF_UP


def test_show_works_derived_figures_out():
    shown = {(one.key, one.when): one.text for one in show_pack(BEIJING, date(2026, 1, 1))}
    assert shown["inpatient.bands", "employment retired, tier 3"] == "91% to 30000.00, 94% to 40000.00, 97%"
    assert shown["first_self_pay", ""] == "unstated"


def test_diff_of_two_days_is_what_the_law_changed():
    changed = diff_packs(BEIJING, BEIJING, date(2009, 6, 1), date(2026, 1, 1))
    assert [(one.key, one.before, one.after) for one in changed] == [("outpatient.deductible", "2000.00", "1800.00")]
    assert diff_packs(BEIJING, BEIJING, date(2026, 1, 1), date(2026, 1, 1)) == []


def test_diff_tells_rules_that_changed_as_well_as_figures():
    files = pack_files("beijing-employee")
    files["pack.toml"] = files["pack.toml"].replace(b'payment = "half_up"', b'payment = "down"')
    old = b'    { kind = "deductible", amount = "outpatient.deductible", accumulator = "op.deductible" },\n'
    new = b'    { kind = "per_visit_copay", amount = "outpatient.deductible" },\n'
    files["benefits.toml"] = files["benefits.toml"].replace(old, new)
    day = date(2026, 1, 1)
    changed = {one.key: (one.before, one.after) for one in diff_packs(BEIJING, load_pack(files), day, day)}
    assert list(changed) == ["benefit.outpatient.layer.large_amount.stages", "rounding"]
    before, after = changed["benefit.outpatient.layer.large_amount.stages"]
    assert before.startswith("deductible (amount outpatient.deductible, accumulator op.deductible) > ratio")
    assert after.startswith("per_visit_copay (amount outpatient.deductible) > ratio")


def test_show_says_what_is_done_and_why_a_figure_is_unstated(tmp_path):
    _, output, _ = run("show", "beijing-employee", home=tmp_path)
    assert "unstated: 资料" in output
    assert "benefit.outpatient.layer.large_amount.stages: deductible (amount outpatient.deductible" in output
    _, output, _ = run("show", "beijing-employee", "--day", "2008-01-01", home=tmp_path)
    assert "2009-01-01" in output.splitlines()[1]
    assert "the first is of" in output.splitlines()[1]


def test_simulate_says_who_pays_more_and_carries_what_each_year_used_up():
    files = pack_files("beijing-employee")
    files["values.toml"] = files["values.toml"].replace(b'is = "1800.00"', b'is = "1000.00"')
    plan = compile_plan(BEIJING)
    person = insured_for(plan)
    slips = [
        Slip(replace(claim("800.00", visit="outpatient", area="110100", bill=f"B{n}"), insured=person), person="p")
        for n in range(4)
    ]
    found = simulate(plan, load_plan(files), slips)
    whole = next(group for group in found.groups if group.name == "all")
    # 3,200 in the year: (3,200 - 1,800) x 50% = 700 against (3,200 - 1,000) x 50% = 1,100
    assert (whole.bills, whole.changed) == (4, 2)
    assert [str(one) for one in (whole.funds_before, whole.funds_after, whole.patients_less)] == [
        "700.00",
        "1100.00",
        "400.00",
    ]
    assert [(c.bill, str(c.before), str(c.after)) for c in found.largest] == [
        ("B1", "800.00", "500.00"), ("B2", "500.00", "400.00"),
    ]  # fmt: skip
    assert found.unanswered == {}
    assert {group.name for group in found.groups} >= {"tier 3", "person active", "visit outpatient", "age 50-59"}


@pytest.mark.parametrize("pack", pack_ids())
def test_growth_is_steady_on_every_fen(pack, size):
    pytest.importorskip("numpy")
    read = load_pack(pack_files(pack))
    every = size(0, 1) == 1 or read.id in ("beijing-employee", "jiujiang-resident")
    assert check_pack(read, date(2026, 11, 22), every_fen=every) == []


def run(*arguments, home, stdin=None):
    result = CliRunner().invoke(policy, [*arguments, "--home", str(home)], input=stdin, standalone_mode=False)
    return result.return_value, result.output, result.exception


def test_the_commands_print_one_json_document_and_an_exit_code(tmp_path):
    slips = b"\n".join(encode(slip) for slip in slips_of(compile_plan(BEIJING), random.Random(1), 5))
    (tmp_path / "slips.jsonl").write_bytes(slips)
    journal = str(tmp_path / "slips.jsonl")
    for arguments, code in (
        (("check", "beijing-employee"), 0),
        (("test", "beijing-employee"), 0),
        (("show", "beijing-employee", "--day", "2026-01-01"), 0),
        (("diff", "jiujiang-resident", "jiujiang-employee"), 1),
        (("fit", "beijing-employee", journal), 0),
        (("simulate", "beijing-employee", "beijing-employee", journal), 0),
    ):
        returned, output, error = run(*arguments, "--json", home=tmp_path)
        assert error is None, arguments
        assert returned == code
        json.loads(output)


def test_the_examples_command_prints_each_example_and_fails_on_a_difference(tmp_path):
    wrong = json.loads(EXAMPLES.read_text())
    wrong["examples"][0]["expected"]["fund_total"] = "250.01"
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    for file, code in ((EXAMPLES, 0), (tmp_path / "wrong.json", 1)):
        result = CliRunner().invoke(policy, ["examples", str(file), "--json"], standalone_mode=False)
        document = json.loads(result.output)
        assert result.return_value == code
        assert document["differing"] == code
        assert len(document["examples"]) == 44
        first = document["examples"][0]
        assert (first["id"], first["ok"]) == ("BJ-EMP-OP-2009", not code)
        assert first["computed"]["fund_large_amount"] == "250.00"
        assert first["differences"] == ({"fund_total": {"expected": "250.01", "computed": "250.00"}} if code else {})


def test_a_slip_without_a_person_names_its_line():
    torn = encode(Slip(claim("1.00")))
    with pytest.raises(BadDocument, match=r"slips:1.*claim\.insured"):
        list(read_slips(torn, file="slips"))


def test_an_unknown_pack_or_file_is_one_sentence(tmp_path):
    _, _, error = run("test", "nowhere", home=tmp_path)
    assert error.code == "no_pack"
    _, _, error = run("fit", "beijing-employee", str(tmp_path / "none"), home=tmp_path)
    assert "none" in error.message


HEADING = "person,bill,begin,visit,institution,place,tier,area,scheme,employment,born,identities,class,amount"
TABLE = f"""{HEADING},first_self_pay
p1,B1,2026-03-02T09:00:00+08:00,outpatient,H1,110100,3,110100,employee,active,1970-01-01,,A,2000.00,
p1,B1,2026-03-02T09:00:00+08:00,outpatient,H1,110100,3,110100,employee,active,1970-01-01,,B,100.00,10%
p1,B2,2026-03-03T09:00:00+08:00,outpatient,H1,110100,3,110100,employee,active,1970-01-01,a b,C,5.00,
"""


def test_a_table_of_lines_is_read_as_bills(tmp_path):
    first, second = read_table(TABLE.encode())
    assert [(len(slip.claim.lines), slip.person) for slip in (first, second)] == [(2, "p1"), (1, "p1")]
    assert str(adjudicate(compile_plan(BEIJING), first.claim, first.claim.insured).funds) == "145.00"
    assert second.claim.insured.identities == ("a", "b")
    (tmp_path / "journal.csv").write_text(TABLE)
    returned, output, error = run(
        "simulate", "beijing-employee", "beijing-employee", str(tmp_path / "journal.csv"), "--json", home=tmp_path
    )
    assert (returned, error) == (0, None)
    assert json.loads(output)["groups"][0]["funds_after"] == "145.00"


@pytest.mark.parametrize(("paid", "code", "told"), [("145.00", 0, "fit 36/36"), ("145.01", 1, "B1: -1 分")])
def test_fit_takes_the_centres_figures_from_a_table_and_carries_each_person(tmp_path, paid, code, told):
    (tmp_path / "bills.csv").write_text(TABLE + TABLE.splitlines()[1].replace("B1", "B9") + "\n")
    (tmp_path / "centre.csv").write_text(f"bill,first_self_pay,paid.large_amount\nB1,10.00,{paid}\nB9,,1000.00\n")
    returned, output, error = run(
        "fit", "beijing-employee", str(tmp_path / "bills.csv"), "--settled", str(tmp_path / "centre.csv"), home=tmp_path
    )
    assert error is None
    assert (returned, "slips 2" in output, told in output) == (code, True, True), output


def test_fit_without_a_result_of_the_centre_says_what_is_missing(tmp_path):
    (tmp_path / "bills.csv").write_text(TABLE)
    returned, output, _ = run("fit", "beijing-employee", str(tmp_path / "bills.csv"), home=tmp_path)
    assert (returned, "centre's result" in output) == (1, True)
    (tmp_path / "centre.csv").write_text("bill,cash\nB1,12.345\n")
    settled = str(tmp_path / "centre.csv")
    _, _, error = run("fit", "beijing-employee", str(tmp_path / "bills.csv"), "--settled", settled, home=tmp_path)
    assert "row 2, cash: '12.345'" in str(error)


def test_simulate_names_the_bills_without_an_answer_and_why_the_largest_changed(tmp_path):
    files = pack_files("beijing-employee")
    (tmp_path / "other").mkdir()
    for name, data in files.items():
        (tmp_path / "other" / name).write_bytes(data.replace(b'is = "1800.00"', b'is = "1500.00"'))
    (tmp_path / "bills.csv").write_text(TABLE.replace("A,2000.00", "A,2000.00").replace("B,100.00,10%", "B,100.00,"))
    journal = str(tmp_path / "bills.csv")
    arguments = ("simulate", "beijing-employee", str(tmp_path / "other"), journal)
    _, output, error = run(*arguments, home=tmp_path)
    assert error is None
    assert "without an answer: 1\n  B1: " in output
    (tmp_path / "bills.csv").write_text(TABLE)
    _, output, error = run(*arguments, home=tmp_path)
    assert output.startswith("all ")
    assert "B1: 个人 patient 1955.00 -> 1805.00 (起付线 deductible 1800.00 -> 1500.00; " in output


@pytest.mark.parametrize(
    ("pack", "area", "told"), [("Bad/Name", "990100", "PACK"), ("../up", "990100", "PACK"), ("x", "99", "--area")]
)
def test_a_new_pack_has_a_plain_name_and_a_real_area(tmp_path, pack, area, told):
    arguments = (
        "--area",
        area,
        "--scheme",
        "resident",
        "--title",
        "x",
        "--from",
        "2026-01-01",
        "--into",
        str(tmp_path),
    )
    _, _, error = run("new", pack, *arguments, home=tmp_path)
    assert told in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_new_pack_for_an_old_law_passes_its_check(tmp_path):
    arguments = ("--area", "990100", "--scheme", "resident", "--title", "x", "--from", "2009-02-28")
    assert run("new", "x", *arguments, "--into", str(tmp_path), home=tmp_path)[0] == 0
    assert run("check", str(tmp_path / "x"), home=tmp_path)[:2] == (0, f"{tmp_path / 'x'}: OK\n")


def test_a_title_may_hold_any_sign(tmp_path):
    title = '示例"市\\ # [x]'
    arguments = ("--area", "990100", "--scheme", "resident", "--title", title, "--from", "2028-02-29")
    assert run("new", "x", *arguments, "--into", str(tmp_path), home=tmp_path)[0] == 0
    assert load_pack({f.name: f.read_bytes() for f in (tmp_path / "x").iterdir()}).header.title_zh == title


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("outpatient,H1", "outpatent,H1", "row 2"),
        ("2000.00", "2.000,00", "row 2"),
        ("identities", "identitys", "identitys"),
    ],
)
def test_a_bad_table_names_its_row(old, new, told):
    with pytest.raises(BadDocument, match=told):
        list(read_table(TABLE.replace(old, new, 1).encode(), file="t.csv"))
