"""What the desk makes of a line that fails: nothing sent, refused, or in doubt; never repeated, never guessed."""

import json
import socket
import struct
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import profiles
from terminal.centre import (
    AlreadyReversed,
    BreaksText,
    Centre,
    CentreAnswerBroken,
    CentreRefused,
    CentreSilent,
    CentreUnreachable,
    Endpoint,
    InDoubt,
    Intent,
    NothingToReverse,
    NotSent,
    Operator,
    Refused,
    Reversed,
    Settled,
    Trial,
)
from terminal.clock import now
from terminal.documents import BillState, Institution, Settlement, Source, Tier
from terminal.money import Fen


@pytest.fixture
def trial() -> Trial:
    """A pharmacy trial as another process stored it: 25.00, paid from the account."""
    zero = Fen(0)
    split = Settlement(
        "B1", BillState.TRIAL, Source.CENTRE, Fen(2500), zero, zero, zero, Fen(2500), zero, (), Fen(2500), zero
    )
    handle = {
        "kind": "purchase", "person_number": "11010000000000000001", "id_number": "111111198101011110",
        "insurance_type": "310", "area": "110100", "in_scope": 2500,
    }  # fmt: skip
    return Trial(split, json.dumps(handle).encode())


def settled_output(number: str, **changes: object) -> dict:
    amounts = dict.fromkeys(
        ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "act_pay_dedc", "hifp_pay", "pool_prop_selfpay",
         "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "fund_pay_sumamt", "psn_cash_pay",
         "hosp_part_amt", "acct_mulaid_pay"), 0,
    )  # fmt: skip
    info = {
        **amounts, "mdtrt_id": "M1", "setl_id": "S1", "psn_no": "11010000000000000001", "medfee_sumamt": 25.00,
        "inscp_scp_amt": 25.00, "psn_part_amt": 25.00, "acct_pay": "25.00", "balc": 10, "medins_setl_id": number,
        "setl_time": "2026-05-06 12:00:00", "clr_type": "41",
    }  # fmt: skip
    return {"setlinfo": info | changes, "setldetail": [{"fund_pay_type": "310201", "fund_payamt": 25}]}


def respond(connection: socket.socket, answer: object, status: str = "200 OK", length: int | None = None) -> None:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length or len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def good(connection, message):
    respond(connection, {"infcode": "0", "err_msg": "success", "output": settled_output(message["msgid"])})


