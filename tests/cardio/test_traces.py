"""Real sessions, replayed through the whole of the package, decode to what was printed beside them."""

from datetime import date

import pytest

from cardio import Algorithm, CardReading, Why, open_card, read_card
from cardio.apdu import Apdu
from cardio.applications.environment import ISSUER
from cardio.reading import Odd
from cardio.recorder import ReplayedCard, load
from cardio.tlv import Tlv
from cardio.virtual.port import VirtualPort

from .traces import TRACE_D, TRACE_F


def replay(trace: str) -> CardReading:
    return read_card(port=VirtualPort(ReplayedCard(*load(trace))))


def test_trace_d_a_2_0_card_read_by_whole_files() -> None:
    reading = replay(TRACE_D)
    assert reading.identification_code == "511300D156000005A21472423DB8F248"
    assert reading.region == "511300"
    assert reading.card_class == "3"
    assert reading.version == "2.00"
    assert reading.initialising_body == "9156000002511300511300DB"
    assert (reading.issue_date, reading.valid_until) == (date(2014, 6, 1), date(2024, 6, 1))
    assert reading.card_number == "A21472424"
    assert reading.social_security_number == "510403187412221321"
    assert reading.name == "王雪梅"
    assert reading.sex == "2"
    assert (reading.ethnic_group, reading.birthplace, reading.birth_date) == (None, None, None)
    assert {notice.code for notice in reading.warnings} >= {Odd.CARD_NUMBER_CHECK, Odd.EXPIRED}
    assert reading.missing == ()


def test_trace_f_a_1_0_card_under_t0() -> None:
    reading = replay(TRACE_F)
    assert reading.historical_bytes == "0081008843866533010114F199"
    assert reading.identification_code == "330100D1560000050114F199D286DF7E"
    assert reading.version == "1.00"
    assert reading.name == "测试人"
    assert reading.social_security_number == "111111198101011110"
    assert reading.card_number == "A12345674"
    assert reading.sex == "1"
    assert reading.algorithm is Algorithm.DES
    assert reading.warnings == ()
    assert {m.item: m.why for m in reading.missing}["issue_date"] is Why.REFUSED
    assert reading.line38() == (
        "330100|111111198101011110|A12345674|330100D1560000050114F199D286DF7E|测试人|0081008843866533010114F199|1.00|||"
        "000000000000||"
    )


@pytest.mark.parametrize(
    ("recorded", "item", "value"),
    [
        ("00B20104 - 00 < 0110330300D15600000599110145FFFFFFFF9000", 0, "330300D15600000599110145FFFFFFFF"),
        ("00B20304 - 00 < 0304332E30309000", 2, "3.00"),
    ],
)
def test_fragments_read_by_record_number_with_an_open_length(recorded: str, item: int, value: str) -> None:
    chip = ReplayedCard(*load(f"# ATR 3B6D000000814A444686605199000001AC\n0 > {recorded}\n"))
    header = bytes.fromhex(recorded[:8])
    with open_card(port=VirtualPort(chip)) as session:
        (record,) = Tlv.parse(session.send(Apdu(*header, le=0x100)).data)
    assert record.tag == ISSUER.items[item].tag
    assert ISSUER.items[item].codec.decode(record.value) == (value, None)
