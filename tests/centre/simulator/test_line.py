"""The wrapping: addresses, signatures, sign-on, envelopes, and what happens to messages on a bad line."""

import json
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from terminal.centre.simulator import Simulator, UnknownProfile
from terminal.centre.simulator.faults import BadFaultPlan
from terminal.centre.simulator.signing import x_ca, x_tif
from terminal.clock import now
from tests.centre.simulator.desk import NoAnswer

IDENTIFY = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "111111198101011110"}}


def plan(simulator: Simulator, *rules: dict, **more) -> None:
    body = json.dumps({"rules": rules, **more}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{simulator.control}/_faults", body, timeout=5) as answer:
        assert answer.status == 200


def shown(simulator: Simulator, what: str) -> dict:
    with urllib.request.urlopen(f"http://127.0.0.1:{simulator.control}/{what}", timeout=5) as answer:
        return json.load(answer)


def bill(desk, number="B1"):
    visit = desk.open(number=number)
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    return visit.settling("50.00")


def states(simulator):
    return [row["state"] for row in simulator.books()["settlements"]]


class TestAddresses:
    """A: one address per transaction. B: a single gateway. C: base and number."""

    @pytest.mark.parametrize(
        "path",
        [
            "/fsi/api/fsiPsnInfoService/queryPsnInfo",
            "/mss/web/api/fsi/callService",
            "/mbs/fmi/fsi/api/callFsiService/callService",
            "/fsi/api/rsfComIfsService/callService/1101",
            "/1101",
        ],
    )
    def test_all_three_forms_lead_to_the_transaction(self, desk, path):
        assert desk.output("1101", IDENTIFY, path=path)["baseinfo"]["psn_name"] == "张三"

    @pytest.mark.parametrize("path", ["/2207", "/fsi/api/outpatientSettleService/saveSettletment"])
    def test_an_address_of_another_transaction_is_answered_without_output_and_times(self, desk, path):
        answer = desk.ask("1101", IDENTIFY, path=path)
        assert answer["type"] == "error" and answer["infcode"] == -1 and "未知交易编号" in answer["err_msg"]
        assert "output" not in answer and "refmsg_time" not in answer

    def test_an_edition_with_suffix_has_its_own_number_and_address(self, desk):
        node = bill(desk)
        output = desk.output("2207A", node, path="/fsi/api/outpatientSettleService/saveSettletmentA")
        msgid = output["setlinfo"]["medins_setl_id"]
        assert desk.reverse(msgid, "2207")["infcode"] == -1
        assert desk.reverse(msgid, "2207A")["infcode"] == 0

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"infno": "9999"}', b'"2207"', b"\xff\xfe"])
    def test_what_is_no_message_gets_the_gateways_error(self, desk, body):
        status, _, answer = desk.post("/gateway", body, desk.headers())
        assert status == 200 and json.loads(answer)["type"] == "error"


@pytest.mark.parametrize("length", ["-1", "ten", "99999999999", "50"])
def test_a_body_of_another_length_than_it_says_ends_the_connection(desk, simulator, length):
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=5) as raw:
        raw.sendall(f"POST /1101 HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{}}".encode())
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(1024) == b""
    assert desk.output("1101", IDENTIFY)


class TestSignatures:
    """x-tif and its kin, checked before anything else."""

    def test_check_value_of_x_tif(self):
        expected = "644dbcffcacfe1194e029c8d919b16361086805edb9975b31b7291d721641370"
        assert x_tif("1643000000", "demo-secret-0001", "8f14e45fceea167a") == expected

    def test_check_value_of_x_ca(self):
        expected = "1643000000:714441E02C5AF15CA49E95BC800E170D2B4C618DDA3D536B0BF49E4A815F113C"
        assert x_ca("1643000000", "demo-secret-0001", b'{"infno":"9001"}') == expected

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ({"x-tif-signature": "0" * 64}, "签名验证失败"),
            ({"x-tif-nonce": ""}, "缺少x-tif请求头"),
            ({"x-tif-paasid": ""}, "缺少x-tif请求头"),
        ],
    )
    def test_a_wrong_header_is_refused(self, desk, change, text):
        assert text in desk.refusal("1101", IDENTIFY, headers={**desk.headers(), **change})

    def test_a_wrong_secret_is_refused(self, desk):
        assert "签名验证失败" in desk.refusal("1101", IDENTIFY, headers=desk.headers(secret="other"))

    @pytest.mark.parametrize("off", [-700, 700])
    def test_a_clock_far_off_is_refused(self, desk, off):
        headers = desk.headers(timestamp=int(time.time()) + off)
        assert "超出允许范围" in desk.refusal("1101", IDENTIFY, headers=headers)

    def test_a_nonce_is_good_once(self, desk):
        headers = desk.headers(nonce="once")
        desk.output("1101", IDENTIFY, headers=headers)
        assert "随机数重复" in desk.refusal("1101", IDENTIFY, headers=headers)


