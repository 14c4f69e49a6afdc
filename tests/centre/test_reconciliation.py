"""A day's books against the centre's: nothing is left to a person that the two can settle between them."""

import io
import json
import time
import urllib.request
import zipfile

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import profiles
from terminal.centre import (
    CentreAnswerBroken,
    InDoubt,
    Intent,
    NotSent,
    Repair,
    Reversed,
    Settled,
    statement_row,
)
from terminal.centre.statement import Group, StatementRow, TornFile, pack, results
from terminal.clock import now
from terminal.documents import Scheme
from terminal.money import Fen

GROUP = Group("310", "41", "110100")


@pytest.fixture
def simulator(play):
    """A centre of the test's own: a day's books hold whatever anybody settled on that day."""
    with play() as running:
        yield running


def row(number: str = "S1", total: int = 2500, **changes) -> StatementRow:
    zero = Fen(0)
    whole = StatementRow(GROUP, number, f"M{number}", "P1", f"X{number}", Fen(total), zero, Fen(total), zero, False)
    return whole._replace(**changes)


def test_the_statement_file_has_seven_columns_between_tabs_in_one_zipped_text():
    form = profiles.load("hubei").reconciliation
    data = pack([row(), row("S2", -2500, visit_number="", refunded=True)], "day.txt", form)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["day.txt"]
        assert archive.read("day.txt").decode() == (
            "S1\tMS1\tP1\t25.00\t0.00\t25.00\t0\nS2\tnull\tP1\t-25.00\t0.00\t-25.00\t1\n"
        )


RESULT = "P1\tM1\tS1\tX1\t000101\t0\t中心多\t25.00\t0\t25\n"


def zipped(text: bytes, names: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for place in range(names):
            archive.writestr(f"{place}.txt", text)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [RESULT.encode(), RESULT.replace("\n", "\r\n").encode(), zipped(RESULT.encode())],
    ids=["plain", "with carriage returns", "packed"],
)
def test_a_result_file_is_read_packed_or_not(data):
    (found,) = results(data)
    assert (found.message_number, found.result, found.total, found.account) == ("X1", "000101", Fen(2500), Fen(2500))


def test_null_and_nothing_are_the_same():
    (found,) = results(b"P1\tnull\tS1\tnull\t000102\tnull\tnull\tnull\t\t\n")
    assert (found.visit_number, found.message_number, found.refunded, found.total) == ("", "", False, Fen(0))


@pytest.mark.parametrize(
    "data",
    [
        b"P1\tM1\tS1\n",
        RESULT.replace("25.00", "25,00").encode(),
        RESULT.encode("gb18030"),
        zipped(RESULT.encode(), 2),
        zipped(RESULT.encode())[:-30],
        b"PK\x03\x04",
    ],
    ids=[
        "too few columns",
        "a comma in an amount",
        "GB18030",
        "two texts",
        "a torn archive",
        "an archive's first bytes",
    ],
)
def test_a_torn_result_file_is_refused(data):
    with pytest.raises(TornFile):
        results(data)


@given(st.binary(max_size=300))
def test_no_file_makes_the_reader_stumble(data):
    try:
        results(data)
        results(b"PK" + data)
    except TornFile:
        pass


@pytest.fixture
def told(scripted, till, numbers):
    """``told(verdict, result file)``: what the desk makes of a centre that says this of one day."""

    def ask(verdict: str, file: bytes, rows=(), doubts=()):
        scripted.script["3201"] = {"stmtinfo": {"setl_optins": "110100", "stmt_rslt": verdict}}
        scripted.script["9101"] = {"file_qury_no": "F1", "filename": "a.zip"}
        scripted.script["3202"] = {"fileinfo": {"file_qury_no": "F2", "filename": "b.zip", "dld_endtime": "x"}}

        def file_answer(connection, _message):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(file)}\r\n\r\n"
            connection.sendall(head.encode() + file)

        scripted.script["9102"] = file_answer
        return till().reconcile(now().date(), rows, doubts, [GROUP])

    return ask


def test_equal_sums_end_the_comparison(told, scripted):
    assert told("000000", b"", [row()]).differences == () and scripted.requests("3202") == []
    sums = scripted.requests("3201")[0]["data"]
    assert (sums["medfee_sumamt"], sums["acct_pay"], sums["fixmedins_setl_cnt"], sums["refd_setl_flag"]) == (
        25.0, 25.0, 1, "1",
    )  # fmt: skip


REPAIRS = [
    ("the centre has a message in doubt", "X1", "000101", False, Repair.ACCEPT),
    ("the centre has a message nobody here knows", "X9", "000101", False, Repair.REVERSE),
    ("the centre has a row without a message number", "", "000101", False, Repair.HAND_OVER),
    ("the centre lacks ours", "XS1", "000102", True, Repair.SEND_AGAIN),
    ("the amounts differ", "XS1", "000103", True, Repair.HAND_OVER),
    ("a verdict nobody knows", "XS1", "000199", True, Repair.HAND_OVER),
]


@pytest.mark.parametrize(
    ("message", "verdict", "known", "repair"), [case[1:] for case in REPAIRS], ids=[case[0] for case in REPAIRS]
)
def test_each_difference_has_its_repair(told, message, verdict, known, repair):
    doubt = Intent("X1", "2102", "P1", "110100", now(), insurance_type="310")
    file = f"P1\tMS1\tS1\t{message}\t{verdict}\t0\tmemo\t26.00\t0\t25.00\n".encode()
    found = told("000103", file, [row()] if known else [], [doubt])
    assert [(d.repair, d.message_number) for d in found.differences] == [(repair, message)]
    assert found.absent == (() if repair is Repair.ACCEPT else ("X1",))


