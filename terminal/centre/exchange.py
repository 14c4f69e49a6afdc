"""One transaction with the centre: envelope, signature, wire, answer, sign-in."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

import msgspec

from config.profiles import Profile
from terminal.centre import signing
from terminal.centre.envelope import AnswerHead, RequestHead
from terminal.centre.faults import BreaksText, CentreAnswerBroken, CentreRefused, CentreSilent, CentreUnreachable
from terminal.centre.messages import TRANSACTIONS, read_output
from terminal.centre.messages.files import DownloadRequest
from terminal.centre.messages.session import (
    SignIn,
    SignInAnswer,
    SignInRequest,
    SignOut,
    SignOutRequest,
    TokenAnswer,
)
from terminal.centre.transport import Line, NoCompleteAnswer, NothingLeft
from terminal.centre.wire import Finding, Node, Severity, compose, parse
from terminal.clock import Clock
from terminal.documents import Institution

_Answer = TypeVar("_Answer", bound=Node)


class Endpoint(msgspec.Struct, frozen=True):
    """Where one institution reaches its centre, and as whom. The secret is never shown."""

    url: str
    institution: Institution
    account: str = ""
    secret: str = ""
    private_key: bytes = b""
    """The SM2 key, 32 bytes, where the profile signs with one."""

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, {self.institution.code!r})"


class Operator(msgspec.Struct, frozen=True):
    """Who works at the desk: ``kind`` 1 is a clerk, 2 a self-service terminal, 3 a mobile one."""

    number: str
    name: str
    kind: str = "1"
    mac: str = "00-00-00-00-00-00"
    ip: str = "127.0.0.1"


class Reply(msgspec.Struct, frozen=True):
    """A complete good answer: its node, its bytes, and what is odd about it."""

    content: Node
    head: AnswerHead
    raw: bytes
    findings: tuple[Finding, ...]


class Exchange:
    """Speaks one profile with one centre for one operator, over one kept connection."""

    def __init__(
        self, profile: Profile, endpoint: Endpoint, operator: Operator, clock: Clock, numbers: Callable[[], str]
    ) -> None:
        self.profile, self.endpoint, self.operator = profile, endpoint, operator
        self.clock, self.numbers = clock, numbers
        try:
            self.line = Line(endpoint.url, connect=profile.deadlines.connect, answer=profile.deadlines.answer)
        except ValueError as error:
            raise CentreUnreachable(reason=str(error)) from error
        self._sign_number = ""
        self._signed_on: date | None = None
        self._token, self._token_until = "", clock()

    def sent_as(self, transaction: str) -> str:
        """The number that really travels: 2207, or its live twin 2207A."""
        return transaction + self.profile.suffixes.get(transaction, "")

    def sign_in(self) -> str:
        """Signs the operator in (9001) and keeps the number for the day. Raises the faults of ``call``."""
        self._hold_token()
        self._sign_number = ""
        who = SignIn(opter_no=self.operator.number, mac=self.operator.mac, ip=self.operator.ip)
        answer = _typed(self.call("9001", SignInRequest(signIn=who)), SignInAnswer).signinoutb
        if answer is None or not answer.sign_no:
            raise CentreAnswerBroken(transaction="9001", place="signinoutb.sign_no", found="is absent")
        self._sign_number, self._signed_on = answer.sign_no, self.clock().date()
        return answer.sign_no

    def sign_out(self) -> bool:
        """Signs the operator out (9002) and says whether anybody was signed in. Raises the faults of ``call``."""
        if not self._sign_number:
            return False
        key = SignOut(sign_no=self._sign_number, opter_no=self.operator.number)
        self.call("9002", SignOutRequest(signOut=key))
        self._sign_number, self._signed_on = "", None
        return True

    def ready(self) -> None:
        """Fetches what the next message needs beforehand: a bearer token, and the day's sign-in number.

        No source states how long a sign-in lives; a calendar day is what recordings suggest.
        """
        self._hold_token()
        if self.profile.sign_in and self._signed_on != self.clock().date():
            self.sign_in()

    def _hold_token(self) -> None:
        by, path = self.endpoint, self.profile.wrapping.token_path
        if not path or self.clock() < self._token_until:
            return
        known = base64.b64encode(f"{by.account}:{by.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {known}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = TokenAnswer.read(self._parsed(path, self._posted(path, path, headers, TOKEN_REQUEST, None)))
        if not answer.access_token:
            raise CentreAnswerBroken(transaction=path, place="access_token", found="is absent")
        self._token = answer.access_token
        self._token_until = self.clock() + timedelta(seconds=max(0, (answer.expires_in or 0) - TOKEN_MARGIN))

    def ask(self, transaction: str, content: Node, kind: type[_Answer], *, area: str = "") -> _Answer:
        """The typed answer of ``question``."""
        return _typed(self.question(transaction, content, area=area), kind)

    def question(self, transaction: str, content: Node, *, area: str = "") -> Reply:
        """A transaction that may be repeated without harm, signing in where needed.

        Raises CentreUnreachable, CentreSilent, CentreAnswerBroken, CentreRefused, BreaksText.
        """
        self.ready()
        try:
            return self.call(transaction, content, area=area)
        except CentreRefused as refusal:
            if not self._sign_in_is_wanted(refusal):
                raise
        self.sign_in()
        return self.call(transaction, content, area=area)

    def call(
        self,
        transaction: str,
        content: Node,
        *,
        area: str = "",
        message_number: str = "",
        on_first_byte: Callable[[], None] | None = None,
    ) -> Reply:
        """Sends exactly one message.

        ``area`` is the insured region of the person the message is about. Raises CentreUnreachable when no byte left,
        CentreSilent when there is no complete answer, CentreAnswerBroken, CentreRefused, and BreaksText before
        anything is sent.
        """
        number = self.sent_as(transaction)
        raw = self._post(number, content, area, message_number or self.numbers(), on_first_byte)
        try:
            return self._answer(number, raw)
        except CentreAnswerBroken as fault:
            fault.raw = raw
            raise
        except CentreRefused as refusal:
            if self._sign_in_is_wanted(refusal):
                self._signed_on = None
            raise

    def download(self, content: DownloadRequest) -> bytes:
        """The file that 9102 fetches; its answer is the file itself. Raises the faults of ``call``."""
        self.ready()
        raw = self._post("9102", content, "", self.numbers(), None)
        if raw.lstrip()[:1] == b"{":
            self._answer("9102", raw)
            raise CentreAnswerBroken(transaction="9102", place="-", found="is an envelope, not a file")
        return raw

    def _post(
        self,
        number: str,
        content: Node,
        area: str,
        message_number: str,
        on_first_byte: Callable[[], None] | None,
    ) -> bytes:
        body = self._request(number, content, area, message_number)
        headers = {"Content-Type": "application/json;charset=utf-8", **self._proof(body)}
        return self._posted(number, self._path(number), headers, body, on_first_byte)

    def _posted(
        self,
        name: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        on_first_byte: Callable[[], None] | None,
    ) -> bytes:
        try:
            return self.line.post(path, headers, body, on_first_byte)
        except NothingLeft as error:
            raise CentreUnreachable(reason=str(error)) from error
        except NoCompleteAnswer as error:
            raise CentreSilent(transaction=name, reason=str(error)) from error

    def _parsed(self, name: str, raw: bytes) -> dict[str, Any]:
        try:
            return parse(raw)
        except ValueError as error:
            raise CentreAnswerBroken(transaction=name, place="-", found=str(error)) from error

    def _sign_in_is_wanted(self, refusal: CentreRefused) -> bool:
        return self.profile.sign_in and re.search(self.profile.words.sign_in, str(refusal.data["text"])) is not None

    def _path(self, number: str) -> str:
        wrapping = self.profile.wrapping
        match wrapping.address:
            case "gateway":
                return wrapping.path
            case "suffix":
                return wrapping.path + number
            case "transaction":
                known = wrapping.paths.get(number) or wrapping.paths.get(number[:4])
                if known is None:
                    raise BreaksText(
                        place=f"profile {self.profile.name}, wrapping.paths.{number}",
                        name="交易地址",
                        rule_zh="没有配置",
                        rule_en="is not set",
                    )
                return wrapping.path + known

    def _request(self, number: str, content: Node, area: str, message_number: str) -> bytes:
        shape, at = self.profile.envelope, self.clock()
        place = self.endpoint.institution
        head = RequestHead(
            infno=number,
            msgid=message_number,
            mdtrtarea_admvs=place.area,
            insuplc_admdvs=area,
            recer_sys_code=shape.receivers.get(number[:4], shape.receiver),
            signtype=shape.signtype,
            infver=shape.version,
            opter_type=self.operator.kind,
            opter=self.operator.number,
            opter_name=self.operator.name,
            inf_time=at.strftime("%Y-%m-%d %H:%M:%S"),
            fixmedins_code=place.code,
            fixmedins_name=place.name,
            sign_no=self._sign_number,
            extra=shape.constants,
        )
        wrapping, by = self.profile.wrapping, self.endpoint
        tree = head.write() | {"input": content.write("input")}
        sealed = signing.seal(tree, wrapping, by.account, by.private_key)
        return compose(sealed, number_as_text=wrapping.number_as_text)

    def _proof(self, body: bytes) -> Mapping[str, str]:
        by = self.endpoint
        if self._token:
            return {"Authorization": f"Bearer {self._token}"}
        secret = by.secret or self.profile.demo_secret
        return signing.headers(self.profile.wrapping, by.institution.code, by.account, secret, self.clock(), body)

    def _answer(self, number: str, raw: bytes) -> Reply:
        def broken(place: str, found: str) -> CentreAnswerBroken:
            return CentreAnswerBroken(transaction=number, place=place, found=found)

        tree = self._parsed(number, raw)
        try:
            output = signing.unseal(tree.pop("output", None), self.profile.wrapping, self.endpoint.account)
        except ValueError as error:
            raise broken("-", f"{error}") from error
        findings: list[Finding] = []
        head = AnswerHead.read(tree, findings=findings)
        if head.infcode is None:
            raise broken("infcode", "is absent or no number")
        if head.infcode != 0:
            raise CentreRefused(transaction=number, number=head.infcode, text=head.text)
        if not output and head.text and not re.fullmatch(self.profile.words.success, head.text.strip()):
            raise broken("output", f"is empty, and the success says {head.text!r}")
        content = read_output(TRANSACTIONS[number[:4]].answer, output, findings)
        for finding in findings:  # one province has answered 0 with an error text and nothing else
            if finding.severity is Severity.WRONG and finding.place.count(".") < 2 and finding.code in ABSENT:
                raise broken(finding.place, f"{finding.en}; {head.text}".rstrip("; "))
        return Reply(content, head, raw, tuple(findings))


def _typed(reply: Reply, kind: type[_Answer]) -> _Answer:
    assert isinstance(reply.content, kind)  # noqa: S101 - the registry and the caller name the same type
    return reply.content


TOKEN_REQUEST = b"grant_type=client_credentials"
TOKEN_MARGIN = 60
"""Seconds before its end that a token is renewed."""

ABSENT = frozenset({"missing", "not_object", "not_list"})
"""Findings on a node of the output that make a success no success."""
