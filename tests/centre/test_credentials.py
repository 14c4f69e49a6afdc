"""A scanned code becomes a credential that the centre accepts."""

import json

import pytest

from terminal.centre import (
    CentreAnswerBroken,
    CentreRefused,
    CentreSilent,
    CentreUnreachable,
    CodeReader,
    Office,
    Operator,
)
from terminal.documents import CredentialKind, VisitType

PATH = "/localcfc/api/hsecfc/localQrCodeQuery"


@pytest.fixture
def reader(simulator):
    opened = CodeReader(
        f"http://127.0.0.1:{simulator.port}{PATH}", "H11010500001", Operator("op01", "收费员"), Office()
    )
    yield opened
    opened.close()


def test_a_scanned_code_names_a_person_the_centre_knows(reader, desk):
    credential = reader.decode("TESTQR11010000000000000001", VisitType.OUTPATIENT)
    assert (credential.kind, credential.name, credential.region) == (CredentialKind.E_CREDENTIAL, "张三", "110100")
    assert desk().identify(credential).number == "11010000000000000001"


def test_another_kind_of_code_is_refused_in_the_services_words(reader):
    with pytest.raises(CentreRefused) as told:
        reader.decode("https://example.invalid/menu", VisitType.PHARMACY)
    assert told.value.data["text"]


PERSON = {"idNo": "111111198101011110", "userName": "张三", "ecToken": "T1", "insuOrg": "110100"}


def answering(scripted, answer: object, status: str = "200 OK") -> str:
    """The scripted centre as the service: it answers whatever is asked."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def say(connection, _message):
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    scripted.script[None] = say
    return scripted.url + PATH


@pytest.mark.parametrize("data", [PERSON, json.dumps(PERSON)])
def test_the_answer_may_be_an_object_or_text_inside_text(scripted, data):
    url = answering(scripted, {"code": 0, "message": "成功", "data": data})
    reader = CodeReader(url, "H11010500001", Operator("op01", "收费员"), Office())
    assert reader.decode("X", VisitType.PHARMACY).number == "T1"
    assert scripted.received[0]["data"]["businessType"] == "02121"


@pytest.mark.parametrize(
    ("answer", "status", "fault"),
    [
        ({"message": "请使用医保电子凭证二维码", "success": False, "code": 500159}, "200 OK", CentreRefused),
        ({"code": 0, "data": "{torn"}, "200 OK", CentreAnswerBroken),
        ({"code": 0, "data": {}}, "200 OK", CentreAnswerBroken),
        ({"data": PERSON}, "200 OK", CentreAnswerBroken),
        (b"<html>", "200 OK", CentreAnswerBroken),
        ({"code": 0, "data": PERSON}, "503 Busy", CentreSilent),
    ],
)
def test_what_is_no_good_answer_is_told_apart(scripted, answer, status, fault):
    reader = CodeReader(answering(scripted, answer, status), "H11010500001", Operator("op01", "收费员"), Office())
    with pytest.raises(fault):
        reader.decode("X", VisitType.OUTPATIENT)


def test_a_service_that_is_not_there_says_so(scripted):
    scripted.close()
    reader = CodeReader(scripted.url + PATH, "H11010500001", Operator("op01", "收费员"), Office())
    with pytest.raises(CentreUnreachable):
        reader.decode("X", VisitType.OUTPATIENT)
