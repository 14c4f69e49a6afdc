"""Signatures and encryption of the provinces, against their published check values."""

import base64
import json
from datetime import datetime

import pytest
from gmalg import SM2
from hypothesis import given
from hypothesis import strategies as st

from config import profiles
from terminal.centre import Centre, Endpoint, Operator, signing
from terminal.clock import BEIJING
from terminal.documents import Institution, Tier

AT = 1643000000
NOON = datetime(2026, 5, 6, 12, 0, tzinfo=BEIJING)
SECRET = "demo-secret-0001"
PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
"""The example key of GB/T 32918.5-2017 (formerly GM/T 0003.5), Annex A."""
PUBLIC = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
ENVELOPE = {
    "infno": "1101", "msgid": "H11010500001202605061200000001", "mdtrtarea_admvs": "110100", "insuplc_admdvs": "110100",
    "cainfo": "", "inf_time": "2026-05-06 12:00:00", "fixmedins_code": "H11010500001", "sign_no": "S1",
    "input": {"data": {}},
}  # fmt: skip


def test_x_tif_signs_the_timestamp_twice_and_not_the_body():
    assert signing.x_tif("acc", SECRET, "8f14e45fceea167a", AT)["x-tif-signature"] == (
        "644dbcffcacfe1194e029c8d919b16361086805edb9975b31b7291d721641370"
    )


def test_x_ca_signs_timestamp_and_body_with_sm3():
    assert signing.x_ca("H1", SECRET, AT, b'{"infno":"9001"}')["x-ca-signature"] == (
        "1643000000:714441E02C5AF15CA49E95BC800E170D2B4C618DDA3D536B0BF49E4A815F113C"
    )


def test_sm4_encrypts_the_input():
    sealed = signing.sm4_encrypt(b"0123456789ABCDEF", b'{"data":{}}')
    assert base64.b64encode(sealed) == b"vq5e6LzWUvMlGPQouijf4Q=="


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_what_sm4_encrypts_it_decrypts(data, key):
    assert signing.sm4_decrypt(key, signing.sm4_encrypt(key, data)) == data


def test_an_answer_cut_in_its_cipher_text_is_refused():
    with pytest.raises(ValueError):
        signing.sm4_decrypt(b"0" * 16, b"17 bytes, no more")


class Jilin:
    """A gateway that wants a token first and talks in cipher texts."""

    def __init__(self, scripted, lives: int = 3600):
        self.tokens = 0
        self.lives = lives
        scripted.script |= {None: self.token, "9001": self.sign_in, "1201": self.institution}

    def token(self, connection, _message):
        self.tokens += 1
        self.say(connection, {"access_token": f"T{self.tokens}", "token_type": "bearer", "expires_in": self.lives})

    def sign_in(self, connection, message):
        self.hidden(connection, message, {"signinoutb": {"sign_time": "2026-05-06 00:00:00", "sign_no": "S1"}})

    def institution(self, connection, message):
        self.hidden(connection, message, {"medinsinfo": []})

    def hidden(self, connection, message, output):
        assert signing.sm4_decrypt(KEY, base64.b64decode(message["input"])).startswith(b"{")
        text = base64.b64encode(signing.sm4_encrypt(KEY, json.dumps(output).encode())).decode()
        self.say(connection, {"infcode": "0", "err_msg": "成功", "output": text, "signtype": "SM2"})

    def say(self, connection, answer):
        body = json.dumps(answer).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


KEY = b"0123456789ABCDEF"


@pytest.mark.parametrize(("lives", "tokens"), [(3600, 1), (30, 2)])
def test_jilin_is_spoken_to_with_a_token_that_is_renewed_in_time(scripted, numbers, lives, tokens):
    gateway = Jilin(scripted, lives)
    place = Institution("H22010500001", "吉林市测试医院", "220100", Tier.THREE)
    endpoint = Endpoint(scripted.url, place, KEY.decode(), SECRET, PRIVATE)
    centre = Centre(profiles.load("jilin"), endpoint, Operator("op01", "收费员"), lambda: NOON, numbers)
    centre.sign_in()
    centre.ping()
    centre.ping()
    centre.close()
    proofs = [head.split(b"Authorization: ")[1].split(b"\r\n")[0].decode() for head in scripted.heads]
    basic = base64.b64encode(f"{KEY.decode()}:{SECRET}".encode()).decode()
    assert proofs[0] == f"Basic {basic}" and proofs[-1].startswith("Bearer T")
    assert gateway.tokens >= tokens


def verified(signature: bytes, text: str) -> bool:
    return SM2(uid=signing.USER_ID, pk=PUBLIC).verify(text.encode(), signature[:32], signature[32:])


def test_hubei_signs_the_envelope_and_sends_the_input_as_text():
    sealed = signing.seal(ENVELOPE, profiles.load("hubei").wrapping, "", PRIVATE)
    text = (
        "fixmedins_code=H11010500001&inf_time=2026-05-06 12:00:00&infno=1101&insuplc_admdvs=110100"
        "&mdtrtarea_admvs=110100&msgid=H11010500001202605061200000001&sign_no=S1"
    )
    assert sealed["cainfo"] == sealed["cainfo"].upper() and verified(bytes.fromhex(sealed["cainfo"]), text)
    assert sealed["input"] == '{"data":{}}'


def test_sichuan_signs_seven_fields_and_the_input():
    sealed = signing.seal(ENVELOPE, profiles.load("sichuan").wrapping, "", PRIVATE)
    text = '1101|H11010500001202605061200000001|110100|110100|2026-05-06 12:00:00|H11010500001|S1|{"data":{}}'
    assert verified(base64.b64decode(sealed["cainfo"]), text)


def test_jilin_signs_the_plain_input_and_sends_a_cipher_text():
    sealed = signing.seal(ENVELOPE, profiles.load("jilin").wrapping, "0123456789ABCDEF", PRIVATE)
    assert verified(base64.b64decode(sealed["cainfo"]), '{"data":{}}')
    assert sealed["input"] == "vq5e6LzWUvMlGPQouijf4Q=="
    assert signing.unseal(sealed["input"], profiles.load("jilin").wrapping, "0123456789ABCDEF") == {"data": {}}


@pytest.mark.parametrize("name", profiles.available())
def test_every_profile_proves_itself_in_its_own_form(name):
    wrapping = profiles.load(name).wrapping
    at = datetime.fromtimestamp(AT, BEIJING)
    headers = signing.headers(wrapping, "H11010500001", "acc", SECRET, at, b"{}")
    expected = {
        "none": set(),
        "bearer": set(),
        "apikey": {"apikey"},
        "x-ca": {"x-ca-key", "x-ca-signature"},
        "x-tif": {"x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature"},
    }
    assert headers.keys() == expected[wrapping.header]
