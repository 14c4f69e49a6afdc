"""The door of the queue: record, begin and finish, look, decide."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from offline_queue import breaks, bundle, recording
from offline_queue.book import Book
from offline_queue.decisions import choices, different, require_none
from offline_queue.doubts import age
from offline_queue.errands import Policy
from offline_queue.faults import (
    BadLimits,
    BundleUnfinished,
    ForbiddenStep,
    SecondPersonNeeded,
    StoreBroken,
    UnknownKey,
)
from offline_queue.forwarder import Forwarder
from offline_queue.limits import VALID, Limit, Limits
from offline_queue.numbers import Numbers
from offline_queue.ports import (
    Anchor,
    Clock,
    Doubt,
    Event,
    FarEnd,
    Identity,
    Item,
    Keystore,
    NewItem,
    Outcome,
    Sending,
    SteadyClock,
)
from offline_queue.signed import Known, follow, known, why_closed
from offline_queue.standing import Status, rehearse, status
from offline_queue.steady import boot_clock
from offline_queue.store import Connect
from offline_queue.traces import Verification
from offline_queue.vocabulary import (
    OPEN,
    TRANSITIONS,
    Decision,
    OnceFreed,
    State,
    Step,
    Suite,
)
from offline_queue.watch import Watch

DEFAULT_LIMITS = Limits()
DEFAULT_POLICY = Policy()


class Sealer:
    """Seals, with the queue's keys, what rests beside it (snapshots of persons)."""

    def __init__(self, book: Book) -> None:
        self.seal = book.seal
        """``seal(data, context) -> bytes``; the context must be given again to open."""
        self.open = book.unseal
        """``open(sealed, context) -> bytes``; raises ``SealBroken`` or ``KeyErased``."""
        self.blind = book.blind
        """``blind(text) -> bytes``: 16 bytes by which something is found without being named."""


