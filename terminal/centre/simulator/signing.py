"""Whether a request was really sent by an institution: the header and signature forms of the provinces.

x-tif: SHA-256 over timestamp + secret + nonce + timestamp, lowercase hex; the body is not signed.
x-ca (Zhejiang): ``ts:`` and uppercase HMAC-SM3 over timestamp, a line feed and the body.
"""

import base64
import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from secrets import token_hex

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from terminal.centre.simulator import sm2, wire
from terminal.centre.simulator.profile import HeaderForm, Profile, SignatureForm
from terminal.centre.simulator.wire import Node, Refusal, Request

TOKEN_PATH = "/auth/oauth/token"  # noqa: S105
TOKEN_SECONDS = 3600

_LISTED = ("infno", "msgid", "mdtrtarea_admvs", "insuplc_admdvs", "inf_time", "fixmedins_code", "sign_no")


def x_tif(timestamp: str, secret: str, nonce: str) -> str:
    """The value of ``x-tif-signature``."""
    return hashlib.sha256(f"{timestamp}{secret}{nonce}{timestamp}".encode()).hexdigest()


def x_ca(timestamp: str, secret: str, body: bytes) -> str:
    """The value of ``x-ca-signature``."""
    mac = HMAC(secret.encode(), hashes.SM3())
    mac.update(timestamp.encode() + b"\n" + body)
    return f"{timestamp}:{mac.finalize().hex().upper()}"


def signed_text(form: SignatureForm, request: Request) -> bytes:
    """What a province signs of a request."""
    message = request.message
    match form:
        case SignatureForm.ENVELOPE:
            keys = sorted(key for key in message if key not in ("cainfo", "input"))
            return "&".join(f"{key}={wire.text(message, key)}" for key in keys).encode()
        case SignatureForm.LISTED:
            return b"|".join([*(wire.text(message, key).encode() for key in _LISTED), request.plain_input])
        case _:
            return request.plain_input


class Gate:
    """Checks headers and signatures, and remembers nonces as long as their timestamps are good."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._tokens: dict[str, float] = {}
        self._nonces: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._headers: Mapping[HeaderForm, Callable[[Request, datetime], None]] = {
            HeaderForm.X_TIF: self._x_tif,
            HeaderForm.X_CA: self._x_ca,
            HeaderForm.APIKEY: self._apikey,
            HeaderForm.BEARER: self._bearer,
        }

    def check(self, request: Request, now: datetime) -> None:
        """Raises Refusal for a wrong signature, an old timestamp or a nonce seen before."""
        if check := self._headers.get(self._profile.header):
            check(request, now)
        if self._profile.signature is not SignatureForm.NONE:
            self._sm2(request)

    def grant(self, headers: Mapping[str, str], now: datetime) -> Node:
        """A bearer token for client id and secret. Raises Refusal."""
        pair = f"{self._profile.client_id}:{self._profile.secret}".encode()
        _compare(f"Basic {base64.b64encode(pair).decode()}", headers.get("authorization", ""))
        token = token_hex(16)
        self._tokens[token] = now.timestamp() + TOKEN_SECONDS
        return {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}

    def _bearer(self, request: Request, now: datetime) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) < now.timestamp():
            raise Refusal("FSI-访问令牌无效或已过期")

    def _sm2(self, request: Request) -> None:
        given = wire.text(request.message, "cainfo")
        try:
            if self._profile.signature is SignatureForm.ENVELOPE:
                signature = bytes.fromhex(given)
            else:
                signature = base64.b64decode(given, validate=True)
        except ValueError:
            raise Refusal("FSI-数字签名信息格式不正确") from None
        key = bytes.fromhex(self._profile.public_key)
        if not sm2.verify(key, signed_text(self._profile.signature, request), signature):
            raise Refusal("FSI-签名验证失败")

    def _x_tif(self, request: Request, now: datetime) -> None:
        timestamp = request.headers.get("x-tif-timestamp", "")
        nonce = request.headers.get("x-tif-nonce", "")
        if not request.headers.get("x-tif-paasid") or not nonce:
            raise Refusal("FSI-缺少x-tif请求头")
        _compare(x_tif(timestamp, self._profile.secret, nonce), request.headers.get("x-tif-signature", ""))
        self._fresh(timestamp, now)
        with self._lock:
            horizon = now.timestamp() - 2 * self._profile.clock_window
            while self._nonces and next(iter(self._nonces.values())) < horizon:
                self._nonces.popitem(last=False)
            if nonce in self._nonces:
                raise Refusal("FSI-请求随机数重复")
            self._nonces[nonce] = now.timestamp()

    def _x_ca(self, request: Request, now: datetime) -> None:
        given = request.headers.get("x-ca-signature", "")
        timestamp = given.partition(":")[0]
        _compare(x_ca(timestamp, self._profile.secret, request.body), given)
        self._fresh(timestamp, now)

    def _apikey(self, request: Request, now: datetime) -> None:
        _compare(self._profile.secret, request.headers.get("apikey", ""))

    def _fresh(self, timestamp: str, now: datetime) -> None:
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise Refusal("FSI-签名时间戳格式不正确")
        if abs(int(timestamp) - now.timestamp()) > self._profile.clock_window:
            raise Refusal("FSI-签名时间戳超出允许范围，请校准本机时间")


def _compare(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise Refusal("FSI-签名验证失败")
