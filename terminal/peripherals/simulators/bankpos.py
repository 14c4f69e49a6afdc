"""A bank POS of software, with the faults a cashier meets."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from terminal.money import Fen
from terminal.peripherals.bankpos import frame
from terminal.peripherals.bankpos.messages import (
    MOVES_MONEY,
    REQUEST_SIZE,
    Answer,
    Deal,
    Request,
    decode_request,
    encode_answer,
)

CARD = "622202******0019"
"""A synthetic, masked card."""


class Trouble(StrEnum):
    """What goes wrong with the next sale, void or refund."""

    NONE = "none"
    DECLINED = "declined"
    ANSWER_LOST = "answer_lost"
    """Charged, but the answer never arrives."""
    ANSWER_LATE = "answer_late"
    """Charged; the answer arrives in front of the next one."""
    ANSWER_TORN = "answer_torn"
    """Charged; the answer breaks off in the middle."""
    OLD_ANSWER_FIRST = "old_answer_first"
    """The answer to somebody's earlier request comes before the right one."""
    NEVER_HEARD = "never_heard"
    """Switched off: nothing happens and nothing is said."""
    CUSTOMER_SLOW = "customer_slow"
    """Nothing is answered, not even an inquiry, until ``customer_pays``."""
    OLD_REFUSAL_FIRST = "old_refusal_first"
    """The refusal of somebody's earlier frame comes before the right answer."""
    OLD_REFUSAL_THEN_NOTHING = "old_refusal_then_nothing"
    """Charged after such a refusal, and the answer is lost."""
    FRAME_REFUSED = "frame_refused"
    WRONG_AMOUNT = "wrong_amount"
    """Charged another amount than asked for."""
    ISSUER_SILENT = "issuer_silent"
    """Charged, but the POS only knows that the bank did not answer in time."""


@dataclass
class PosSimulator:
    """``charged`` is what the bank will pay out: the truth that outcomes are held against."""

    trouble: Trouble = Trouble.NONE
    charged: list[Answer] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    acknowledged: int = 0
    """Answers that the till said it has read."""
    _last: Answer | None = None
    _late: bytes = b""
    _waiting: bytes = b""
    _count: int = 0
    _at_the_card: Request | None = None

    def feed(self, data: bytes) -> bytes:
        self._waiting += data
        self.acknowledged += data == frame.ACK
        answer = b""
        while len(wire := self._waiting[max(self._waiting.find(frame.STX), 0) :]) >= (size := REQUEST_SIZE + 3):
            self._waiting = wire[size:]
            message = frame.unwrap(wire[:size])
            answer += frame.NAK if message is None else self._serve(decode_request(message))
        return answer

    def customer_pays(self) -> None:
        """The customer of a slow sale has put the card in at last; nobody listens to the answer."""
        if self._at_the_card:
            self._charge(self._at_the_card, self._at_the_card.amount)
            self._at_the_card = None

    def _serve(self, request: Request) -> bytes:
        if self._at_the_card:
            return b""
        if request.deal is Deal.LAST:
            late, self._late = self._late, b""
            last = self._last or Answer(code="25", text="无交易记录")
            return frame.ACK + late + self._frame(replace(last, nonce=request.nonce))
        if request.deal not in MOVES_MONEY:
            return frame.ACK + self._frame(Answer(code="00", amount=Fen(8888), nonce=request.nonce))
        trouble, self.trouble = self.trouble, Trouble.NONE
        if trouble is Trouble.NEVER_HEARD:
            return b""
        if trouble is Trouble.FRAME_REFUSED:
            return frame.NAK
        self.requests.append(request)
        if trouble is Trouble.DECLINED:
            return frame.ACK + self._frame(Answer(code="51", text="余额不足", nonce=request.nonce))
        if trouble is Trouble.CUSTOMER_SLOW:
            self._at_the_card = request
            return frame.ACK
        done = self._charge(request, Fen(request.amount + 100 if trouble is Trouble.WRONG_AMOUNT else request.amount))
        good = self._frame(done)
        match trouble:
            case Trouble.OLD_REFUSAL_FIRST:
                return frame.NAK + frame.ACK + good
            case Trouble.ANSWER_LOST:
                return frame.ACK
            case Trouble.OLD_REFUSAL_THEN_NOTHING:
                return frame.NAK + frame.ACK
            case Trouble.ANSWER_LATE:
                self._late = good
                return frame.ACK
            case Trouble.ANSWER_TORN:
                return frame.ACK + good[:70]
            case Trouble.OLD_ANSWER_FIRST:
                stale = replace(done, amount=Fen(1), nonce=f"{(int(request.nonce) + 1) % 1000:03d}")
                return frame.ACK + self._frame(stale) + good
            case Trouble.ISSUER_SILENT:
                return frame.ACK + self._frame(Answer(code="98", text="发卡行无应答", nonce=request.nonce))
            case _:
                return frame.ACK + good

    def _charge(self, request: Request, amount: Fen) -> Answer:
        self._count += 1
        self._last = Answer(
            code="00",
            bank="0102",
            card=CARD,
            voucher=f"{self._count:06d}",
            amount=amount,
            text="交易成功",
            merchant="898110000000001",
            terminal="10000001",
            batch="000001",
            day="0105",
            time="093000",
            reference=f"{self._count:012d}",
            authorisation="",
            clearing_day="0105",
            nonce=request.nonce,
        )
        self.charged.append(self._last)
        return self._last

    def _frame(self, answer: Answer) -> bytes:
        return frame.wrap(encode_answer(answer))