@dataclass(frozen=True)
class Queue:
    """One terminal's store and forward. Safe between threads; several processes may have one folder open."""

    book: Book
    limits: Limits

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        identity: Identity,
        keys: Keystore,
        clock: Clock,
        limits: Limits = DEFAULT_LIMITS,
        steady: SteadyClock = boot_clock,
        suite: Suite = Suite.INTERNATIONAL,
        site_key: bytes | None = None,
        connect: Connect | None = None,
        adopt: str = "",
        anew: str = "",
    ) -> Self:
        """Open the folder's queue, or make one.

        ``suite`` counts for a new store only. ``site_key`` is the site's public X25519 recovery key. ``adopt`` names
        the person who decided to go on from an older copy; without it such a copy raises ``RolledBack``. Where a
        store has been and is gone, ``StoreGone`` is raised; ``anew`` names the person who decided to begin a new one,
        whose numbers go on above. A signed
        policy of the limits is noted in the chain when it comes into force; one that goes back lets nothing be stored.
        Raises ``KeysClosed``, ``NotOurStore``, ``OtherVersion``, ``UnfitFolder``, ``NotDurable``, ``StoreFailed``.
        """
        book = Book(
            folder,
            identity=identity,
            keys=keys,
            clock=clock,
            steady=steady,
            suite=suite,
            site_key=site_key,
            connect=connect,
            adopt=adopt,
            anew=anew,
        )
        try:
            if book.damage:
                breaks.tell(book, book.damage)
            bundle.finish(book)
            return cls(book, follow(book, limits))
        except BaseException:
            book.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder. Items stay."""
        self.book.close()

    # -- in ------------------------------------------------------------------------------------------------------------

    def record(self, new: NewItem, actor: str = "", *, seen: int | None = None) -> Item:
        """Store an item to be sent later; durable when this returns. The same item twice is one item.

        ``seen`` is the chain's end when the caller last looked at the lane: ``LaneMoved`` is raised when something of
        the lane happened since, because what was computed from it no longer holds.
        Raises ``KeyReused``, ``LaneMoved``, ``LimitReached``, ``OnlineOnly``, ``StoreBroken``, ``StoreFailed``,
        ``StoreUncertain``.
        """
        return recording.record(self.book, self.limits, [new], actor, seen)[0]

    def record_all(self, news: Iterable[NewItem], actor: str = "") -> list[Item]:
        """Store several items in one durable step: all of them or, when one is refused, none."""
        return recording.record(self.book, self.limits, [*news], actor)

    def begin(self, new: NewItem, intent: bytes, actor: str = "", *, seen: int | None = None) -> Sending | Item:
        """Store an item that is sent at once, and what is about to be sent; durable when this returns.

        An ``Item`` comes back when this one is known already: look at its state instead of sending. ``seen`` as for
        ``record``. Raises ``KeyReused``, ``LaneBusy``, ``LaneMoved``, ``StoreBroken``, ``StoreFailed``,
        ``StoreUncertain``.
        """
        return recording.begin(self.book, new, intent, actor, seen)

    def finish(self, sending: Sending, outcome: Outcome, *, keep: bool = True, actor: str = "") -> Item:
        """Store how the call ended, with the answer as evidence.

        When nothing left the machine, or the far end was busy, the item stays to be forwarded if ``keep`` and the
        limits allow; else it is closed as refused, its key is free again, and ``LimitReached`` is raised if a limit was
        the cause.
        """
        return recording.finish(self.book, self.limits, sending, outcome, keep, actor)

    def contact(self, reached: bool = True) -> None:
        """Tell of a usable answer (a sign-on, say), or of none, that came outside any item."""
        with self.book.transaction():
            self.book.contact(reached)

    @contextmanager
    def noting(self) -> Iterator[Callable[[str, bytes, str], int]]:
        """``note(kind, body, actor) -> seq``: events of the caller's own, sealed into the chain.

        What is read and noted inside is one durable step that no other process comes between. A kind has a dot in it,
        so that it is none of the store's own.
        """
        with self.book.transaction():
            yield lambda kind, body, actor: self.book.note(kind, actor, body)

    # -- look ----------------------------------------------------------------------------------------------------------

    def item(self, key: str) -> Item:
        """The newest item with this key; raises ``UnknownKey``."""
        for freed in ("freed = 0", "freed > 0"):  # in two questions, so that the index brings the first at once
            if found := self.book.items.where(f"key = ? AND {freed}", (key,), "freed DESC LIMIT 1"):
                return found[0]
        raise UnknownKey(key=key)

    def items(self, states: Iterable[State] = OPEN, lane: str | None = None) -> list[Item]:
        """Items in these states, oldest first; of one lane, if given."""
        return self.book.items.in_states(states, None if lane is None else self.book.lane(lane))

    def items_of(self, key: str) -> list[Item]:
        """Every item that had this key, oldest first: those without effect, and the one it belongs to."""
        return self.book.items.where("key = ?", (key,))

    def items_by_id(self, ids: Iterable[int]) -> list[Item]:
        """The items of events; an archived one is left out."""
        return [item for id in ids for item in self.book.items.where("id = ?", (id,))]

    def accepted_after(self, seq: int, lane: str) -> list[Item]:
        """Items of one lane that the far end took after this event of the chain, oldest first."""
        steps = ", ".join(repr(step.value) for (_, step), to in TRANSITIONS.items() if to is State.ACCEPTED)
        since = f"SELECT item FROM event WHERE seq > ? AND kind IN ({steps})"
        values = (State.ACCEPTED.value, self.book.lane(lane), seq)
        return self.book.items.where(f"state = ? AND lane = ? AND id IN ({since})", values)

    def touched(self, after: int, until: int) -> list[Item]:
        """Items that something happened to after one event of the chain and until another, oldest first."""
        return self.book.items.where("id IN (SELECT item FROM event WHERE seq > ? AND seq <= ?)", (after, until))

    def erased(self) -> frozenset[int]:
        """The data keys that were destroyed at the end of their term: what an item ``sealed_with`` one held is gone."""
        return frozenset(id for (id,) in self.book.store.rows("SELECT id FROM data_key WHERE wrapped IS NULL"))

    def reversals(self, key: str) -> list[Item]:
        """The items that take this key's item back, oldest first."""
        return self.book.items.where("reverses = ? AND reverses != ''", (key,))

    def notes(self, kinds: Iterable[str], after: int = 0) -> Iterator[Event]:
        """The caller's own events of these kinds, in order."""
        return self.book.journal.notes(tuple(kinds), after)

    def payload(self, item: Item) -> bytes:
        """What was recorded. Raises ``KeyErased`` or ``SealBroken``."""
        return self.book.contents(item).payload

    def events(self, after: int = 0, item: Item | None = None) -> Iterator[Event]:
        """What happened, in order; late results reach a hospital program from here."""
        return self.book.journal.events(after, item.id if item else None)

    def answers(self, item: Item) -> list[Event]:
        """The far end's answers about an item, as they came, in order."""
        ours = (Step.RECORD, Step.BEGIN, Step.CLAIM, Step.REVERSE, Step.REPEAT)
        return [event for event in self.events(item=item) if event.kind not in ours and event.body != b""]

    def status(self) -> Status:
        """Counts, sums, ages, limits, and whether one more request could be stored offline."""
        return status(self.book, self.limits)

    def policy(self) -> Known:
        """The newest signed policy that was in force here, as the chain tells it."""
        return known(self.book)

    def closed(self) -> BadLimits | None:
        """Why no request can be stored now, where the limits must be signed and no valid policy says them."""
        why = why_closed(self.book, self.limits)
        return BadLimits(limit=Limit.POLICY.value, found=why.value, allowed=VALID) if why else None

    def broken(self) -> StoreBroken | None:
        """What this program or another one found wrong with the store; while it stands no request is kept."""
        found = breaks.standing(self.book)
        return breaks.fault(found) if found else None

    def rehearse(self) -> Status:
        """While online: seal, open and commit as an outage would need it. Raises what would be raised then."""
        rehearse(self.book)
        return self.status()

    def anchor(self) -> Anchor:
        """The chain's end, to be printed on a slip or a day report (``.short``) or handed to a hub."""
        return self.book.journal.head()

    def verify(self, anchors: Iterable[Anchor] = ()) -> Verification:
        """Check the whole store against itself, the keystore, and anchors that were written down elsewhere."""
        verifier = self.book.verifier()
        try:
            known = self.book.remembered()
            return verifier.everything([*anchors, *([Anchor(known.seq, known.hash)] if known else [])])
        finally:
            verifier.close()

    def watch(self, **seconds: float) -> Watch:
        """Checks the whole store from time to time while this is open; close it before the queue."""
        return Watch(self.book, **seconds)

    def require_empty(self, zh: str, en: str) -> None:
        """Before a sign-out, a re-initialisation, a removal: raises ``ItemsOpen`` while something is open.

        ``zh`` and ``en`` say what is refused. What was carried to another terminal is open there, once its bundle is
        finished: ``BundleUnfinished``.
        """
        require_none(self.items(), zh, en)
        for _, leaving in bundle.unfinished(self.book):
            raise BundleUnfinished(file=leaving.file, cause="-")

    def retire(self, actor: str) -> Anchor:
        """The last event of this store, with its anchor in the keystore. A store made for the same terminal in the
        same keystore goes on above its numbers. Raises ``ItemsOpen``, and ``KeysClosed`` when the anchor is not taken.
        """
        with self.book.transaction():
            self.require_empty("停用", "retire")
            self.book.note("retired", actor)
        self.book.retire()
        return self.anchor()

    # -- decide and send -----------------------------------------------------------------------------------------------

    def choices(self, item: Item) -> list[Decision]:
        """What a person may decide about it now."""
        return choices(item)

    def resolve(self, key: str, decision: Decision, *, by: tuple[str, ...], reason: str, evidence: bytes = b"") -> Item:
        """A person's decision, with its reason and evidence. Money needs two different persons.

        Raises ``SecondPersonNeeded``, ``ForbiddenStep``, ``UnknownKey``.
        """
        with self.book.transaction():
            item = self.item(key)
            if different(by) < (2 if item.amount_fen else 1):
                raise SecondPersonNeeded(key=key)
            if decision not in choices(item):
                raise ForbiddenStep(key=key, state=item.state.value, step=decision.value)
            changes: dict[str, object] = {"reason": reason}
            if decision is Decision.SEND:
                changes |= {"doubtful_at": None, "doubtful_since": None}
            if decision is Decision.REVERSE:
                changes["once_freed"] = OnceFreed.STOP
                if item.doubtful_at is None:
                    changes |= {"doubtful_at": self.book.clock(), "doubtful_since": self.book.steady()}
            return self.book.move(item.id, Step(decision), actor=" + ".join(by), body=evidence, **changes)

    def doubt(self, item: Item, horizon: timedelta) -> Doubt:
        """Its call and age now: to be taken before the books are compared. A call may take effect until ``horizon``."""
        return Doubt(item.key, item.number, age(self.book, item) >= horizon)

    def found_out(self, doubt: Doubt, *, stands: bool, evidence: bytes, actor: str) -> Item:
        """A comparison of the books says what became of a call: it stands, or it never had an effect.

        Raises ``UnknownKey``, and ``ForbiddenStep`` too when the item has gone out under another number meanwhile, or
        when "absent" was asked before the horizon.
        """
        with self.book.transaction():
            item = self.item(doubt.key)
            step = Step.FREE if item.once_freed is OnceFreed.SEND_AGAIN else Step.REVERSED
            if item.number != doubt.number or not (stands or doubt.ripe):
                raise ForbiddenStep(key=item.key, state=item.state.value, step=Step.FIND if stands else step)
            if stands:
                return self.book.move(item.id, Step.FIND, actor=actor, body=evidence, reason="reconciled", tries=0)
            changes: dict[str, object] = {"reason": "reconciled", "doubtful_at": None, "doubtful_since": None}
            return self.book.move(item.id, step, actor=actor, body=evidence, **changes)

    def confirm_clock(self, actor: str) -> None:
        """A person has looked at the clock after a step, and it is right."""
        self.book.confirm_clock(actor)

    def forwarder(self, far_end: FarEnd, policy: Policy = DEFAULT_POLICY) -> Forwarder:
        """The one that sends; raises ``AlreadyForwarding`` while another one holds the lease."""
        return Forwarder(self.book, far_end, policy)

    @property
    def sealer(self) -> Sealer:
        """Seals what rests beside the queue with the queue's keys."""
        return Sealer(self.book)

    @property
    def numbers(self) -> Numbers:
        """Message numbers, for harmless messages too."""
        return self.book.numbers
