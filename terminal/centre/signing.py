"""Who we are, proven to the gateway in the way each province wants, and the input wrapped as it wants.

Every form has a check value in the tests. SM3 and SM4 come from ``cryptography``, SM2 from the extra ``sm2``.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

from config.profiles import Wrapping
from terminal.centre.faults import ExtraMissing
from terminal.centre.wire import compose, parse

USER_ID = b"1234567812345678"
"""The user id of SM2 signatures where a province names none (GB/T 35276)."""


def x_tif(account: str, secret: str, nonce: str, timestamp: int) -> dict[str, str]:
    """The common form: lowercase hex SHA-256 of timestamp, secret, nonce and timestamp; the body is not signed."""
    digest = hashlib.sha256(f"{timestamp}{secret}{nonce}{timestamp}".encode()).hexdigest()
    return {
        "x-tif-paasid": account,
        "x-tif-timestamp": str(timestamp),
        "x-tif-nonce": nonce,
        "x-tif-signature": digest,
    }


def x_ca(institution: str, secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Zhejiang: timestamp, colon, uppercase hex HMAC-SM3 over timestamp, line feed and body."""
    mac = HMAC(secret.encode(), hashes.SM3())
    mac.update(f"{timestamp}\n".encode() + body)
    return {"x-ca-key": institution, "x-ca-signature": f"{timestamp}:{mac.finalize().hex().upper()}"}


def headers(
    wrapping: Wrapping, institution: str, account: str, secret: str, at: datetime, body: bytes
) -> Mapping[str, str]:
    """The headers that a gateway checks, for one request; a bearer token is the exchange's to fetch."""
    timestamp = int(at.timestamp())
    match wrapping.header:
        case "x-tif":
            return x_tif(account, secret, secrets.token_hex(8), timestamp)
        case "x-ca":
            return x_ca(institution, secret, timestamp, body)
        case "apikey":
            return {"apikey": secret}
        case "none" | "bearer":
            return {}


def sm4_encrypt(key: bytes, data: bytes) -> bytes:
    """SM4-ECB with PKCS#7 padding; the mode is the province's choice, not ours."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 - Jilin demands ECB
    return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


def sm4_decrypt(key: bytes, data: bytes) -> bytes:
    """The inverse. Raises ValueError for what is not such a text."""
    decryptor = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()  # noqa: S305 - Jilin demands ECB
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()


def sm2_sign(private_key: bytes, message: bytes) -> bytes:
    """The 64 bytes r and s over SM3 of the message. Raises ExtraMissing where the extra is not installed."""
    try:
        from gmalg import SM2
    except ImportError as error:
        raise ExtraMissing(extra="sm2") from error
    r, s = SM2(private_key, USER_ID, SM2(private_key).generate_pk(private_key)).sign(message)
    return bytes(r.rjust(32, b"\0") + s.rjust(32, b"\0"))


def seal(envelope: Mapping[str, Any], wrapping: Wrapping, account: str, private_key: bytes) -> dict[str, Any]:
    """An envelope ready to travel: ``cainfo`` signed and ``input`` as object, text or cipher text.

    ``account`` is the client id whose 16 characters are the SM4 key where the body is encrypted.
    """
    sealed = dict(envelope)
    if wrapping.signature == "none" and wrapping.body == "plain":
        return sealed
    plain = compose(sealed["input"], number_as_text=wrapping.number_as_text)
    match wrapping.signature:
        case "envelope-sm2":
            keys = sorted(sealed.keys() - {"cainfo", "input"})
            text = "&".join(f"{key}={sealed[key]}" for key in keys)
            sealed["cainfo"] = sm2_sign(private_key, text.encode()).hex().upper()
        case "input-sm2":
            sealed["cainfo"] = base64.b64encode(sm2_sign(private_key, plain)).decode()
        case "listed-sm2":
            text = "|".join([*(str(sealed[key]) for key in LISTED), plain.decode()])
            sealed["cainfo"] = base64.b64encode(sm2_sign(private_key, text.encode())).decode()
        case "none":
            pass
    match wrapping.body:
        case "text":
            sealed["input"] = plain.decode()
        case "sm4":
            sealed["input"] = base64.b64encode(sm4_encrypt(account.encode()[:16], plain)).decode()
        case "plain":
            pass
    return sealed


LISTED = (
    "infno", "msgid", "mdtrtarea_admvs", "insuplc_admdvs", "inf_time", "fixmedins_code", "sign_no",
)  # fmt: skip
"""What Sichuan signs, before the input."""


def unseal(output: Any, wrapping: Wrapping, account: str) -> Any:
    """The output as it was before the province encrypted it. Raises ValueError for a broken cipher text."""
    if wrapping.body == "sm4" and isinstance(output, str) and output:
        return parse(sm4_decrypt(account.encode()[:16], base64.b64decode(output, validate=True)))
    return output
