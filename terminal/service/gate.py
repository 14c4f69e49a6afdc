"""Who may call: loopback only, known hosts and pages, a token, and no more than a desk can need."""

import time
from collections.abc import Mapping
from typing import ClassVar

from terminal.faults import Exit, Fault
from terminal.service.clients import Client, Clients, Right

LARGEST_BODY = 4 * 1024 * 1024
"""A bill of 5,000 lines has about 1 MB."""
PER_SECOND, BURST = 200.0, 400.0
COOKIE = "yibao_office"


class Refusal(Fault):
    """A call that does not get through the gate; ``status`` is its HTTP status."""

    status: ClassVar[int] = 403
    exit = Exit.NO


class WrongHost(Refusal):
    """The name in the address is not loopback: a page of the net that had its name point here (DNS rebinding)."""

    code = "wrong_host"
    zh = "请求的主机名 {host} 不是本机。"
    en = "The host {host} is not this machine."
    next_zh = "请用 127.0.0.1 访问。"
    next_en = "Use 127.0.0.1."


class WrongOrigin(Refusal):
    """A web page that no client names."""

    code = "wrong_origin"
    zh = "网页 {origin} 没有登记，不能调用本机服务。"
    en = "The page {origin} is not registered; it may not call this service."
    next_zh = "请管理员用 `yibao client add --origin` 登记。"
    next_en = "Ask the administrator to register it with `yibao client add --origin`."


class NoToken(Refusal):
    """No token, or one that nobody holds."""

    code = "no_token"
    status = 401
    zh = "没有令牌，或令牌已注销。"
    en = "No token, or one that was revoked."
    next_zh = "请在请求头 Authorization 中给出令牌。"
    next_en = "Send the token in the Authorization header."


class NoRight(Refusal):
    """The client's role does not have the right."""

    code = "no_right"
    zh = "接口程序 {client} 没有“{right}”权限。"
    en = "The client {client} does not have the right {right}."
    next_zh = "请用有权限的程序。"
    next_en = "Use a client that has it."


class TooLarge(Refusal):
    """A body larger than any bill."""

    code = "too_large"
    status = 413
    zh = "请求超过 {most} 字节。"
    en = "The request is larger than {most} bytes."
    next_zh = "请分成多张账单。"
    next_en = "Split it into several bills."


class TooMany(Refusal):
    """More calls than a desk can need."""

    code = "too_many"
    status = 429
    zh = "调用过于频繁。"
    en = "Too many calls."
    next_zh = "请稍后再试。"
    next_en = "Try again in a moment."


class Gate:
    """Checks every call before it reaches a use case."""

    def __init__(self, clients: Clients, port: int) -> None:
        self._clients = clients
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._pages = {f"http://{host}" for host in self._hosts} | {f"https://{host}" for host in self._hosts}
        self._tokens: dict[str, tuple[float, float]] = {}

    def check_place(self, headers: Mapping[str, str]) -> None:
        """Host and origin, before anything is read. Raises WrongHost, WrongOrigin."""
        host = headers.get("host", "")
        if host not in self._hosts:
            raise WrongHost(host=host[:80])
        origin = headers.get("origin")
        if origin is not None and origin not in self._pages and origin not in self._clients.origins():
            raise WrongOrigin(origin=origin[:80])

    def client(self, headers: Mapping[str, str], cookies: Mapping[str, str], right: Right) -> Client:
        """Who calls, if it may. A cookie opens only what reads. Raises NoToken, NoRight, WrongOrigin, TooMany."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            token = cookies.get(COOKIE, "") if right is Right.READ else ""
        client = self._clients.holding(token) if token else None
        if client is None:
            raise NoToken()
        origin = headers.get("origin")
        if origin is not None and origin not in self._pages and origin not in client.origins:
            raise WrongOrigin(origin=origin[:80])
        if not client.may(right):
            raise NoRight(client=client.name, right=right)
        self._spend(client)
        return client

    def check_length(self, length: int) -> None:
        """Raises TooLarge."""
        if length > LARGEST_BODY:
            raise TooLarge(most=LARGEST_BODY)

    def allows(self, origin: str) -> bool:
        """Whether a page may be told, in a pre-flight, that it may call."""
        return origin in self._pages or origin in self._clients.origins()

    def _spend(self, client: Client) -> None:
        now = time.monotonic()
        left, since = self._tokens.get(client.digest, (BURST, now))
        left = min(BURST, left + (now - since) * PER_SECOND)
        if left < 1:
            self._tokens[client.digest] = (left, now)
            raise TooMany()
        self._tokens[client.digest] = (left - 1, now)