@pytest.mark.parametrize(
    ("area", "rows", "absent"),
    [
        ("110100", [], ("X1",)),
        ("110105", [], ("X1",)),
        ("360400", [], ()),
        ("360400", [row(area="360400")], ("X1",)),
        ("360400", [row(area="360400", group=Group("310", "11", "110100"))], ()),
    ],
)
def test_a_doubt_is_absent_only_where_its_office_was_surely_compared(told, area, rows, absent):
    doubt = Intent("X1", "2102", "P1", area, now(), insurance_type="310")
    assert told("000000", b"", rows, [doubt]).absent == absent


def test_an_office_that_was_only_guessed_makes_no_doubt_absent(scripted, till):
    scripted.script["3201"] = {"stmtinfo": {"setl_optins": "110100", "stmt_rslt": "0"}}
    doubt = Intent("X1", "2102", "P1", "110100", now(), insurance_type="310")
    assert till().reconcile(now().date(), [], [doubt]).absent == ()


def test_the_offices_of_care_and_insurance_are_compared_for_a_doubt(told, scripted):
    told("000000", b"", doubts=[Intent("X1", "2207", "P1", "360400", now(), insurance_type="390")])
    compared = {(sent["data"]["insutype"], sent["data"]["clr_type"], sent["data"]["setl_optins"])
                for sent in scripted.requests("3201")}  # fmt: skip
    assert compared >= {("390", "11", "110100"), ("390", "11", "360400")}


def test_an_error_envelope_in_place_of_the_file_is_no_file(told):
    with pytest.raises(CentreAnswerBroken):
        told("000103", b'{"infcode": 0, "output": {}}')


FAULTS = [
    {"fault": "drop", "infno": "2102", "rate": 0.004},
    {"fault": "drop", "infno": "2102", "rate": 0.002, "done": False},
    {"fault": "late", "infno": "2102", "seconds": [0, 0.3], "rate": 0.002},
    {"fault": "half", "infno": "2102", "rate": 0.001},
    {"fault": "no_output", "infno": "2102", "rate": 0.001},
]
"""One settlement in a hundred ends without a sound answer."""


def strike(simulator, rules, seed=0):
    plan = json.dumps({"seed": seed, "rules": rules}).encode()
    url = f"http://127.0.0.1:{simulator.control}/_faults"
    urllib.request.urlopen(urllib.request.Request(url, plan, method="POST")).read()


def test_a_day_with_faults_reconciles_to_no_difference_without_a_person(
    simulator, desk, bill, pharmacy, zhang, numbers, size, seed
):
    centre = desk(pharmacy)
    person = centre.identify(zhang)
    insurance = next(r for r in person.insurances if r.valid and r.insured.scheme is not Scheme.OTHER)
    day = now().date()
    rows: list[StatementRow] = []
    doubts: dict[str, tuple[Intent, object]] = {}
    standing: dict[str, str] = {}

    def settle(claim):
        trial, number = centre.trial(claim, person, insurance), numbers()
        intent = centre.intent(trial, number)
        outcome = centre.settle(trial, claim, number)
        if isinstance(outcome, Settled):
            rows.append(statement_row(intent, outcome.raw))
            standing[claim.bill] = outcome.settlement.settlement_number
        elif isinstance(outcome, InDoubt):
            doubts[number] = (intent, claim)
        else:
            assert isinstance(outcome, NotSent), outcome

    certain = {"fault": "drop", "infno": "2102", "after": 20, "count": 1}
    strike(simulator, [certain, *(rule | {"rate": rule["rate"] * size(5, 1)} for rule in FAULTS)], seed)
    claims = [bill(("XA01-TEST-0001", "0.01", "1"), institution=pharmacy) for _ in range(size(120, 2000))]
    for claim in claims:
        settle(claim)
    strike(simulator, [])
    assert doubts
    time.sleep(0.4)  # the horizon of this plan's late effects
    groups = {r.group for r in rows}
    for _ in range(5):
        found = centre.reconcile(day, rows, [intent for intent, _ in doubts.values()], groups)
        for difference in found.differences:
            match difference.repair:
                case Repair.ACCEPT:
                    intent, claim = doubts.pop(difference.message_number)
                    theirs = difference.theirs
                    settled = centre.look_up(intent, claim, theirs.settlement_number, theirs.visit_number)
                    rows.append(statement_row(intent, settled.raw))
                    standing[claim.bill] = settled.settlement.settlement_number
                case other:
                    pytest.fail(f"{other} needs a person: {difference}")
        for number in found.absent:
            settle(doubts.pop(number)[1])
        if not found.differences and not doubts:
            break
    assert not doubts and centre.reconcile(day, rows, (), groups).differences == ()
    assert set(standing) == {claim.bill for claim in claims}


def test_what_the_centre_holds_too_much_is_reversed_by_its_own_number(simulator, desk, bill, pharmacy, zhang, numbers):
    centre = desk(pharmacy)
    person = centre.identify(zhang)
    insurance = next(r for r in person.insurances if r.valid and r.insured.scheme is not Scheme.OTHER)
    day, claim = now().date(), bill(("XA01-TEST-0001", "0.01", "1"), institution=pharmacy)
    before = centre.trial(claim, person, insurance)
    number = numbers()
    intent = centre.intent(before, number)
    assert isinstance(centre.settle(before, claim, number), Settled)  # and this terminal forgets all about it
    group = Group("310", "41", "110100")
    found = centre.reconcile(day, [], [], [group])
    (surplus,) = [d for d in found.differences if d.message_number == number]
    assert surplus.repair is Repair.REVERSE
    theirs = msgspec.structs.replace(intent, message_number=surplus.message_number)
    assert isinstance(centre.reverse(theirs, numbers()), Reversed)
    again = centre.reconcile(day, [], [], [group])
    assert number not in {d.message_number for d in again.differences}
