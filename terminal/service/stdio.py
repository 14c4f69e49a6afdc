"""The framed door: the same calls over standard input and output, which also makes it a browser's messaging host.

A frame is a 32-bit length in the machine's byte order and that many bytes of JSON (Chrome, Firefox: native messaging).
"""

import struct
from typing import BinaryIO

import msgspec

from terminal.counter.till import Till
from terminal.documents import encode
from terminal.service.api import Api
from terminal.service.clients import Client, Role
from terminal.service.gate import LARGEST_BODY
from terminal.service.routes import ROUTES

_LENGTH = struct.Struct("@I")


class Frame(msgspec.Struct, frozen=True):
    """A call: method and path as in the OpenAPI document; ``id`` comes back with the answer."""

    method: str
    path: str
    id: int | str = 0
    key: str = ""
    body: msgspec.Raw = msgspec.Raw(b"{}")


def run(till: Till, source: BinaryIO, sink: BinaryIO) -> None:
    """Answers frames until the other side closes. Whoever starts this process is the operator of the settings."""
    client = Client("stdio", till.settings.operator, Role.CASHIER, "")
    api = Api(till)
    try:
        while frame := _read(source):
            answer = _answer(api, client, frame)
            sink.write(_LENGTH.pack(len(answer)) + answer)
            sink.flush()
    finally:
        api.close()


def _read(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST_BODY:
        return None
    data = source.read(length)
    return data if len(data) == length else None


def _answer(api: Api, client: Client, data: bytes) -> bytes:
    try:
        frame = msgspec.json.decode(data, type=Frame)
    except msgspec.DecodeError as error:
        return encode({"id": None, "status": 400, "body": {"error": str(error)}})
    for route in ROUTES:
        place = _place(route.path, frame.path)
        if route.method == frame.method and place is not None:
            answer = api.perform(route, client, bytes(frame.body), key=frame.key, place=place)
            return encode({"id": frame.id, "status": answer.status, "body": msgspec.Raw(answer.body)})
    return encode({"id": frame.id, "status": 404, "body": {"error": f"{frame.method} {frame.path}"}})


def _place(pattern: str, path: str) -> str | None:
    """What stands in the braces of a pattern; empty where there are none, None where the path does not fit."""
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    place = ""
    for word, part in zip(wanted, given, strict=True):
        if word.startswith("{") and part:
            place = part
        elif word != part:
            return None
    return place
