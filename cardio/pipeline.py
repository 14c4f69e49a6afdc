"""From a command to its final answer: small stages, each wrapping the next, each testable with a lambda as the card.

``pipeline`` puts them together: response completion (61xx, 6Cxx) over command chaining over the trace over encoding.
"""

from collections.abc import Callable

from msgspec.structs import replace

from cardio.apdu import Answer, Apdu
from cardio.faults import BadAnswer
from cardio.status import SW

Stage = Callable[[Apdu], Answer]
Trace = Callable[[Apdu, Answer], None]

ROUNDS = 64
"""Most GET RESPONSE rounds one command may cause; a card that promises more for ever is hostile."""
CHAINED = 0x10
"""Class bit of a command of which more parts follow (ISO/IEC 7816-4 §5.1.1)."""


def encoded(transmit: Callable[[bytes], bytes], *, t0: bool, extended: bool = False) -> Stage:
    """Encode by case, split the answer into data and status word.

    Raises BadAnswer for an answer under two bytes, and for one longer than any the form of the command can bring.
    """
    longest = (0x10000 if extended else 0x100) + 2

    def stage(apdu: Apdu) -> Answer:
        raw = transmit(apdu.encode(t0=t0, extended=extended))
        if not 2 <= len(raw) <= longest:
            raise BadAnswer(found=f"{len(raw)} bytes", expected=f"2 to {longest}, the last two a status word")
        return Answer(bytes(raw[:-2]), SW(int.from_bytes(raw[-2:], "big")))

    return stage


def traced(stage: Stage, trace: Trace) -> Stage:
    """Tell ``trace`` of every exchange as it really went over the line."""

    def with_trace(apdu: Apdu) -> Answer:
        answer = stage(apdu)
        trace(apdu, answer)
        return answer

    return with_trace


def chained(stage: Stage, part: int = 0xFF) -> Stage:
    """Send data longer than ``part`` bytes in several commands."""

    def in_parts(apdu: Apdu) -> Answer:
        data = apdu.data
        while len(data) > part:
            answer = stage(replace(apdu, cla=apdu.cla | CHAINED, data=data[:part], le=None))
            if not answer.ok:
                return answer
            data = data[part:]
        return stage(replace(apdu, data=data) if data is not apdu.data else apdu)

    return in_parts


def completed(stage: Stage) -> Stage:
    """Follow 6Cxx (once, with the very same command and Le=xx) and 61xx (GET RESPONSE until no more).

    GET RESPONSE keeps the command's logical channel and its secrecy. Raises BadAnswer when there is no end.
    """

    def to_the_end(apdu: Apdu) -> Answer:
        answer = _with_exact_length(stage, apdu)
        data = answer.data
        for _ in range(ROUNDS):
            if answer.sw.more is None:
                return Answer(data, answer.sw)
            fetch = Apdu(_channel(apdu.cla), 0xC0, 0, 0, le=answer.sw.more, secret=apdu.secret)
            answer = _with_exact_length(stage, fetch)
            data += answer.data
        raise BadAnswer(found=f"61xx {ROUNDS} times in a row", expected="an end of the answer")

    return to_the_end


def _channel(cla: int) -> int:
    """Class byte of GET RESPONSE: 00 («社会保障（个人）卡规范» part 2 §9.3.2), but on the command's channel."""
    return cla & 0x03 if cla < 0x80 else 0x00


def _with_exact_length(stage: Stage, apdu: Apdu) -> Answer:
    answer = stage(apdu)
    if answer.sw.exact is None or apdu.once:
        return answer
    return stage(replace(apdu, le=answer.sw.exact))


def pipeline(transmit: Callable[[bytes], bytes], *, t0: bool, trace: Trace | None = None) -> Stage:
    """The whole way for a card in short form; long commands are chained, because many readers cannot do extended."""
    stage = encoded(transmit, t0=t0)
    return completed(chained(stage if trace is None else traced(stage, trace)))
