"""A key service on the network: the two-step exchange of the HSM variants (人社信息函〔2016〕38号, part 2).

Transport: POST of the Step 1 line as text; 200 with the Step 2 key as text; anything else is a refusal to show. The
card stays powered and in its transaction meanwhile, and is touched every two seconds so that no system resets it.
"""

import re
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from cardio.applications.authentication import Cryptograms, Step1
from cardio.faults import CardFault
from cardio.reading import NO_TERMINAL
from cardio.session import Card

DEADLINE = 10.0
"""Seconds a key service may take."""
TOUCH = 2.0
"""Seconds between touches of the card; Windows resets a card whose transaction idles for five."""
LONGEST_ANSWER = 1024
STEP_2: Final = re.compile(r"([0-9A-F]{16})([0-9A-F]{16})\|(?:([0-9A-F]{16})([0-9A-F]{16}))?\|?", re.IGNORECASE)


class KeyServiceRefused(CardFault):
    """The service answered, but not with a key; ``text`` is its answer, shortened."""

    code = "key_service_refused"
    exit = 4
    zh = "加密机服务拒绝（{status}）：{text}。"
    en = "The key service refused ({status}): {text}."
    next_zh = "请核对发卡地区是否由该服务支持；可改用身份证号结算。"
    next_en = "Check that the service serves the issuing region; the ID number can be used instead."


class KeyServiceUnreachable(CardFault):
    """No answer in time, or no connection."""

    code = "key_service_unreachable"
    exit = 4
    zh = "加密机服务无法访问（{reason}）。"
    en = "The key service cannot be reached ({reason})."
    next_zh = "请检查网络与 --hsm 地址后重试；不加 --hsm 仍可读取公开信息。"
    next_en = "Check the network and the --hsm address; without --hsm the free part can still be read."


class KeyService:
    """See ``cardio.applications.authentication.KeySource``."""

    terminal = NO_TERMINAL

    def __init__(self, url: str, deadline: float = DEADLINE) -> None:
        self._url = url
        self._deadline = deadline

    def answer(self, step1: Step1, card: Card) -> Cryptograms:
        """Raises KeyServiceRefused, KeyServiceUnreachable, and what the card raises when it is gone meanwhile."""
        answers: SimpleQueue[str | CardFault] = SimpleQueue()
        asking = (step1.line(), answers.put)
        # a daemon: a service that drips its answer for ever must not keep the program from ending
        threading.Thread(target=self._ask, args=asking, name="key service", daemon=True).start()
        left = self._deadline + TOUCH
        while left > 0:
            try:
                answer = answers.get(timeout=TOUCH)
            except Empty:
                card.alive()
                left -= TOUCH
                continue
            if isinstance(answer, CardFault):
                raise answer
            return step2(answer, step1)
        raise KeyServiceUnreachable(reason=f"no answer in {self._deadline:g} s")

    def _ask(self, line: str, tell: Callable[[str | CardFault], None]) -> None:
        try:
            tell(self._post(line))
        except CardFault as fault:
            tell(fault)

    def _post(self, line: str) -> str:
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.request import HTTPRedirectHandler, Request, build_opener

        class Nowhere(HTTPRedirectHandler):
            """Anything but 200 is a refusal, a redirection too: the key must come from whom it was asked."""

            def redirect_request(self, *_: object) -> None:
                return None

        if not self._url.startswith(("http://", "https://")):
            raise KeyServiceUnreachable(reason="the address must begin with http:// or https://")
        try:
            request = Request(  # noqa: S310 - the scheme was just checked
                self._url, line.encode("ascii"), {"Content-Type": "text/plain; charset=us-ascii"}
            )
            with build_opener(Nowhere).open(request, timeout=self._deadline) as answer:
                status, body = answer.status, answer.read(LONGEST_ANSWER)
        except HTTPError as error:
            with error:
                status, body = error.code, error.read(LONGEST_ANSWER)
        except (OSError, ValueError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise KeyServiceUnreachable(reason=reason) from None
        text = bytes(body).decode("utf-8", "replace").strip()
        if status != 200:
            raise KeyServiceRefused(status=status, text=_shown(text))
        return text


def step2(text: str, step1: Step1) -> Cryptograms:
    """Take the key of ``iReadCardBas_HSM_Step2`` apart. Raises KeyServiceRefused when it is none, or another card's."""
    match = STEP_2.fullmatch(text)
    if match is None:
        raise KeyServiceRefused(status=200, text=_shown(text) or "-")
    internal, internal_raw, external, external_raw = (bytes.fromhex(part or "") for part in match.groups())
    if internal_raw != step1.internal_raw or external_raw != step1.external_raw:
        raise KeyServiceRefused(status=200, text="the key belongs to another card")
    return Cryptograms(internal, external)


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:200]