class TestSignOn:
    """Every transaction but 9001 carries a number of its institution that is signed in."""

    def test_without_it_nothing_is_done(self, desk):
        assert "请先签到" in desk.refusal("1101", IDENTIFY, sign_no="")

    def test_another_institutions_number_is_worth_nothing(self, desk, simulator):
        other = type(desk)(simulator.port, "H36040300001").sign_in()
        assert "请先签到" in desk.refusal("1101", IDENTIFY, sign_no=other.sign_no)
        other.close()

    def test_after_signing_out_it_is_worth_nothing(self, desk):
        desk.output("9002", {"signOut": {"sign_no": desk.sign_no, "opter_no": "op01"}})
        assert "请先签到" in desk.refusal("1101", IDENTIFY)

    def test_an_unknown_institution_is_refused(self, desk):
        assert "机构编号不存在" in desk.refusal("1101", IDENTIFY, fixmedins_code="H99999999999")


class TestEnvelope:
    """Habits of real centres, by profile."""

    def test_times_and_number_are_in_their_forms(self, desk):
        answer = desk.ask("1101", IDENTIFY)
        assert len(answer["inf_refmsgid"]) == 30 and len(answer["refmsg_time"]) == 17
        assert answer["err_msg"] is None and answer["warn_msg"] is None

    def test_an_odd_message_number_is_warned_of_and_refused_only_by_a_strict_centre(self, desk, start, tmp_path):
        assert "报文ID" in desk.ask("1101", IDENTIFY, msgid="20210626000000001")["warn_msg"]
        strict = start(strict=True, ledger=tmp_path / "strict.db")
        other = type(desk)(strict.port)
        sign_in = {"signIn": {"opter_no": "op01", "mac": "00", "ip": "00"}}
        assert "报文ID" in other.refusal("9001", sign_in, msgid="20210626000000001")
        assert other.output("9001", sign_in)
        other.close()

    def test_infcode_as_text(self, desk, start, tmp_path):
        other = type(desk)(start(profile="chongqing", ledger=tmp_path / "other.db").port).sign_in()
        assert other.ask("1101", IDENTIFY)["infcode"] == "0"
        other.close()

    def test_the_fund_sum_with_the_account_inside(self, desk, start, tmp_path):
        other = type(desk)(start(profile="guangdong", ledger=tmp_path / "other.db").port)
        info = other.output("2207", bill(other))["setlinfo"]
        assert info["fund_pay_sumamt"] == info["hifp_pay"] + info["acct_pay"] == info["medfee_sumamt"]
        other.close()

    def test_an_unknown_profile_is_named_with_the_known_ones(self, start):
        with pytest.raises(UnknownProfile, match=r"atlantis.*national"):
            start(profile="atlantis")


