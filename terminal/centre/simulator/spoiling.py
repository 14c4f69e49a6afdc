"""How an answer goes out: whole, or spoiled the way a fault says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from terminal.centre.simulator import wire
from terminal.centre.simulator.faults import FaultKind
from terminal.centre.simulator.wire import Node

JSON = "application/json;charset=utf-8"
_HTML = "text/html;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is written on the line. ``promised`` is the length the header names; less comes when the answer is cut."""

    status: HTTPStatus
    kind: str
    body: bytes
    promised: int


def whole(answer: object) -> Sent:
    """An answer as it should be: JSON, or a file's bytes."""
    if isinstance(answer, bytes):
        return Sent(HTTPStatus.OK, "application/octet-stream", answer, len(answer))
    body = wire.encode(answer)
    return Sent(HTTPStatus.OK, JSON, body, len(body))


def unreadable(reason: str) -> Node:
    """The gateway's answer when it finds no transaction: no output, no times."""
    return {"type": "error", "infcode": -1, "err_msg": f"{reason},异常流水号:0000000001"}


def spoiled(fault: FaultKind, answer: Node | bytes) -> Sent | None:
    """The answer as the fault leaves it; None when nothing comes."""
    return _SPOILERS.get(fault, whole)(answer)


def _nothing(answer: Node | bytes) -> None:
    return None


def _half(answer: Node | bytes) -> Sent:
    sent = whole(answer or unreadable(""))
    return Sent(sent.status, sent.kind, sent.body[: sent.promised // 2], sent.promised)


def _page(status: HTTPStatus, text: str) -> Callable[[Node | bytes], Sent]:
    body = f"<html><body>{text}</body></html>".encode()
    return lambda answer: Sent(status, _HTML, body, len(body))


def _no_output(answer: Node | bytes) -> Sent:
    rest = {} if isinstance(answer, bytes) else answer
    return whole({**rest, "infcode": 0, "err_msg": "FSI-系统异常[OutputBuilder_88]", "output": None})


def _numbers_as_text(value: Any) -> Any:
    match value:
        case dict():
            return {key: _numbers_as_text(part) for key, part in value.items()}
        case list():
            return [_numbers_as_text(part) for part in value]
        case None | str() | bool() | bytes():
            return value
        case _:
            return str(value)


def _one_object(answer: Node | bytes) -> Node | bytes:
    output = {} if isinstance(answer, bytes) else answer.get("output")
    if isinstance(answer, bytes) or not isinstance(output, dict):
        return answer
    single = {key: part[0] if isinstance(part, list) and len(part) == 1 else part for key, part in output.items()}
    return {**answer, "output": single}


_SPOILERS: Mapping[FaultKind, Callable[[Node | bytes], Sent | None]] = {
    FaultKind.DROP: _nothing,
    FaultKind.HALF: _half,
    FaultKind.HTML: _page(HTTPStatus.OK, "系统维护中"),
    FaultKind.BAD_GATEWAY: _page(HTTPStatus.BAD_GATEWAY, "502 Bad Gateway"),
    FaultKind.NO_OUTPUT: _no_output,
    FaultKind.NUMBERS_AS_TEXT: lambda answer: whole(_numbers_as_text(answer)),
    FaultKind.ONE_OBJECT: lambda answer: whole(_one_object(answer)),
}
