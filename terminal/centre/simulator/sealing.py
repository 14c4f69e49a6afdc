"""The body forms of the provinces: ``input`` as an object, as JSON text, or as SM4 cipher text; ``output`` likewise.

SM4 is in ECB mode with PKCS#7 padding under the 16 characters of the client id, written in Base64 (Jilin).
"""

import base64
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from terminal.centre.simulator import wire
from terminal.centre.simulator.profile import BodyForm, Profile
from terminal.centre.simulator.wire import Unreadable

_BLOCK = 128


def encrypt(client_id: str, plain: bytes) -> str:
    """Plain bytes as Base64 cipher text."""
    padder = PKCS7(_BLOCK).padder()
    sealer = _cipher(client_id).encryptor()
    return base64.b64encode(sealer.update(padder.update(plain) + padder.finalize()) + sealer.finalize()).decode()


def decrypt(client_id: str, text: str) -> bytes:
    """Base64 cipher text as plain bytes. Raises ValueError."""
    opener = _cipher(client_id).decryptor()
    unpadder = PKCS7(_BLOCK).unpadder()
    padded = opener.update(base64.b64decode(text, validate=True)) + opener.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def open_input(profile: Profile, body: bytes) -> tuple[Any, bytes]:
    """``input`` of an envelope, decoded, and its plain text as it was signed. Raises Unreadable."""
    try:
        raw = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get("input", msgspec.Raw(b"null"))
        plain = bytes(raw)
        if profile.body is not BodyForm.PLAIN and plain.startswith(b'"'):
            text = msgspec.json.decode(plain, type=str)
            plain = decrypt(profile.client_id, text) if profile.body is BodyForm.SM4 else text.encode()
        return wire.decode(plain), plain
    except ValueError:
        raise Unreadable("FSI-交易报文不正确：input不能解开") from None


def seal_output(profile: Profile, output: object) -> object:
    """``output`` as the province sends it."""
    if profile.body is BodyForm.SM4 and output is not None:
        return encrypt(profile.client_id, wire.encode(output))
    return output


def _cipher(client_id: str) -> Cipher[modes.ECB]:
    return Cipher(SM4(client_id.encode()), modes.ECB())  # noqa: S305
