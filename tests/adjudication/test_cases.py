"""Proposed golden cases: bills for untested numbers, blank where a person works the amounts out from the printed page.

``data/county`` is the page of a county that does not exist, and the pack as an office would type it from the guide.
``by_hand`` is that office's calculator: the page in Python, which knows nothing of packs or of the engine.
"""

import re
import shutil
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from config.policies import files_in, pack_files, pack_ids
from terminal.adjudication import compile_plan
from terminal.adjudication.golden import answer
from terminal.adjudication.reading import load_pack
from terminal.adjudication.tools.check import untested
from terminal.adjudication.tools.propose import propose
from terminal.adjudication.tools.reach import Reach
from terminal.adjudication.tools.worksheet import worksheet
from terminal.cli.policy import policy
from tests.adjudication.packs import accumulator, small_files

COUNTY = Path(__file__).parent / "data" / "county"
ID = "fictional-employee"


def yibao(*words):
    ran = CliRunner().invoke(policy, [*words, "--home", "."], standalone_mode=False)
    return ran.return_value, ran.output, ran.exception


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The county's pack, typed from its page with the one bill that the page works out itself; then bills proposed."""
    folder = tmp_path_factory.mktemp("office")
    page = ("--area", "990200", "--scheme", "employee", "--title", "虚构县职工医保", "--from", "2026-01-01")
    assert yibao("new", ID, *page, "--into", str(folder))[0] == 0
    pack = folder / ID
    with (pack / "pack.toml").open("a") as header:
        header.write((COUNTY / "pack.toml").read_text())
    for name in ("benefits.toml", "values.toml", "cases.toml"):
        shutil.copy(COUNTY / name, pack)
    shutil.copytree(COUNTY / "tables", pack / "tables")
    checked, proposed = yibao("check", str(pack)), yibao("cases", str(pack))
    return pack, checked, proposed


@pytest.fixture
def typed(office, tmp_path, monkeypatch):
    """The pack as typed."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(office[0], ID)
    shutil.copy(COUNTY / "cases.toml", ID)
    return Path(ID)


@pytest.fixture
def proposed(office, typed):
    """The pack with the bills that were proposed for it."""
    shutil.copy(office[0] / "cases.toml", typed)
    return typed


def yuan(amount):
    """Half a fen up, as text."""
    fen = int(amount * 100 + Fraction(1, 2))
    return f"{fen // 100}.{fen % 100:02}"


def rounded(amount):
    return Fraction(yuan(amount))


def by_bands(amount, start, bands):
    """An amount by bands ``(up to, percent)``, from a position on."""
    paid, low = Fraction(0), 0
    for top, percent in bands:
        paid += max(0, min(start + amount, top) - max(start, low)) * Fraction(percent) / 100
        low = top
    return paid


def by_hand(case):
    """The figures of a bill, by the articles of ``policy.txt``."""
    retired = case["person"]["employment"] == "retired"
    row = {"3": 0, "2": 1}.get(case["place"]["tier"], 2)
    held = {name: Fraction(value) for name, value in case.get("openings", {}).items()}
    total = over = first = Fraction(0)
    for line in case["lines"]:  # 一
        amount = Fraction(line["amount"])
        over_bed = max(0, amount - 40) if line.get("category") == "bed" else 0
        total, over = total + amount, over + over_bed
        first += rounded((amount - over_bed) / 10) if line["class"] == "B" else 0
    scope = total - over - first
    if case["visit"] == "outpatient":  # 五
        deductible = min(scope, 400 if retired else 600)
        percent = (50, 60, 70)[row] + 10 * retired
        paid = {"clinic": min(rounded((scope - deductible) * percent / 100), 5000 if retired else 4000)}
    else:
        full = (900, 600, 300)[row] - 100 * retired  # 二
        deductible = min(scope, Fraction(full, 2) if held.get("admissions") else full)
        less = {"referred": 5, "unreferred": 15}.get(case.get("stay", {}).get("referral"), 0)  # 三
        active = ((80, 85), (85, 90), (90, 95))[row]
        low, high = (100 - (100 - rate) * Fraction(8, 10) - less if retired else rate - less for rate in active)
        pooled = by_bands(scope - deductible, 0, ((30_000, low), (10**9, high)))
        pooled = min(rounded(pooled), 120_000 - held.get("paid", 0))  # 四
        above = max(0, scope - pooled - (12_000 - held.get("serious.charged", 0)))  # 七
        bands = ((50_000, 60), (100_000, 65), (10**9, 70))
        serious = rounded(by_bands(above, held.get("serious.above", 0), bands))
        paid = {"pooled": pooled, "serious": min(serious, 300_000 - held.get("serious.paid", 0))}
    cash = total - sum(paid.values())  # 六: the bills have no account
    figures = {"over_limit": over, "first_self_pay": first, "deductible": deductible, "cash": cash}
    return {name: yuan(amount) for name, amount in (figures | {f"paid.{n}": a for n, a in paid.items()}).items()}


def fill_in(folder):
    """Puts the office's own figures and a name into every blank."""
    file = folder / "cases.toml"
    head, *texts = re.split(r"(?m)^(?=\[\[case\]\])", file.read_text())
    for number, text in enumerate(texts):
        (case,) = tomllib.loads(text)["case"]
        for name, amount in by_hand(case).items() if "confirmed_by" in case else ():
            text = re.sub(rf'("?){re.escape(name)}\1 = ""', f'"{name}" = "{amount}"', text)
        texts[number] = text.replace('confirmed_by = ""', 'confirmed_by = "示例 李四"')
    file.write_text(head + "".join(texts))


