"""The centre as a process: it says where it listens, and its books survive a kill."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from terminal.centre.simulator import PortTaken, Simulator, adjudicator
from tests.centre.simulator.desk import Desk, NoAnswer


def launch(ledger: Path, *more: str) -> tuple[subprocess.Popen, dict]:
    process = subprocess.Popen(
        [sys.executable, "-m", "terminal.centre.simulator", "--ledger", str(ledger), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    line = process.stdout.readline()
    return process, json.loads(line) if line else {}


def end(process: subprocess.Popen, number: signal.Signals) -> int:
    process.send_signal(number)
    code = process.wait(timeout=20)
    process.stdout.close()
    process.stderr.close()
    return code


def test_it_says_where_it_listens_and_ends_when_told(tmp_path):
    process, place = launch(tmp_path / "centre.db")
    assert place["pid"] == process.pid
    desk = Desk(place["port"]).sign_in()
    assert str(desk.balance()) == "1378.15"
    desk.close()
    assert end(process, signal.SIGTERM) == 0


def test_a_port_in_use_is_refused_and_nothing_is_left_open(simulator, start, tmp_path):
    with pytest.raises(PortTaken, match=str(simulator.port)):
        start(port=simulator.port, ledger=tmp_path / "second.db")
    simulator.line_down()
    assert simulator.port and start(ledger=tmp_path / "second.db").port != simulator.port


def test_what_was_answered_before_a_kill_stands_after_it(tmp_path, start):
    ledger = tmp_path / "centre.db"
    process, place = launch(ledger)
    desk = Desk(place["port"]).sign_in()
    visit = desk.open()
    end(process, signal.SIGKILL)
    with pytest.raises(NoAnswer):
        desk.ask("1101")
    again: Simulator = start(ledger=ledger)
    desk.port = again.port
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    assert visit.settle("50.00")["setlinfo"]["setl_id"]
    desk.close()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--profile", "atlantis"], 2, "atlantis"),
        (["--faults", "no-such-plan.json"], 2, "no-such-plan.json"),
        (["--ledger", "no-such-folder/centre.db"], 5, "no-such-folder"),
        (["--ledger", __file__], 5, "test_durability.py"),
        (["--persons", "no-such-persons.json"], 2, "no-such-persons.json"),
        (["--items", __file__], 2, "test_durability.py"),
        (["--port", "99999"], 2, "99999"),
        (["--port", "-1"], 2, "-1"),
        (["--port", "x"], 2, "--port"),
        (["--horizon", "nan"], 2, "nan"),
        (["--horizon", "-1"], 2, "--horizon"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(tmp_path, arguments, code, text):
    process, _ = launch(tmp_path / "centre.db", *arguments)
    _, error = process.communicate(timeout=20)
    assert process.returncode == code
    assert text in error.decode() and b"Traceback" not in error


def test_the_adjudicator_ends_with_the_centre(simulator, desk):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    visit.trial("50.00")
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    simulator.close()
    assert set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()) < set(children)


def test_an_adjudicator_that_died_is_started_again(tmp_path, start):
    once = tmp_path / "once.py"
    once.write_text('import sys; sys.stdin.readline(); print(\'{"fault": {"zh": "仅此一次"}}\', flush=True)')
    desk = Desk(start(adjudicator_command=[sys.executable, str(once)]).port).sign_in()
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    for _ in range(2):
        text = desk.refusal("2206", visit.bill("50.00"))
        assert "仅此一次" in text or "没有应答" in text
    desk.close()


def test_an_adjudicator_that_says_nothing_is_given_up(tmp_path, start, monkeypatch):
    monkeypatch.setattr(adjudicator, "PATIENCE", 0.2)
    mute = tmp_path / "mute.py"
    mute.write_text("import sys\nfor line in sys.stdin: pass")
    desk = Desk(start(adjudicator_command=[sys.executable, str(mute)]).port).sign_in()
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    for _ in range(2):
        assert "没有应答" in desk.refusal("2206", visit.bill("50.00"))
    desk.close()


def test_an_adjudicator_whose_split_contradicts_the_rows_is_not_believed(tmp_path, start):
    liar = tmp_path / "liar.py"
    liar.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps(dict(total='50.00', own_pay='1.00', over_limit='0.00', first_self_pay='0.00',"
        " in_scope='49.00', deductible='0.00', layers=[], account='50.00', cash='0.00')), flush=True)\n"
    )
    desk = Desk(start(adjudicator_command=[sys.executable, str(liar)]).port).sign_in()
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    assert "明细分割不符" in desk.refusal("2206", visit.bill("50.00"))
    desk.close()
