"""The office as commands: documents and exit codes, passwords from standard input only."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terminal.clock import now
from terminal.money import parse_yuan
from tests.world import AMOXICILLIN, World, bill


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def yibao(world: World, *words: str, typed: str = "") -> tuple[int, Any]:
    """Exit code and the one JSON document of a command; ``typed`` are lines on standard input."""
    process = world.command(*words, "--json")
    out, err = process.communicate(typed.encode(), timeout=120)
    assert b"Traceback" not in err
    return process.returncode, json.loads(out) if out.strip() else None


def staff(world: World) -> None:
    """A manager, a cashier, a reviewer and an auditor with passwords of their own."""
    assert yibao(world, "operator", "add", "0009", "主管甲", "--role", "manager", typed="secret-0009\n")[0] == 0
    for number, name, role in (
        ("0001", "收费员甲", "cashier"),
        ("0002", "复核员甲", "reviewer"),
        ("0003", "稽核员甲", "auditor"),
    ):
        words = ("operator", "add", number, name, "--role", role, "--by", "0009")
        assert yibao(world, *words, typed=f"secret-0009\nfirst-{number}\n")[0] == 0
        assert yibao(world, "operator", "password", number, typed=f"first-{number}\nsecret-{number}\n")[0] == 0


def test_people_are_added_log_in_and_leave(world: World) -> None:
    staff(world)
    code, row = yibao(world, "operator", "login", "0001", typed="secret-0001\n")
    assert (code, row["roles"], row["assurance"]) == (0, ["cashier"], "pin")
    assert yibao(world, "operator", "login", "0001", typed="guess\n")[0] == 1
    assert yibao(world, "operator", "roles", "0001", "--role", "field", "--by", "0009", typed="secret-0009\n")[0] == 0
    assert yibao(world, "operator", "disable", "0003", "--by", "0009", typed="secret-0009\n")[0] == 0
    code, fault = yibao(world, "operator", "disable", "0002", "--by", "0001", typed="secret-0001\n")
    assert (code, fault["fault"]["code"]) == (1, "not_allowed")
    code, rows = yibao(world, "operator", "list")
    assert [(row["operator"], row["active"]) for row in rows] == [
        ("0009", True), ("0001", True), ("0002", True), ("0003", False)
    ]  # fmt: skip


def test_a_refund_goes_through_three_hands(world: World) -> None:
    staff(world)
    result, later = world.run("settle", "-", "--json", feed=[bill("B-1", "zhang"), bill("B-2", "zhang")])[1]
    asked = ["refund", "request", "B-1", "--reason", "开错", "--by", "0001"]
    assert yibao(world, *asked, typed="secret-0001\n")[1]["fault"]["code"] == "papers_missing"
    for paper in ("original_receipt", "refund_notice", "doctor_reason", "not_done"):
        asked += ["--paper", paper]
    code, refund = yibao(world, *asked, typed="secret-0001\n")
    assert (code, refund["state"], refund["requested"]["back"]["total"]) == (0, "requested", "-" + result["total"])
    for step, who in (("review", "0002"), ("audit", "0003")):
        code, told = yibao(world, "refund", step, "B-1-R1", "--by", who, typed=f"secret-{who}\n")
        assert (code, [each["bill"] for each in told["affected"]]) == (0, ["B-2"]), "whom it touches is told before"
    out, _ = world.command("refund", "show", "B-1-R1").communicate()
    assert "其后的账单会有不同结果" in out.decode() and f"B-2  基金支付 {later['layers'][0]['paid']}" in out.decode()
    code, done = yibao(world, "refund", "do", "B-1-R1", "--by", "0001", typed="secret-0001\n")
    assert (code, done["state"], len(done["approvals"])) == (0, "done", 3)
    assert yibao(world, "refund", "list")[1][0]["state"] == yibao(world, "refund", "show", "B-1-R1")[1]["state"]
    code, shown = yibao(world, "bill", "show", "B-1")
    assert (code, shown["state"]) == (1, "reversed")
    states = {row["bill"]: row["state"] for row in yibao(world, "bill", "list")[1]}
    assert states == {"B-1": "reversed", "B-2": "settled"}
    assert [*world.standing()] == ["B-2"], "a bill that is touched stays as it is"


def test_a_refund_whose_rest_will_not_settle_is_ended_by_two_persons_with_commands(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"allowed": False})
    try:
        staff(world)
        (bill_,) = world.run("settle", "-", "--json", feed=[bill("B-1", "zhang")])[1]
        asked = ["refund", "request", "B-1", "--reason", "开错", "--keep", "1", "--by", "0001"]
        for paper in ("original_receipt", "refund_notice", "doctor_reason", "not_done"):
            asked += ["--paper", paper]
        assert yibao(world, *asked, typed="secret-0001\n")[0] == 0
        for step, who in (("review", "0002"), ("audit", "0003")):
            assert yibao(world, "refund", step, "B-1-R1", "--by", who, typed=f"secret-{who}\n")[0] == 0
        world.trouble({"fault": "down", "infno": "2206", "seconds": 30})
        do = ("refund", "do", "B-1-R1", "--by", "0001")
        assert yibao(world, *do, typed="secret-0001\n")[1]["fault"]["code"] == "offline_not_allowed"
        out, _ = world.command("owed", "list").communicate()
        assert "请先办完退费单 B-1-R1" in out.decode() and world.standing() == {}
        end = ("refund", "by-hand", "B-1-R1", "--reason", "病人同意自付", "--by", "0001")
        assert yibao(world, *end, typed="secret-0001\n")[0] == 2
        code, done = yibao(world, *end, "--by", "0002", typed="secret-0001\nsecret-0002\n")
        assert (code, done["state"]) == (0, "done")
        (debt,) = yibao(world, "owed", "list")[1]
        assert (debt["amount"], debt["cause"]) == ("2080.00", "not_settled")
        assert yibao(world, "owed", "collect", "B-1", "--by", "0001", typed="secret-0001\n")[0] == 0
        assert yibao(world, "owed", "list")[1] == [] and parse_yuan(bill_["cash"]) > 0
    finally:
        world.close()


def test_an_outage_paid_in_full_is_settled_owed_and_paid_back_by_commands(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"on_outage": "full_payment"})
    try:
        staff(world)
        world.run("settle", "-", "--json", feed=[bill("B-0", "zhang", (AMOXICILLIN, 1))])
        assert yibao(world, "shift", "open", "--float", "100.00", "--by", "0001", typed="secret-0001\n")[0] == 0
        world.centre.line_down()
        claim = tmp_path / "claim.json"
        claim.write_text(json.dumps(bill("B-1", "zhang")), encoding="utf-8")
        code, fault = yibao(world, "settle", str(claim), "--tender", "bank_card=700.00")
        assert (code, fault["fault"]["code"]) == (2, "tender_does_not_fit")
        words = ("settle", str(claim), "--tender", "bank_card=700.00", "--tender", "cash=1500.00")
        code, told = yibao(world, *words)
        assert (code, told["state"], told["fully_paid"], told["cash"]) == (0, "provisional", True, "2136.00")
        out, _ = world.command("bill", "show", "B-1", "--lang", "zh").communicate()
        assert "已全额收费" in out.decode()
        assert yibao(world, "owed", "list") == (0, [])
        world.centre.line_up()
        assert yibao(world, "queue", "forward", "--wait", "20")[1]["left"] == 0
        assert yibao(world, "owed", "contact", "B-1", "13800000000")[0] == 0
        final = yibao(world, "bill", "show", "B-1")[1]
        (debt,) = yibao(world, "owed", "list")[1]
        assert (debt["name"], debt["phone"], debt["cause"]) == ("张三", "13800000000", "paid_in_full")
        back = parse_yuan(final["total"]) - parse_yuan(final["cash"])
        assert parse_yuan(debt["amount"]) == -back
        pay = ("owed", "pay", "B-1", "--by", "0001")
        code, fault = yibao(world, *pay, "--tender", "cash", typed="secret-0001\n")
        assert (code, fault["fault"]["code"]) == (1, "cash_for_card_money")
        code, done = yibao(world, *pay, typed="secret-0001\n")
        moved = {each["kind"]: parse_yuan(each["amount"]) for each in done["tenders"]}
        assert (code, moved) == (0, {"bank_card": -70_000, "cash": -(back - 70_000)})
        assert yibao(world, "owed", "list") == (0, [])
        report = yibao(world, "shift", "report")[1]
        known = yibao(world, "bill", "show", "B-0")[1]
        assert parse_yuan(report["expected"]) == 10_000 + parse_yuan(final["cash"]) + parse_yuan(known["cash"])
    finally:
        world.close()


def test_two_persons_decide_about_a_difference_and_the_rest_is_collected(world: World) -> None:
    staff(world)
    wrong = ("XC01-TEST-0002", "维生素营养片", "56.00", "A", None)
    world.run("settle", "-", "--json", feed=[bill("B-0", "li")])
    world.centre.line_down()
    (told,) = world.run("settle", "-", "--json", feed=[bill("B-1", "li", (wrong, 1))])[1]
    world.centre.line_up()
    assert yibao(world, "queue", "forward", "--wait", "2")[0] == 4
    assert yibao(world, "owed", "list") == (0, [])
    decide = ("queue", "resolve", "B-1", "--decision", "close", "--reason", "目录错误", "--by", "0001", "--by")
    assert yibao(world, *decide, "0001", typed="secret-0001\nsecret-0001\n")[1]["fault"]["code"] == "same_person"
    assert yibao(world, *decide, "0002", typed="secret-0001\nsecret-0002\n")[0] == 0
    assert yibao(world, "owed", "contact", "B-1", "13800000000")[0] == 0
    (debt,) = yibao(world, "owed", "list")[1]
    assert (debt["bill"], debt["phone"]) == ("B-1", "13800000000")
    assert parse_yuan(debt["amount"]) == parse_yuan(told["total"]) - parse_yuan(told["cash"])
    assert yibao(world, "owed", "pay", "B-1", "--by", "0001", typed="secret-0001\n")[0] == 1
    assert yibao(world, "owed", "collect", "B-1", "--by", "0001", typed="secret-0001\n")[0] == 0
    assert yibao(world, "owed", "list") == (0, [])


def test_a_cashier_s_day_without_people_set_up(world: World, tmp_path: Path) -> None:
    assert yibao(world, "shift", "open", "--float", "200.00")[1]["number"] == 1
    (result,) = world.run("settle", "-", "--json", feed=[bill("B-1", "zhang")])[1]
    assert yibao(world, "receipt", "roll", "京A", "1", "100")[0] == 0
    assert yibao(world, "receipt", "use", "B-1")[1]["number"] == "京A00000001"
    assert yibao(world, "receipt", "reprint", "B-1")[1]["copy"] == 2
    for text in ("B-1", "京A00000001", "X00000019", "张三", result["settlement_number"]):
        assert [row["receipt"] for row in yibao(world, "bill", "find", text)[1]] == ["京A00000001"]
    assert yibao(world, "bill", "find", "李四") == (1, [])
    assert yibao(world, "receipt", "void", "京A00000002", "--reason", "卡纸")[0] == 0
    assert yibao(world, "receipt", "stock")[1][0]["next"] == "京A00000003"
    assert yibao(world, "shift", "move", "--out", "100.00", "--reason", "交银行")[1]["amount"] == "-100.00"
    book = tmp_path / "shift.xlsx"
    code, report = yibao(world, "shift", "report", "--xlsx", str(book))
    expected = parse_yuan("100.00") + parse_yuan(result["cash"])
    assert (code, parse_yuan(report["expected"]), book.read_bytes()[:2]) == (0, expected, b"PK")
    coins = [f"0.01={expected % 10}", f"0.10={expected // 10 % 10}", f"1={expected // 100}"]
    code, closed = yibao(world, "shift", "close", *(word for coin in coins for word in ("--count", coin)))
    assert (code, closed["counted"]) == (0, report["expected"])
    assert yibao(world, "shift", "close", "--count", "1=1")[1]["fault"]["code"] == "no_shift"


def test_a_day_is_reconciled(world: World) -> None:
    world.run("settle", "-", "--json", feed=[bill("B-1", "zhang"), bill("B-2", "li")])
    code, found = yibao(world, "reconcile", f"{now():%Y-%m-%d}")
    assert (code, found["day"]["bills"], found["day"]["differences"]) == (0, 2, [])
    assert all(line["terminal"] == line["centre"] for line in found["columns"])
    (world.home / "bank.csv").write_bytes(
        '交易日期,参考号,交易类型,金额\n20261122,R1,消费,"1,000.00"\n'.encode("gb18030")
    )
    code, found = yibao(world, "reconcile", f"{now():%Y-%m-%d}", "--bank", str(world.home / "bank.csv"))
    assert (code, [each["amount"] for each in found["bank"]["only_bank"]]) == (1, ["1000.00"])
    assert {row["state"] for row in yibao(world, "bill", "list")[1]} == {"reconciled"}
    assert yibao(world, "reconcile", "yesterday")[0] == 2


def test_reason_cards_are_shown_and_counted(world: World) -> None:
    assert set(yibao(world, "reason", "show")[1]) == {"arrears", "under_review", "network", "observation", "own"}
    assert yibao(world, "reason", "show", "weather")[0] == 2
    assert yibao(world, "reason", "record", "arrears", "--group", "active")[0] == 0
    today = f"{now():%Y-%m-%d}"
    code, (row,) = yibao(world, "reason", "rate", "--from", today, "--to", today)
    assert (code, row["rate"], row["causes"]) == (0, "0%", {"arrears": 1})


def test_a_bill_is_checked_and_the_answer_kept(world: World) -> None:
    capsules = ("XA01-TEST-0001", "阿莫西林胶囊", "12.50", "A", None)
    documents = [bill(number, "zhang", (capsules, 1)) for number in ("B-1", "B-2")]
    for number, document in enumerate(documents):
        document["lines"][0]["prescription"] = f"P-{number}"
    world.run("settle", "-", "--json", feed=documents[:1])
    file = world.home / "bill.json"
    file.write_text(json.dumps(documents[1]), encoding="utf-8")
    code, (hint,) = yibao(world, "advice", "check", str(file))
    assert (code, hint["check"], hint["line"]) == (1, "second_prescription", 1)
    assert yibao(world, "advice", "answer", "B-2", hint["check"], "医生确认", "--line", "1")[0] == 0
    assert yibao(world, "advice", "answer", "B-2", "anything", "?")[0] == 2


def test_a_store_is_copied_and_what_waits_is_carried(world: World, tmp_path: Path) -> None:
    capsules = ("XA01-TEST-0001", "阿莫西林胶囊", "12.50", "A", None)
    world.run("settle", "-", "--json", feed=[bill("B-0", "zhang", (capsules, 1))])
    code, copy = yibao(world, "backup", str(tmp_path / "copy"))
    assert (code, copy["items"]) == (0, 1)
    world.centre.line_down()
    world.run("settle", "-", "--json", feed=[bill("B-1", "zhang", (capsules, 1))])
    own = yibao(world, "queue", "address")[1]
    away = str(tmp_path / "bills.bundle")
    export = ("queue", "export", away, "--to", own["address"], "--by", "0001", "--by")
    assert yibao(world, *export, "0001")[1]["fault"]["code"] == "same_person"
    assert yibao(world, *export, "0002")[0] == 0
    assert yibao(world, "queue", "import", away, "--trust", own["signer"])[1]["known"] == ["B-1"]
    assert yibao(world, *export, "0002")[0] == 2
    code, back = yibao(world, "restore", str(tmp_path / "copy"), "--by", "0001")
    assert (code, back["items"]) == (0, 1)
    assert [row["bill"] for row in yibao(world, "bill", "list")[1]] == ["B-0"]
    assert yibao(world, "queue", "verify")[0] == 0


def test_a_dead_terminals_bills_are_drained_by_another_with_the_sites_key(world: World, tmp_path: Path) -> None:
    capsules = ("XA01-TEST-0001", "阿莫西林胶囊", "12.50", "A", None)
    locked_away = tmp_path / "recovery"
    public = yibao(world, "queue", "recovery-key", str(locked_away))[1]["recovery_key"]
    assert locked_away.stat().st_mode & 0o077 == 0
    settings = world.home / "settings.toml"
    settings.write_text(f'recovery_key = "{public}"\n' + settings.read_text())
    world.run("settle", "-", "--json", feed=[bill("B-0", "zhang", (capsules, 1))])
    world.centre.line_down()
    world.run("settle", "-", "--json", feed=[bill("B-1", "zhang", (capsules, 1))])
    world.centre.line_up()
    dead = tmp_path / "dead"
    shutil.copytree(world.home, dead)
    shutil.rmtree(world.home / "store")
    settings.write_text('terminal = "02"\n' + settings.read_text().replace('terminal = "01"\n', ""))
    for key in dead.glob("store/keys/*"):
        key.unlink()
    own, out = yibao(world, "queue", "address")[1], str(tmp_path / "bundle")
    code, told = yibao(world, "queue", "recover", str(dead), out, "--key", str(locked_away), "--to", own["address"])
    assert code == 0
    assert yibao(world, "queue", "import", out, "--trust", told["signer"])[1]["new"] == ["B-1"]
    assert yibao(world, "queue", "forward", "--wait", "20")[0] == 0
    assert world.standing() == {"B-0": 1, "B-1": 1}


def test_the_nights_work_is_done_by_command_where_nothing_runs_at_night(world: World) -> None:
    capsules = ("XA01-TEST-0001", "阿莫西林胶囊", "12.50", "A", None)
    world.run("settle", "-", "--json", feed=[bill("B-0", "zhang", (capsules, 1))])
    assert yibao(world, "queue", "upkeep") == (0, {"done": None, "warnings": [], "kept": []})
    code, told = yibao(world, "queue", "upkeep", "--now")
    assert (code, told["done"]["failed"], told["warnings"]) == (0, "", [])
    status = yibao(world, "queue", "status")[1]
    assert 0 <= status["copy_age"] < 600
    assert status["copied"]
    (world.home / "settings.toml").open("a").write(f'\n[upkeep]\ncopies = "{world.home / "settings.toml"}"\n')
    code, told = yibao(world, "queue", "upkeep", "--now")
    assert (code, told["warnings"]) == (5, ["copy_failed"])
    assert yibao(world, "queue", "verify")[0] == 0


def test_money_received_gives_change_on_the_slip(world: World) -> None:
    vitamins = ("XC01-TEST-0002", "维生素营养片", "12.34", "C", None)
    file = world.home / "bill.json"
    file.write_text(json.dumps(bill("B-1", "zhang", (vitamins, 1))), encoding="utf-8")
    assert yibao(world, "settle", str(file), "--tender", "cash=12.00")[1]["fault"]["code"] == "tender_does_not_fit"
    assert yibao(world, "settle", str(file), "--tender", "gold=12.34")[0] == 2
    code, result = yibao(world, "settle", str(file), "--tender", "cash=20.00")
    assert (code, [each["amount"] for each in result["tenders"]]) == (0, ["20.00", "-7.66"])


def test_money_is_paid_ahead_for_a_stay(world: World) -> None:
    (result,) = world.run("settle", "-", "--json", feed=[bill("B-1", "zhang")])[1]
    assert yibao(world, "prepay", "take", "A-1", "1000.00")[1]["balance"] == "1000.00"
    assert yibao(world, "prepay", "take", "A-1", "500.00", "--tender", "bank_card", "--reference", "R1")[0] == 0
    left = parse_yuan(yibao(world, "prepay", "draw", "A-1", "B-1")[1]["balance"])
    assert left == parse_yuan("1500.00") - parse_yuan(result["cash"])
    code, fault = yibao(world, "prepay", "back", "A-1", "501.00", "--tender", "bank_card", "--reference", "R1")
    assert (code, fault["fault"]["code"]) == (1, "cash_for_card_money")
    assert yibao(world, "prepay", "back", "A-1", "500.00", "--tender", "bank_card", "--reference", "R1")[0] == 0
    assert parse_yuan(yibao(world, "prepay", "show", "A-1")[1]["balance"]) == left - parse_yuan("500.00")


def test_a_filing_is_collected_at_the_counter_decided_by_the_office_and_asked_for(world: World, tmp_path: Path) -> None:
    staff(world)
    shown = tmp_path / "credential.json"
    shown.write_text(json.dumps(bill("B-0", "li")["credential"]), encoding="utf-8")
    card = ("--credential", f"@{shown}")
    assert [mark["name"] for mark in yibao(world, "filing", "ask", *card)[1]] == ["高血压"]
    words = ("filing", "collect", "referral", "310100", "上海", *card, "--by", "0001")
    code, fault = yibao(world, *words, typed="secret-0001\n")
    assert (code, fault["fault"]["code"]) == (2, "filing_papers_missing")
    papers = [word for paper in ("form", "id_document", "referral_letter") for word in ("--paper", paper)]
    code, taken = yibao(world, *words, *papers, "--until", "2026-12-31", typed="secret-0001\n")
    assert (code, taken["state"], taken["filed"]["end"]) == (0, "collected", "2026-12-31")
    number = taken["filed"]["number"]
    assert yibao(world, "filing", "approve", number, "--by", "0001", typed="secret-0001\n")[0] == 1
    withdraw = ("filing", "withdraw", number, "--by", "0001")
    code, told = yibao(world, *withdraw, typed="secret-0001\n")
    assert (code, told["fault"]["code"]) == (2, "filing_reason_missing")
    done = yibao(world, *withdraw, "--reason", "患者撤回", typed="secret-0001\n")[1]
    assert (done["state"], done["reason"]) == ("withdrawn", "患者撤回")
    assert [each["state"] for each in yibao(world, "filing", "list")[1]] == ["withdrawn"]