def half(connection, message):
    whole = json.dumps({"infcode": 0, "output": settled_output(message["msgid"])}).encode()
    respond(connection, whole[: len(whole) // 2], length=len(whole))
    connection.close()


def reset(connection, _message):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(connection, _message):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(40):
        time.sleep(0.1)
        connection.sendall(b"X-Slow: 1\r\n")


def answering(answer: object, status: str = "200 OK"):
    return lambda connection, _message: respond(connection, answer, status)


def success_with(**changes):
    return lambda connection, message: respond(
        connection, {"infcode": 0, "output": settled_output(message["msgid"], **changes)}
    )


IN_DOUBT = {
    "closes without an answer": lambda connection, _message: connection.close(),
    "resets the connection": reset,
    "half an answer": half,
    "drips for ever": drip,
    "HTTP 502": answering(b"<html>Bad Gateway</html>", "502 Bad Gateway"),
    "HTTP 302": answering(b"", "302 Found"),
    "no JSON": answering(b"<html>OK</html>"),
    "a list": answering([]),
    "nested without end": answering(b"[" * 100_000),
    "a state that is no number": answering({"infcode": "ok", "output": {}}),
    "no state": answering({"output": {}}),
    "not a number": answering(b'{"infcode": 0, "output": {"setlinfo": {"medfee_sumamt": NaN}}}'),
    "success without output": answering({"infcode": 0, "err_msg": "系统异常", "output": None}),
    "success without a settlement number": success_with(setl_id=None),
    "a missing amount": success_with(acct_pay=None),
    "an amount in words": success_with(medfee_sumamt="二十五"),
    "a tenth of a fen": success_with(medfee_sumamt=25.001),
    "parts that do not add up": success_with(preselfpay_amt=1),
    "payers that do not add up": success_with(psn_cash_pay=3),
    "another message's settlement": success_with(medins_setl_id="H99999999999202605061200000001"),
    "another person's settlement": success_with(psn_no="11010000000000000002"),
    "another bill's amount": success_with(medfee_sumamt=26, inscp_scp_amt=26, psn_part_amt=26, psn_cash_pay=1),
}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_an_answer_that_is_not_complete_and_sound_leaves_the_settlement_in_doubt(
    name, scripted, till, trial, bill, pharmacy, numbers
):
    scripted.script["2102"] = IN_DOUBT[name]
    outcome = till(answer_s=0.6).settle(trial, bill(institution=pharmacy), numbers())
    assert isinstance(outcome, InDoubt) and outcome.reason
    assert len(scripted.requests("2102")) == 1


def test_a_complete_good_answer_settles_and_keeps_the_bytes(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["2102"] = good
    order: list[str] = []
    number = numbers()
    outcome = till().settle(trial, bill(institution=pharmacy), number, lambda: order.append("intent"))
    assert isinstance(outcome, Settled) and order == ["intent"]
    assert (str(outcome.settlement.account), outcome.settlement.settlement_number) == ("25.00", "S1")
    assert json.loads(outcome.raw)["output"]["setlinfo"]["medins_setl_id"] == number


def test_a_warning_of_the_centre_is_told_with_the_bill(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["2102"] = lambda connection, message: respond(
        connection, {"infcode": 0, "warn_msg": "年度限额将满", "output": settled_output(message["msgid"])}
    )
    outcome = till().settle(trial, bill(institution=pharmacy), numbers())
    assert isinstance(outcome, Settled)
    assert [(finding.code, finding.zh) for finding in outcome.settlement.findings] == [
        ("centre_warning", "年度限额将满")
    ]


def test_a_complete_refusal_is_a_refusal_in_the_centres_words(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["2102"] = answering({"infcode": "-1", "err_msg": "FSI-余额不足[Settle_88]"})
    assert till().settle(trial, bill(institution=pharmacy), numbers()) == Refused("-1", "FSI-余额不足[Settle_88]")


def test_the_gateways_error_object_is_a_refusal(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["2102"] = answering({"type": "error", "infcode": -1, "err_msg": "未知交易编号"})
    assert isinstance(till().settle(trial, bill(institution=pharmacy), numbers()), Refused)


def test_a_closed_port_sends_nothing_and_the_intent_stays_untouched(scripted, till, trial, bill, pharmacy, numbers):
    centre = till()
    centre.sign_in()
    centre.close()
    scripted.close()
    called: list[int] = []
    outcome = centre.settle(trial, bill(institution=pharmacy), numbers(), lambda: called.append(1))
    assert isinstance(outcome, NotSent) and not called


def test_a_silent_sign_in_means_that_the_settlement_was_not_sent(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["9001"] = lambda connection, _message: connection.close()
    assert isinstance(till().settle(trial, bill(institution=pharmacy), numbers()), NotSent)
    assert scripted.requests("2102") == []


def test_what_the_journal_raises_before_the_first_byte_stops_the_message(
    scripted, till, trial, bill, pharmacy, numbers
):
    def full() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        till().settle(trial, bill(institution=pharmacy), numbers(), full)
    assert scripted.requests("2102") == []


def test_a_kept_connection_that_the_centre_closed_is_replaced_unnoticed(scripted, till, trial, bill, pharmacy, numbers):
    def last_answer(connection, message):
        good(connection, message)
        connection.close()

    scripted.script["2102"] = last_answer
    centre, claim = till(), bill(institution=pharmacy)
    for _ in range(3):
        assert isinstance(centre.settle(trial, claim, numbers()), Settled)
        time.sleep(0.05)
    assert scripted.connections == 3


def test_one_connection_serves_every_message(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["2102"] = good
    centre, claim = till(), bill(institution=pharmacy)
    for _ in range(5):
        assert isinstance(centre.settle(trial, claim, numbers()), Settled)
    assert scripted.connections == 1


def test_threads_take_turns_on_the_connection(scripted, till, trial, bill, pharmacy, numbers):
    scripted.script["2102"] = good
    centre, claim = till(), bill(institution=pharmacy)
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(centre.settle(trial, claim, numbers()))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(outcome) for outcome in outcomes] == [Settled] * 8


@pytest.mark.parametrize(
    ("behaviour", "fault"),
    [
        (lambda connection, _message: connection.close(), CentreSilent),
        (answering(b"null"), CentreAnswerBroken),
        (answering({"infcode": 0, "output": None}), CentreAnswerBroken),
        (answering({"infcode": -1, "err_msg": "查无此人"}), CentreRefused),
    ],
)
def test_a_question_fails_with_a_fault_that_says_whose_turn_it_is(scripted, till, zhang, behaviour, fault):
    scripted.script["1101"] = behaviour
    with pytest.raises(fault) as told:
        till().identify(zhang)
    assert told.value.zh.format(**told.value.data) and told.value.next_zh


def test_an_unreachable_centre_says_so(till, scripted, zhang):
    scripted.close()
    with pytest.raises(CentreUnreachable):
        till().identify(zhang)


def test_an_expired_sign_in_is_renewed_once_and_the_question_repeated(scripted, till, zhang):
    refusals = iter([{"infcode": -1, "err_msg": "FSI-签到编号无效，请重新签到"}])
    person = {"infcode": 0, "output": {"baseinfo": {"psn_no": "1", "psn_name": "张三"}, "insuinfo": []}}
    scripted.script["1101"] = lambda connection, _message: respond(connection, next(refusals, person))
    scripted.script["5206"] = {"cuminfo": []}
    assert till().identify(zhang).name == "张三"
    assert len(scripted.requests("9001")) == 2


@pytest.mark.parametrize(
    "url", ["", "centre.example", "ftp://centre", "http://:80", "http://centre:port", "http://[::1"]
)
def test_what_is_no_address_is_told_in_one_sentence(url, numbers):
    place = Institution("H11010500001", "北京市测试医院", "110100", Tier.THREE)
    with pytest.raises(CentreUnreachable):
        Centre(profiles.load("simulator"), Endpoint(url, place), Operator("op01", "收费员"), now, numbers)


@pytest.mark.parametrize("secret", ["a\nb", "密钥"])
def test_a_secret_that_no_header_can_carry_sends_nothing(scripted, numbers, secret):
    place = Institution("H11010500001", "北京市测试医院", "110100", Tier.THREE)
    endpoint = Endpoint(scripted.url, place, account=secret, secret=secret)
    with pytest.raises(CentreUnreachable):
        Centre(profiles.load("simulator"), endpoint, Operator("op01", "收费员"), now, numbers).sign_in()
    assert scripted.received == []


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("该结算已退费", AlreadyReversed),
        ("未找到原交易", NothingToReverse),
        ("结算信息不存在或已退费", NothingToReverse),
        ("系统繁忙", Refused),
    ],
)
def test_a_refused_reversal_is_read_for_what_it_proves_at_least(scripted, till, numbers, text, outcome):
    scripted.script["2601"] = answering({"infcode": -1, "err_msg": text})
    original = Intent(numbers(), "2207", "11010000000000000001", "110100", now())
    assert isinstance(till().reverse(original, numbers()), outcome)


def test_a_reversal_names_the_number_really_sent(scripted, till, numbers):
    scripted.script["2601"] = None
    centre = till(suffixes={"2207": "A"})
    original = Intent(numbers(), "2207A", "11010000000000000001", "360400", now())
    assert isinstance(centre.reverse(original, numbers()), Reversed)
    assert scripted.requests("2601") == [
        {"data": {"psn_no": original.person_number, "omsgid": original.message_number, "oinfno": "2207A"}}
    ]
    assert scripted.received[-1]["insuplc_admdvs"] == "360400"


def test_no_secret_and_no_credential_is_in_what_a_person_or_a_log_may_see(till, scripted, zhang):
    scripted.script["1101"] = answering({"infcode": 0, "output": {}})
    centre = till()
    with pytest.raises(CentreAnswerBroken) as told:
        centre.identify(zhang)
    shown = f"{told.value!r} {told.value.data} {centre._exchange.endpoint!r}"
    assert "demo-secret-0001" not in shown and zhang.number not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FSI-FSI-余额不足[SettleService_88]", "余额不足"),
        ("余额[账户]不足", "余额[账户]不足"),
        ("拒绝\x1b[2J\r\n改账", "拒绝[2J改账"),
        ("", "-"),
    ],
)
def test_a_screen_shows_the_sentence_without_what_centres_put_around_it(scripted, till, zhang, text, shown):
    scripted.script["1101"] = answering({"infcode": -1, "err_msg": text})
    with pytest.raises(CentreRefused) as told:
        till().identify(zhang)
    assert told.value.data["shown"] == shown and told.value.data["text"] == text
    assert shown in told.value.zh.format(**told.value.data)


def test_a_transaction_whose_address_the_profile_does_not_know_is_not_sent(
    scripted, till, trial, bill, pharmacy, numbers
):
    with pytest.raises(BreaksText) as told:
        till(profile="default").settle(trial, bill(institution=pharmacy), numbers())
    assert "wrapping.paths.2102" in told.value.data["place"] and scripted.requests("2102") == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
names = st.sampled_from(["setlinfo", "setldetail", "detlcutinfo", "expContent"])
answers = (
    st.fixed_dictionaries({"infcode": st.sampled_from([0, "0", -1, None, "x"])}, optional={"output": json_values})
    | st.fixed_dictionaries({"infcode": st.just(0), "output": st.dictionaries(names, json_values, max_size=3)})
    | json_values
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(answer=answers)
def test_no_answer_a_centre_can_make_up_settles_a_bill_or_breaks_the_desk(
    scripted, till, trial, bill, pharmacy, answer, numbers
):
    scripted.script["2102"] = answering(answer)
    outcome = till().settle(trial, bill(institution=pharmacy), numbers())
    said_no = isinstance(answer, dict) and str(answer.get("infcode")) not in ("0", "None", "x")
    assert isinstance(outcome, Refused if said_no else InDoubt)


@pytest.mark.parametrize(
    ("text", "believed"),
    [
        (None, True),
        ("", True),
        ("success", True),
        ("成功", True),
        ("处理成功。", True),
        ("系统异常", False),
        ("不成功", False),
    ],
)
def test_a_reversal_that_says_success_with_an_error_text_proves_nothing(text, believed, scripted, till, numbers):
    scripted.script["2601"] = answering({"infcode": 0, "err_msg": text, "output": None})
    original = Intent(numbers(), "2207", "11010000000000000001", "110100", now())
    outcome = till().reverse(original, numbers())
    assert isinstance(outcome, Reversed if believed else InDoubt)
