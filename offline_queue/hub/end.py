"""The hub as a terminal's far end: what it has stored is asked about until it knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import msgspec

from offline_queue.faults import QueueFault
from offline_queue.hub.faults import BadHub, NoLease, SetBack, SlotTaken
from offline_queue.hub.line import Line, NoAnswer, NothingLeft, Way
from offline_queue.hub.words import Asked, Countersigned, Head, Posted, Receipt, Said, Told, checked, digest, spell
from offline_queue.ports import Anchor, Capabilities, Enquiry, FarEnd, Intent, Item, NotReached, Outcome, Prepared
from offline_queue.queue import Queue
from offline_queue.vocabulary import Finding, OutcomeClass, State

_FOR_PERSONS = ("key_reused", "online_only", "unreadable")
"""Refusals that no repeat will change; what else the hub refuses, it stored nothing and may take later."""

_ENDS = {
    State.ACCEPTED: (OutcomeClass.PENDING, Finding.FOUND_EQUAL),
    State.REFUSED: (OutcomeClass.REFUSED, Finding.REFUSED),
    State.REVERSED: (OutcomeClass.UNRECOGNISED, Finding.FOUND_DIFFERENT),
    State.CLOSED_BY_HAND: (OutcomeClass.UNRECOGNISED, Finding.FOUND_DIFFERENT),
}
"""How what became of an item at the hub ends it here. Whatever is open there is pending here.

