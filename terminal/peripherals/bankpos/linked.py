"""A bank POS on a cable."""

import secrets
import time
from dataclasses import dataclass, replace
from typing import ClassVar

from terminal.peripherals.bankpos import frame
from terminal.peripherals.bankpos.messages import (
    ANSWER_SIZE,
    MOVES_MONEY,
    NOTHING,
    Answer,
    Deal,
    Request,
    decode_answer,
    encode_request,
)
from terminal.peripherals.bankpos.port import Outcome, Result
from terminal.peripherals.faults import DeviceFault, DeviceGarbled, DeviceSilent
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.line import Line
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.peripheral import health, plugged

_FRAME_SECONDS = 2.0
"""An answer begun is complete by then, at any baud rate."""
_REFUSED_SECONDS = 0.3
"""The quiet after a NAK that makes it a refusal."""
_DOUBTFUL = frozenset({"68", "98"})
"""Answer codes that say the issuer has not answered in time: charged or not, nobody at the desk knows."""


def new_nonce(previous: str = "") -> str:
    """Three random digits, other than the previous ones."""
    while (nonce := f"{secrets.randbelow(1000):03d}") == previous:
        pass
    return nonce


@dataclass
class LinkedPos:
    """The POS answers one request at a time; a card has to be put in, so an answer takes as long as a person."""

    outlet: Outlet
    patience: float = 120.0
    """Seconds to wait for the answer to a request."""
    inquiry_patience: float = 15.0

    device: ClassVar[Device] = Device.BANK_POS

    def perform(self, request: Request) -> Outcome:
        data = frame.wrap(encode_request(request))
        sent = False
        try:
            with self.outlet.line() as line:
                # Without its last byte no POS acts on a frame: until then "not sent" is certain.
                line.write(data[:-1])
                sent = True
                line.write(data[-1:])
                answer = self._answer(line, (request.nonce,), self.patience)
        except DeviceFault as fault:
            return Outcome(Result.IN_DOUBT if sent else Result.NOT_SENT, fault=fault)
        return Outcome(Result.NOT_SENT) if answer is None else _judged(request, answer)

    def inquire(self, request: Request) -> Outcome:
        question = replace(request, deal=Deal.LAST, amount=NOTHING, nonce=new_nonce(request.nonce))
        try:
            with self.outlet.line() as line:
                line.write(frame.wrap(encode_request(question)))
                answer = self._answer(line, (question.nonce, request.nonce), self.inquiry_patience)
                if answer and answer.nonce == request.nonce and answer.code in _DOUBTFUL:
                    # The late answer itself knows nothing; the last transaction may.
                    answer = self._answer(line, (question.nonce,), self.inquiry_patience)
        except DeviceFault as fault:
            return Outcome(Result.IN_DOUBT, fault=fault)
        if answer is None:
            return Outcome(Result.IN_DOUBT)
        if answer.nonce == request.nonce:
            return _judged(request, answer)
        return _compared(request, answer)

    def check(self) -> Health:
        return health(self.device, lambda: plugged(self.outlet))

    def test(self) -> Health:
        return health(self.device, self._test)

    def _test(self) -> None:
        question = Request(Deal.LAST, NOTHING, new_nonce())
        with self.outlet.line() as line:
            line.write(frame.wrap(encode_request(question)))
            self._answer(line, (question.nonce,), self.inquiry_patience)

    def _answer(self, line: Line, nonces: tuple[str, ...], patience: float) -> Answer | None:
        """The answer that repeats one of ``nonces``; None when the POS refused the frame as unreadable.

        Raises DeviceSilent or DeviceGarbled.
        """
        refused = False
        end = last = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            start = line.read(1, left)
            if start in (frame.NAK, frame.ACK):
                # A NAK that something follows belonged to an earlier request: only the quiet after it is a refusal.
                refused = start == frame.NAK
                end = time.monotonic() + _REFUSED_SECONDS if refused else last
            if start != frame.STX:
                continue
            message = frame.unwrap(start + line.read(ANSWER_SIZE + 2, min(left, _FRAME_SECONDS)))
            if message is None:
                raise DeviceGarbled(self.device, found="frame")
            line.write(frame.ACK)
            answer = decode_answer(message)
            if answer.nonce in nonces:
                return answer
        if refused:
            return None
        raise DeviceSilent(self.device, address=self.outlet.address, seconds=patience)


def _judged(request: Request, answer: Answer) -> Outcome:
    if answer.code in _DOUBTFUL:
        return Outcome(Result.IN_DOUBT, answer)
    if answer.code != "00":
        return Outcome(Result.DECLINED, answer)
    agrees = answer.amount == request.amount or request.deal not in MOVES_MONEY
    return Outcome(Result.APPROVED if agrees else Result.IN_DOUBT, answer)


def _compared(request: Request, last: Answer) -> Outcome:
    """The last transaction against a request in doubt. The POS serves one at a time, so nothing else is under way."""
    if last.code != "00" or not last.voucher or not request.after:
        return Outcome(Result.IN_DOUBT, last)
    if last.voucher == request.after:
        return Outcome(Result.NOT_SENT, last)
    return Outcome(Result.APPROVED if last.amount == request.amount else Result.IN_DOUBT, last)


def linked_pos(address: str) -> LinkedPos:
    """A POS as the settings describe it. Raises DeviceSettings for an address that is none."""
    return LinkedPos(Outlet(Device.BANK_POS, address))
