"""Why this fen, why not more, what if, what next: told in both languages, from the same code path."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import adjudicate, load_plan
from terminal.adjudication.questions import process, what_if, what_next, why_not_more
from terminal.cli.adjudicate import adjudicate as adjudicate_command
from terminal.documents import Opening, Source, Tier
from terminal.money import parse_yuan
from tests.adjudication.bills import claim, insured_for, line
from tests.adjudication.packs import small

BEIJING = load_plan(pack_files("beijing-employee"))
JIUJIANG = load_plan(pack_files("jiujiang-resident"))


def opening(name, amount):
    return Opening(name, "2026", parse_yuan(amount), date(2026, 3, 1), Source.CENTRE)


OUTPATIENT = claim(
    line(1, "2000.00"), line(2, "100.00", "B", "10%"), line(3, "30.00", "C"), visit="outpatient", area="110100"
)


@pytest.mark.parametrize(("level", "stages"), [
    (0, set()),
    (1, {"own_pay", "first_self_pay", "in_scope", "layer_paid", "cash"}),
    (2, {"own_pay", "first_self_pay", "in_scope", "layer_paid", "cash"}),
    (3, {"own_pay", "first_self_pay", "in_scope", "deductible", "ratio", "cap_payment", "layer_paid", "cash"}),
])  # fmt: skip
def test_levels_tell_more_and_more(level, stages):
    steps = adjudicate(BEIJING, OUTPATIENT, insured_for(BEIJING), explain=level).steps
    assert {step.stage for step in steps} == stages
    assert any(step.scope.startswith("line:") for step in steps) == (level >= 2)
    assert all(step.zh and step.en for step in steps)


def test_a_step_names_its_parameter_its_source_and_the_exact_amount_before_rounding():
    bill = claim("1000.05", visit="outpatient", area="110100")
    held = [opening("op.deductible", "1800.00")]
    (ratio,) = [s for s in adjudicate(BEIJING, bill, insured_for(BEIJING), held, explain=3).steps if s.stage == "ratio"]
    assert (ratio.exact, ratio.rounding, str(ratio.amount)) == ("100005/2", "half_up", "500.03")
    assert (ratio.parameter, ratio.source) == ("outpatient.ratio", "qa#门诊报销比例")
    assert "50%" in ratio.zh
    assert "500.03" in ratio.en


def test_a_step_tells_the_figure_that_applied_after_waivers_and_points():
    stages = """
        { kind = "waiver", of = "deductible", times = "half" },
        { kind = "deductible", amount = "d" },
        { kind = "adjust_points", plus = "five" },
        { kind = "segment", bands = "b", origin = "after_deductible" },
        { kind = "waiver", of = "cap", times = "half" },
        { kind = "cap", on = "payment", amount = "c" },
    """
    plan = small(stages, {"half": "50%", "d": "400.00", "five": "5%", "b": "1000.00:75% *:98%", "c": "1000.00"})
    told = {s.stage: s.zh for s in adjudicate(plan, claim("900.00"), insured_for(plan), explain=3).steps}
    assert told["deductible"] == "起付线 200.00，本次计入 200.00 元"
    assert told["segment"] == "按分段（80% to 1000.00, 100%）支付 560.00 元"
    assert told["cap_payment"] == "封顶线 500.00 元，超出的 60.00 元不付"


def test_why_not_more_adds_up_to_what_the_patient_bears():
    reasons = why_not_more(BEIJING, OUTPATIENT, insured_for(BEIJING))
    result = adjudicate(BEIJING, OUTPATIENT, insured_for(BEIJING))
    assert [(reason.code, str(reason.amount)) for reason in reasons] == [
        ("deductible", "1800.00"), ("share", "145.00"), ("own_pay", "30.00"), ("first_self_pay", "10.00"),
    ]  # fmt: skip
    assert sum(reason.amount for reason in reasons) == result.total - result.funds


def test_why_not_more_names_the_cap():
    held = [opening("op.deductible", "1800.00"), opening("op.paid", "19900.00")]
    reasons = why_not_more(BEIJING, claim("1000.00", visit="outpatient", area="110100"), insured_for(BEIJING), held)
    assert [(reason.code, str(reason.amount)) for reason in reasons] == [("share", "500.00"), ("cap_payment", "400.00")]
    assert reasons[1].zh == "超过封顶线"


def test_what_if_the_patient_had_gone_to_a_smaller_hospital():
    bill = claim("5000.00")
    smaller = replace(bill, institution=replace(bill.institution, tier=Tier.ONE))
    answer = what_if(JIUJIANG, bill, insured_for(JIUJIANG), other_claim=smaller)
    # (5,000 - 600) x 60% = 2,640 against (5,000 - 100) x 90% = 4,410
    assert str(answer.patient_pays_more) == "-1770.00"
    assert answer.zh == "个人负担将减少 1770.00 元。"
    assert answer.en == "The patient would bear 1770.00 less."
    assert what_if(JIUJIANG, bill, insured_for(JIUJIANG)).en == "No change."


@pytest.mark.parametrize(("used", "amount", "left", "zh"), [
    ("1000.00", "487.60", "312.40", "距门急诊大额互助起付线还差 312.40 元。"),
    ("1800.00", "487.60", "0.00", "门急诊大额互助起付线已满。"),
])  # fmt: skip
def test_what_next_until_the_deductible_is_met(used, amount, left, zh):
    bill = claim(amount, visit="outpatient", area="110100")
    told = what_next(BEIJING, bill, insured_for(BEIJING), [opening("op.deductible", used), opening("op.paid", "0.00")])
    assert (told[0].code, str(told[0].left)) == ("deductible", left)
    assert told[0].zh == zh
    assert told[1].code == "cap_payment"


def test_the_process_fits_the_national_field_whatever_the_bill():
    bill = claim(*[line(sn, f"{sn}.01", "B", "10%") for sn in range(1, 400)], area="110100")
    assert len(process(BEIJING, bill, insured_for(BEIJING))) <= 4000
    short = process(BEIJING, OUTPATIENT, insured_for(BEIJING))
    assert "item 2：先行自付 10.00 元" in short
    assert "起付线 1800.00" in short
    assert "deductible 1800.00" in process(BEIJING, OUTPATIENT, insured_for(BEIJING), chinese=False)
    assert len(process(BEIJING, OUTPATIENT, insured_for(BEIJING), limit=40)) == 40


README_BILL = str(Path(__file__).parents[1] / "readme_bill.json")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("--ask why-not-more", "468.00 按比例由个人负担"),
        ("--ask why-not-more --lang en", "104.00 borne first by the patient"),
        ("--ask what-next", "门急诊大额互助起付线已满。"),
        ("--ask what-next --lang en", "can still pay 19532.00"),
        ("--ask process", "胸部CT平扫：先行自付 104.00 元；"),
        ("--ask process --lang en", "deductible 1800.00, 100.00 charged"),
        ("--if insured.employment=retired", "个人负担将减少 257.20 元。"),
        ("--if institution.tier=1 --lang en", "No change."),
        ("--if lines.0.amount=0.00 --if account_use=false --lang en", "less"),
    ],
)
def test_each_question_has_its_door(tmp_path, question, told):
    result = CliRunner().invoke(adjudicate_command, [README_BILL, *question.split(), "--home", str(tmp_path)])
    assert told in result.output


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("--if insured.employment=retird", "insured.employment"),
        ("--if lines.9.amount=1.00", "no such place"),
        ("--if institution.tier", "no value"),
        ("--ask process --if institution.tier=1", "One question"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_sentence(tmp_path, question, told):
    words = [README_BILL, *question.split(), "--home", str(tmp_path)]
    result = CliRunner().invoke(adjudicate_command, words, standalone_mode=False)
    assert told in str(result.exception)


def test_answers_are_documents_as_well(tmp_path):
    words = [README_BILL, "--if", "insured.employment=retired", "--json", "--home", str(tmp_path)]
    document = json.loads(CliRunner().invoke(adjudicate_command, words).output)
    assert (document["patient_pays_more"], document["would_be"]["cash"]) == ("-257.20", "56.00")
    words = [README_BILL, "--ask", "why-not-more", "--json", "--home", str(tmp_path)]
    reasons = json.loads(CliRunner().invoke(adjudicate_command, words).output)
    assert [reason["code"] for reason in reasons] == ["share", "first_self_pay", "deductible", "own_pay"]