What the far end has accepted is asked for once more, because only an enquiry tells by which call.
"""
_INTENT = b"hub"
"""Tells a call that went to the hub from one that did not; which memory of the hub it is in comes after it."""


class HubEnd:
    """Sends a terminal's items to its site's hub. The terminal's copy stays open until the hub reports its end."""

    def __init__(
        self,
        queue: Queue,
        way: Way,
        key: bytes,
        *,
        direct: FarEnd | None = None,
        settle_horizon: timedelta = timedelta(seconds=60),
    ) -> None:
        """``key`` is the hub's public key (Ed25519, 32 bytes); ``direct`` answers for calls that did not go to the hub.

        Within ``settle_horizon`` a request whose connection broke may still be read by the hub; a repeat of what
        arrived after all does no harm there.
        """
        self.capabilities = Capabilities(can_enquire=True, relays=True, settle_horizon=settle_horizon)
        self._queue, self._way, self._key, self._direct = queue, way, key, direct
        self._name = {"Terminal": queue.book.identity.terminal}
        self._idle: list[Line] = []
        self.fault: QueueFault | None = None
        """Why the hub and this terminal do not come together, although the line is there."""

    # -- the port ------------------------------------------------------------------------------------------------------

    def about(self, intent: Intent) -> FarEnd:
        """Who answers for a call."""
        return self._direct if self._direct and not went_to_hub(intent) else self

    def prepare(self, item: Item, payload: bytes) -> Prepared | NotReached:
        """The hub is there, it is ours, and it knows our chain."""
        try:
            with self._line() as line:
                return Prepared(_INTENT + line.memory)
        except (NothingLeft, QueueFault) as fault:
            return NotReached(_reason(fault))

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        """Hand it to the hub."""
        body = self._body(item, payload)
        headers = {"Txn-Digest": digest(body).hex(), "Chain-Head": spell(self._head()), **self._name}
        try:
            with self._line() as line:
                status, answer = line.ask("PUT", _place(item), headers, body)
        except (NothingLeft, QueueFault) as fault:
            return Outcome(OutcomeClass.NOT_SENT, _reason(fault))
        except NoAnswer as fault:
            return Outcome(OutcomeClass.IN_DOUBT, str(fault))
        told = _decode(answer, Told if status == 200 else Said)
        if isinstance(told, Told) and told.seen and checked(told.seen, self._key):
            result, _ = _ENDS.get(told.state, (OutcomeClass.PENDING, Finding.PENDING))
            return Outcome(result, _code(told), told.answer or msgspec.msgpack.encode(told.seen))
        if isinstance(told, Said) and status != 500:
            return Outcome(OutcomeClass.UNRECOGNISED if told.code in _FOR_PERSONS else OutcomeClass.BUSY, told.code)
        return Outcome(OutcomeClass.IN_DOUBT, f"http_{status}", answer)

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        """What became of it, and by which call the far end knows it."""
        headers = {"Txn-Digest": digest(self._body(item, payload)).hex(), **self._name}
        try:
            with self._line() as line:
                status, answer = line.ask("GET", _place(item), headers)
                forgot = intent.data != _INTENT + line.memory
        except (NothingLeft, NoAnswer, QueueFault) as fault:
            return Enquiry(Finding.NOT_REACHED, code=_reason(fault))
        told = _decode(answer, Told if status == 200 else Said)
        if isinstance(told, Told):
            _, finding = _ENDS.get(told.state, (OutcomeClass.PENDING, Finding.PENDING))
            return Enquiry(finding, told.answer, _code(told), told.call)
        known = {"unknown_key": Finding.ABSENT, "key_reused": Finding.FOUND_DIFFERENT}
        code = told.code if isinstance(told, Said) else f"http_{status}"
        if code == "unknown_key" and forgot:  # what was lost with a hub that was put back may have been sent
            return Enquiry(Finding.FOUND_DIFFERENT, code="hub_forgot")
        return Enquiry(known.get(code, Finding.UNKNOWN), code=code)

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        """What the hub has, persons at the hub decide about."""
        return Outcome(OutcomeClass.REFUSED, "ask_at_the_hub")

    def probe(self) -> bool:
        """Whether the hub answers."""
        try:
            with self._line() as line:
                return line.ask("GET", "/", self._name)[0] == 200
        except (NothingLeft, NoAnswer, QueueFault):
            return False

    # -- chains --------------------------------------------------------------------------------------------------------

    def anchors(self) -> list[Anchor]:
        """The end of our chain as the hub knows it, for ``Queue.verify``. Raises ``BadHub`` when it cannot be had."""
        line = Line(self._way)
        try:
            known = self._of_us(self._known(line))
        except (NothingLeft, NoAnswer) as fault:
            raise BadHub(found=fault) from fault
        finally:
            line.close()
        return [known.anchor] if known and known.seq else []

    def lease(self, second: int) -> Countersigned:
        """Message numbers from a second on, as the hub grants them.

        Raises ``SlotTaken``, ``SetBack``, ``BadHub``, ``NoLease``.
        """
        asked = msgspec.msgpack.encode(Asked(self._head(), second))
        try:
            with self._line() as line:
                status, answer = line.ask("PUT", "/slot", self._name, asked)
        except (NothingLeft, NoAnswer) as fault:
            raise NoLease(cause=fault, terminal=self._name["Terminal"]) from fault
        seen = _decode(answer, Countersigned if status == 200 else Said)
        if isinstance(seen, Countersigned):
            return seen
        if status >= 500:
            raise NoLease(cause=f"HTTP {status}", terminal=self._name["Terminal"])
        raise self._refusal(seen, status)

    def close(self) -> None:
        """End every connection; nothing is in flight any more."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A connection over which both sides have shown their chains; kept for whoever is next."""
        try:
            line = self._idle.pop()
        except IndexError:
            line = Line(self._way)
        try:
            if line.connect():
                try:
                    self._meet(line)
                except NoAnswer as fault:
                    raise NothingLeft(str(fault)) from fault
                except QueueFault as fault:
                    self.fault = fault
                    line.close()
                    raise
                self.fault = None
            yield line
        finally:
            self._idle.append(line)

    def _meet(self, line: Line) -> None:
        """Our chain holds what the hub countersigned; where it does not, the hub hears so and decides."""
        receipt, own = self._known(line), self._head()
        line.memory, known = receipt.memory, self._of_us(receipt)
        if known is None:
            return
        held = self._queue.book.store.rows("SELECT hash FROM event WHERE seq = ?", (known.seq,))
        if known.store == own.store and (not known.seq or (held and held[0]["hash"] == known.hash)):
            return
        status, answer = line.ask("PUT", "/head", self._name, msgspec.msgpack.encode(own))
        if status == 200:
            return
        raise self._refusal(_decode(answer, Said), status, known.seq)

    def _refusal(self, told: msgspec.Struct | None, status: int, expected: object = "?") -> QueueFault:
        """What the hub's no means here."""
        if not isinstance(told, Said):
            return BadHub(found=f"HTTP {status}")
        kind = next((each for each in (SetBack, SlotTaken) if each.code == told.code), None)
        return kind(terminal=self._name["Terminal"], expected=expected) if kind else BadHub(found=told.en)

    def _of_us(self, receipt: Receipt) -> Head | None:
        return dict(receipt.heads).get(self._name["Terminal"])

    def _known(self, line: Line) -> Receipt:
        status, answer = line.ask("GET", "/head", self._name)
        seen = _decode(answer, Countersigned if status == 200 else Said)
        if isinstance(seen, Said):
            raise BadHub(found=seen.en)
        receipt = checked(seen, self._key) if isinstance(seen, Countersigned) else None
        if receipt is None:
            raise BadHub(found="it does not sign with the key of the settings")
        return receipt

    def _head(self) -> Head:
        end, book = self._queue.anchor(), self._queue.book
        return Head(book.id, book.epoch, end.seq, end.hash)

    def _body(self, item: Item, payload: bytes) -> bytes:
        lane = self._queue.book.contents(item).lane
        posted = Posted(lane, item.kind, payload, item.amount_fen, item.reverses, item.once_freed)
        return msgspec.msgpack.encode(posted)


def went_to_hub(intent: Intent) -> bool:
    """Whether a call went to the hub, and not to the far end directly."""
    return intent.data.startswith(_INTENT)


def _place(item: Item) -> str:
    return f"/txn/{quote(item.key, safe='')}"


def _code(told: Told) -> str:
    """Why it stands as it does; of what ended otherwise than by the far end, that it was the hub."""
    return told.reason if told.state in (State.ACCEPTED, State.REFUSED) else f"hub_{told.state}"


def _reason(fault: Exception) -> str:
    return fault.code if isinstance(fault, QueueFault) else "not_reached"


def _decode(answer: bytes, kind: type[msgspec.Struct]) -> msgspec.Struct | None:
    try:
        return msgspec.msgpack.decode(answer, type=kind)
    except msgspec.DecodeError:
        return None