class TestFaults:
    """The line at its worst; what the books say afterwards."""

    @pytest.mark.parametrize("fault", ["drop", "half", "html", "bad_gateway"])
    @pytest.mark.parametrize("done", [True, False])
    def test_an_answer_that_is_lost_tells_nothing_about_the_books(self, desk, simulator, fault, done):
        node = bill(desk)
        plan(simulator, {"fault": fault, "infno": "2207", "done": done})
        with pytest.raises(NoAnswer):
            desk.ask("2207", node)
        assert states(simulator) == (["standing"] if done else [])
        msgid = desk.msgid
        assert desk.reverse(msgid, "2207")["infcode"] == (0 if done else -1)

    def test_success_without_output(self, desk, simulator):
        node = bill(desk)
        plan(simulator, {"fault": "no_output", "infno": "2207"})
        answer = desk.ask("2207", node)
        assert answer["infcode"] == 0 and answer["output"] is None and answer["err_msg"]
        assert states(simulator) == ["standing"]

    def test_the_gateway_loses_its_way(self, desk, simulator):
        node = bill(desk)
        plan(simulator, {"fault": "wrong_address", "infno": "2207"})
        assert desk.ask("2207", node)["type"] == "error"
        assert states(simulator) == []

    def test_a_message_delivered_twice_settles_once(self, desk, simulator):
        node = bill(desk)
        plan(simulator, {"fault": "duplicate", "infno": "2207"})
        assert desk.ask("2207", node)["infcode"] == 0
        assert states(simulator) == ["standing"]

    def test_numbers_as_text_and_one_object_for_a_list(self, desk, simulator):
        plan(simulator, {"fault": "numbers_as_text", "infno": "1101"}, {"fault": "one_object", "infno": "2204"})
        assert {type(row["balc"]) for row in desk.output("1101", IDENTIFY)["insuinfo"]} == {str}
        visit = desk.open()
        assert visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))["feedetl_sn"] == "1"

    def test_a_skewed_clock_shows_in_the_answers_times(self, desk, simulator):
        node = bill(desk)
        plan(simulator, {"fault": "skew", "infno": "2207", "seconds": -86400 * 400})
        answer = desk.ask("2207", node)
        assert answer["output"]["setlinfo"]["setl_time"][:4] < answer["output"]["setlinfo"]["medins_setl_id"][12:16]

    def test_a_delayed_answer_comes(self, desk, simulator):
        plan(simulator, {"fault": "delay", "infno": "1101", "seconds": 0.2})
        begin = time.monotonic()
        desk.output("1101", IDENTIFY)
        assert time.monotonic() - begin >= 0.2

    def test_a_late_settlement_lands_after_its_reversal_was_refused(self, desk, start, tmp_path):
        ahead = [0]
        centre = start(ledger=tmp_path / "late.db", clock=lambda: now() + timedelta(seconds=ahead[0]))
        other = type(desk)(centre.port).sign_in()
        node = bill(other)
        plan(centre, {"fault": "late", "infno": "2207", "seconds": 60})
        with pytest.raises(NoAnswer):
            other.ask("2207", node)
        msgid = other.msgid
        assert other.reverse(msgid, "2207")["infcode"] == -1
        assert states(centre) == []
        ahead[0] = 61
        centre.take_effect()
        assert states(centre) == ["standing"]
        assert other.reverse(msgid, "2207")["infcode"] == 0
        other.close()

    def test_a_late_settlement_survives_a_restart_of_the_centre(self, desk, simulator, start):
        node = bill(desk)
        plan(simulator, {"fault": "late", "infno": "2207", "seconds": 60})
        with pytest.raises(NoAnswer):
            desk.ask("2207", node)
        simulator.close()
        again = start(clock=lambda: now() + timedelta(seconds=61))
        again.take_effect()
        assert states(again) == ["standing"] and again.books()["late"] == 0

    def test_a_late_settlement_lands_by_itself(self, desk, simulator):
        node = bill(desk)
        plan(simulator, {"fault": "late", "infno": "2207", "seconds": 0.1})
        with pytest.raises(NoAnswer):
            desk.ask("2207", node)
        deadline = time.monotonic() + 10
        while not states(simulator) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert states(simulator) == ["standing"]

    def test_late_stays_below_the_horizon(self, start):
        simulator = start(horizon=2)
        with pytest.raises(BadFaultPlan, match="horizon of 2 s"):
            simulator.trouble.load(b'{"rules": [{"fault": "late", "seconds": [0, 2]}]}', "plan.json")

    def test_a_line_that_is_down_refuses_and_comes_back(self, desk, simulator):
        node = bill(desk)
        plan(simulator, {"fault": "down", "infno": "2207", "seconds": 1})
        with pytest.raises(NoAnswer):
            desk.ask("2207", node)
        with pytest.raises(NoAnswer, match="ConnectionRefusedError"):
            desk.ask("1101", IDENTIFY)
        assert shown(simulator, "_ledger")["settlements"] == []
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                assert desk.ask("2207", node)["infcode"] == 0
                break
            except NoAnswer:
                time.sleep(0.02)
        assert states(simulator) == ["standing"]

    def test_the_line_is_put_down_and_up_by_hand(self, desk, simulator):
        simulator.line_down()
        with pytest.raises(NoAnswer, match=r"Refused|Disconnected|Broken|Reset"):
            desk.ask("1101", IDENTIFY)
        simulator.line_up()
        assert desk.output("1101", IDENTIFY)

    def test_rules_count_skip_and_are_shown_with_what_they_struck(self, desk, simulator):
        rule = {"fault": "no_output", "infno": "1101", "after": 1, "count": 2, "needs_person": True}
        plan(simulator, rule)
        good = [desk.ask("1101", IDENTIFY)["output"] is not None for _ in range(4)]
        assert good == [True, False, False, True]
        strokes = shown(simulator, "_faults")["strokes"]
        assert [(row["fault"], row["infno"], row["needs_person"]) for row in strokes] == [
            ("no_output", "1101", True)
        ] * 2

    def test_a_seeded_rate_strikes_the_same_messages_again(self, desk, simulator):
        def struck() -> list[bool]:
            plan(simulator, {"fault": "no_output", "infno": "1101", "rate": 0.5}, seed=11)
            return [desk.ask("1101", IDENTIFY)["output"] is None for _ in range(12)]

        first = struck()
        assert first == struck() and len(set(first)) == 2

    @pytest.mark.parametrize(
        "body", [b"{", b'{"rules": [{"fault": "gremlin"}]}', b'{"rules": [{"fault": "drop", "infos": "2207"}]}']
    )
    def test_a_wrong_plan_is_refused_and_the_old_one_stays(self, simulator, body):
        plan(simulator, {"fault": "drop", "infno": "2207"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{simulator.control}/_faults", body, timeout=5)
        assert refused.value.code == 400
        assert len(shown(simulator, "_faults")["rules"]) == 1


def test_many_desks_at_once_settle_each_bill_once(desk, simulator):
    def one(number: int) -> str:
        own = type(desk)(simulator.port).sign_in()
        try:
            return own.output("2207", bill(own, f"B{number}"))["setlinfo"]["setl_id"]
        finally:
            own.close()

    with ThreadPoolExecutor(8) as desks:
        numbers = set(desks.map(one, range(24)))
    assert len(numbers) == 24
    books = simulator.books()
    assert sorted(row["bill"] for row in books["settlements"]) == sorted(f"B{number}" for number in range(24))
    (left,) = (row["balc"] for row in books["accounts"] if row["psn_no"].endswith("1") and row["insutype"] == "310")
    assert Decimal(left) + sum(Decimal(row["acct_pay"]) for row in books["settlements"]) == Decimal("1378.15")