def test_an_office_gets_from_a_printed_page_to_a_passing_pack(office, proposed):
    _, (code, output, _), (proposing, told, _) = office
    assert code == 1
    assert "yibao policy cases" in output
    assert output.count("没有算例发现") > 35
    assert (proposing, told.count("inpatient") > 5) == (0, True)
    bills = load_pack(files_in(proposed)).cases
    assert 1 < len(bills) <= 14, "six rates of the outpatient table need a bill each, and few more are needed"
    code, output, _ = yibao("check", ID)
    assert code == 1, "nobody has worked them out"
    assert output.count("待填") == len(bills) - 1
    fill_in(proposed)
    code, output, _ = yibao("test", ID)
    assert code == 0, output
    assert yibao("check", ID)[:2] == (0, f"{ID}: OK\n")


def test_a_proposed_bill_is_blank_and_told_by_what_it_passes_through(proposed):
    text = (proposed / "cases.toml").read_text()
    bills = [case for case in tomllib.loads(text)["case"] if case.get("confirmed_by") == ""]
    assert {expected for case in bills for expected in case["expect"].values()} == {""}
    above = text[: text.index('id = "outpatient"')].rpartition("\n\n")[2].splitlines()
    assert [line.split("  ")[0] for line in above[:-1]] == [
        "# 统筹基金：起付线 600.00，本次计入 ____ 元",
        "# 统筹基金：按 50% 支付 ____ 元",
        "# 统筹基金：封顶线 4000.00 元，超出的 ____ 元不付",
    ]
    assert above[0].endswith("[tables/outpatient.deductible.csv:2 law#五]")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('confirmed_by = "示例 李四"', 'confirmed_by = " "', "待填：confirmed_by"),
        ('"deductible" = "600.00"', '"deductible" = ""', "待填：deductible"),
        ('"deductible" = "600.00"', '"deductible" = "600.01"', "outpatient, deductible: 600.00；应为 600.01"),
    ],
)
def test_a_bill_that_nobody_answers_for_or_that_disagrees_is_refused(proposed, old, new, told):
    fill_in(proposed)
    file = proposed / "cases.toml"
    file.write_text(file.read_text().replace(old, new))
    code, output, _ = yibao("check", ID)
    assert code == 1
    assert told in output


def test_a_disagreement_is_shown_with_every_step_and_a_blank_without_its_answer(proposed):
    code, output, _ = yibao("test", ID)
    assert code == 1
    assert "--  outpatient\n     待填 to fill in: deductible, paid.clinic, cash, confirmed_by\n" in output
    assert "found" not in output
    fill_in(proposed)
    file = proposed / "cases.toml"
    file.write_text(file.read_text().replace('"paid.clinic" = "50.00"', '"paid.clinic" = "60.00"'))
    code, output, _ = yibao("test", ID)
    assert "NO  outpatient\n     paid.clinic: 应为 expected 60.00, 得到 found 50.00\n" in output
    assert "起付线 600.00，本次计入 600.00 元" in output


def test_what_is_proposed_already_is_not_proposed_again(proposed):
    before = (proposed / "cases.toml").read_bytes()
    assert yibao("cases", ID)[:2] == (0, "每个数字都有算例。 Every number has a case.\n")
    assert (proposed / "cases.toml").read_bytes() == before


def test_cases_that_disagree_come_before_new_ones(typed):
    file = typed / "cases.toml"
    wrong = file.read_text().replace("8000.00", "8001.00")
    file.write_text(wrong)
    _, _, refused = yibao("cases", ID)
    assert "printed-example" in str(refused)
    assert file.read_text() == wrong


