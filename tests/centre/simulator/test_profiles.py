"""The provinces' wrappings: what the centre of each accepts, how it answers, and what it refuses."""

import base64
import json
import random
import time
from decimal import Decimal

import pytest

from terminal.centre.simulator import sm2
from terminal.centre.simulator.profile import DEMO_PRIVATE_KEY, profiles
from terminal.centre.simulator.sealing import decrypt, encrypt
from terminal.centre.simulator.signing import x_ca

SECRET, CLIENT_ID = "demo-secret-0001", "0123456789ABCDEF"
SIGN_IN = {"signIn": {"opter_no": "op01", "mac": "00", "ip": "00"}}
IDENTIFY = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "111111198101011110"}}


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sign(message: bytes, private: int = int(DEMO_PRIVATE_KEY, 16)) -> bytes:
    """An SM2 signature, r and s of 32 bytes each."""
    e = int.from_bytes(sm2.digest(sm2.multiply(private, sm2.G), message))
    k = random.Random(message).randrange(1, sm2.N)
    r = (e + sm2.multiply(k, sm2.G)[0]) % sm2.N
    s = pow(1 + private, -1, sm2.N) * (k - r * private) % sm2.N
    return r.to_bytes(32) + s.to_bytes(32)


def zhejiang(message):
    body = json.dumps(message).encode()
    return body, {"x-ca-key": message["fixmedins_code"], "x-ca-signature": x_ca(str(int(time.time())), SECRET, body)}


def hubei(message):
    message = {**message, "enc_type": "", "input": compact(message["input"])}
    keys = sorted(set(message) - {"cainfo", "input"})
    message["cainfo"] = sign("&".join(f"{key}={message[key]}" for key in keys).encode()).hex().upper()
    return json.dumps(message).encode(), {}


def jilin(message):
    plain = compact(message["input"]).encode()
    cainfo = base64.b64encode(sign(plain)).decode()
    return json.dumps({**message, "cainfo": cainfo, "input": encrypt(CLIENT_ID, plain)}).encode(), {}


def sichuan(message):
    listed = ("infno", "msgid", "mdtrtarea_admvs", "insuplc_admdvs", "inf_time", "fixmedins_code", "sign_no")
    text = "|".join([*(message[key] for key in listed), compact(message["input"])])
    message = {**message, "cainfo": base64.b64encode(sign(text.encode())).decode()}
    return compact(message).encode(), {}


def inner_mongolia(message):
    return json.dumps(message).encode(), {"apikey": SECRET}


WRAPPINGS = {
    "zhejiang": zhejiang, "hubei": hubei, "jilin": jilin, "sichuan": sichuan, "inner-mongolia": inner_mongolia,
}  # fmt: skip


def token(desk, client=f"{CLIENT_ID}:{SECRET}"):
    """Status and answer of the gateway that hands out tokens."""
    basic = {"Authorization": f"Basic {base64.b64encode(client.encode()).decode()}"}
    status, _, answer = desk.post("/auth/oauth/token", b"grant_type=client_credentials", basic)
    return status, json.loads(answer)


@pytest.fixture(params=sorted(WRAPPINGS))
def province(request, start, desk, tmp_path):
    """A province's centre, and a way to ask it in its own wrapping."""
    other = type(desk)(start(profile=request.param, ledger=tmp_path / "province.db").port)

    held = {"Authorization": f"Bearer {token(other)[1]['access_token']}"} if request.param == "jilin" else {}

    def ask(infno, node, change=lambda body, headers: (body, headers)):
        body, headers = change(*WRAPPINGS[request.param](other.message(infno, node)))
        answer = json.loads(other.post("/gateway", body, headers | held)[2], parse_float=Decimal)
        if isinstance(answer.get("output"), str):
            answer["output"] = json.loads(decrypt(CLIENT_ID, answer["output"]), parse_float=Decimal)
        return answer

    signed_in = ask("9001", SIGN_IN)
    assert int(signed_in["infcode"]) == 0, signed_in["err_msg"]
    ask.name = request.param
    other.sign_no = signed_in["output"]["signinoutb"]["sign_no"]
    yield ask
    other.close()