def left_over(files):
    """What is still untested with the proposed bills written down and answered, which here the engine may do."""
    bare = load_pack({**files, "cases.toml": b""})
    plan, found = compile_plan(bare), propose(bare)
    written = worksheet(Reach(plan), found.proposed).encode()
    pack = load_pack({**files, "cases.toml": written})
    assert all(figure == "" for case in pack.cases for name, figure in case.expect.items() if name != "stop")
    filled = []
    for case in pack.cases:
        right = answer(plan, case)
        filled.append(replace(case, expect={name: right.get(name, "0") for name in case.expect}, confirmed_by="x"))
    left = [*untested(replace(pack, cases=tuple(filled)))]
    assert left == [*found.left], "what no bill shows is told"
    return left


@pytest.mark.parametrize("pack", pack_ids())
def test_the_bills_test_every_number_that_a_bill_can_show(pack):
    left = left_over(pack_files(pack))
    assert bool(left) == (pack == "jiujiang-employee"), "its deductible is not stated, so no rate ever applies"


RATIO = '{ kind = "ratio", rate = "r" },'
DEDUCTIBLE = '{ kind = "deductible", amount = "d" },'
SHAPES = {
    "gate": ('{ kind = "gate", amount = "d" },' + RATIO, "", ""),
    "carve out": ('{ kind = "carve_out", rate = "x" },' + RATIO, "", ""),
    "share of the bill": (
        '{ kind = "deductible", rate = "x", of = "total", least = "d", most = "e" },' + RATIO, "", ""
    ),
    "limit of a year": (
        '{ kind = "deductible", amount = "d", limit = "e", limit_accumulator = "borne" },' + RATIO,
        accumulator("borne", "charged.l"), "",
    ),
    "copay of a visit": ('{ kind = "per_visit_copay", amount = "d" },' + RATIO, "", ""),
    "cap on what counts": (
        '{ kind = "cap", on = "eligible", amount = "e", accumulator = "counted" },' + DEDUCTIBLE + RATIO,
        accumulator("counted", "counted.l", "month"), "",
    ),
    "points off and a factor": (
        '{ kind = "adjust_points", minus = "x" }, { kind = "adjust_points", times = "x" },' + RATIO, "", ""
    ),
    "class ratio": ('{ kind = "class_ratio", rate = "r", category = ["herb"] },', "", ""),
    "sum for a day": ('{ kind = "fixed_amount", amount = "d", per = "day", most = "e" },', "", ""),
    "price of a case": ('{ kind = "package", standard = "s", rate = "q" },', "", ""),
    "floor": (
        DEDUCTIBLE + RATIO + '{ kind = "floor_payment", rate = "x", of = "total" },', "",
        'kind = "exclude"\nclass = ["C"]',
    ),
    "deductible of a class": ('{ kind = "deductible", amount = "d", of_class = ["B"] },' + RATIO, "", ""),
    "bands of the year": (
        '{ kind = "segment", bands = "b", origin = "zero", accumulator = "place" },',
        accumulator("place", "above.l"), "",
    ),
    "units a day": (RATIO, "", 'kind = "ceiling"\ncategory = ["oxygen"]\nper = "day"\nunits = "n"'),
    "limit of a visit": (RATIO, "", 'kind = "ceiling"\ncategory = ["drug", "exam"]\nper = "visit"\namount = "d"'),
    "a share for good": (RATIO, "", 'kind = "separate"\ncategory = ["implant"]\nrate = "x"'),
}  # fmt: skip
FIGURES = {
    "r": "60%",
    "x": "7%",
    "d": "300.00",
    "e": "1500.00",
    "b": "1000.00:50% *:60%",
    "n": "24",
    "s": "1500.05",
    "q": "55%",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bill_is_found_for_every_stage(shape):
    stages, counters, rule = SHAPES[shape]
    used = {key: text for key, text in FIGURES.items() if f'"{key}"' in stages + rule}
    lines = f"[[line]]\n{rule}\n" if rule else ""
    assert left_over(small_files(stages, used, lines=lines, accumulators=counters)) == []


def test_an_age_is_tried_on_either_side_of_its_boundary():
    bare = replace(load_pack(pack_files("beijing-employee")), cases=())
    days = {(one.case.day.isoformat(), one.case.person.get("born")) for one in propose(bare).proposed}
    assert ("2009-01-01", "1939-01-01") in days, "seventy on that very day"
    assert ("2010-01-01", "1940-01-02") in days, "and sixty-nine for one more day"