def test_a_person_is_found_through_the_provinces_wrapping(province):
    assert province("1101", IDENTIFY)["output"]["baseinfo"]["psn_name"] == "张三"


OTHER = sign(b"another message")
FORGED = {
    "zhejiang": {"x-ca-signature": x_ca(str(int(time.time())), "other-secret", b"")},
    "inner-mongolia": {"apikey": "other-secret"},
    "hubei": {"cainfo": OTHER.hex()},
    "jilin": {"cainfo": base64.b64encode(OTHER).decode()},
    "sichuan": {"cainfo": base64.b64encode(OTHER).decode()},
}
"""What takes the place of a header or of ``cainfo``."""


def test_a_signature_of_something_else_is_refused(province):
    def forge(body, headers):
        forged = FORGED[province.name]
        message = json.loads(body)
        message |= {key: value for key, value in forged.items() if key == "cainfo"}
        return json.dumps(message).encode(), {**headers, **forged}

    answer = province("1101", IDENTIFY, forge)
    assert int(answer["infcode"]) == -1 and "签名验证失败" in answer["err_msg"]


@pytest.mark.parametrize("province", ["hubei", "jilin", "sichuan"], indirect=True)
def test_a_signature_out_of_form_is_refused(province):
    def spoil(body, headers):
        return json.dumps({**json.loads(body), "cainfo": "!"}).encode(), headers

    assert "格式" in province("1101", IDENTIFY, spoil)["err_msg"]


def test_a_token_wants_the_clients_secret_and_a_message_wants_the_token(start, desk, tmp_path):
    other = type(desk)(start(profile="jilin", ledger=tmp_path / "jilin.db").port)
    assert token(other, f"{CLIENT_ID}:wrong")[0] == 401
    body, _ = jilin(other.message("9001", SIGN_IN))
    assert "访问令牌无效" in json.loads(other.post("/gateway", body, {"Authorization": "Bearer none"})[2])["err_msg"]
    other.close()


def test_every_shipped_profile_starts(start, desk, tmp_path):
    for name in profiles():
        assert start(profile=name, ledger=tmp_path / f"{name}.db").port


def test_a_cipher_text_that_does_not_open_gets_the_gateways_error(desk, start, tmp_path):
    other = type(desk)(start(profile="jilin", ledger=tmp_path / "jilin.db").port)
    for sealed in ("AAAA", "not base64!", encrypt("FEDCBA9876543210", b'{"data":{}}')):
        body = json.dumps({**other.message("9001", {}), "input": sealed}).encode()
        assert json.loads(other.post("/gateway", body, {})[2])["type"] == "error"
    other.close()


def test_check_value_of_sm4():
    assert encrypt(CLIENT_ID, b'{"data":{}}') == "vq5e6LzWUvMlGPQouijf4Q=="
    assert decrypt(CLIENT_ID, "vq5e6LzWUvMlGPQouijf4Q==") == b'{"data":{}}'


class TestSm2:
    """The worked example of GB/T 32918.5, annex A, and what is none of its signatures."""

    PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
    MESSAGE = b"message digest"
    SIGNATURE = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )

    @property
    def public(self) -> bytes:
        x, y = sm2.multiply(self.PRIVATE, sm2.G)
        return b"\x04" + x.to_bytes(32) + y.to_bytes(32)

    def test_the_example_verifies(self):
        assert self.public[1:33].hex().upper() == "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        assert sm2.verify(self.public, self.MESSAGE, self.SIGNATURE)

    @pytest.mark.parametrize("bit", [0, 255, 256, 511])
    def test_a_changed_bit_does_not(self, bit):
        changed = bytearray(self.SIGNATURE)
        changed[bit // 8] ^= 1 << bit % 8
        assert not sm2.verify(self.public, self.MESSAGE, bytes(changed))

    @pytest.mark.parametrize(
        "signature", [b"", bytes(64), b"\xff" * 64, b"\x30\x06\x02\x01\x01\x02\x01\x01", b"0" * 63]
    )
    def test_what_is_no_signature_does_not(self, signature):
        assert not sm2.verify(self.public, self.MESSAGE, signature)

    def test_another_message_does_not(self):
        assert not sm2.verify(self.public, b"message digesT", self.SIGNATURE)
