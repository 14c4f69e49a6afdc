"""The far end of a simulation: calls take effect at once, late, or never, whatever the caller is told."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from offline_queue.ports import Capabilities, Enquiry, Hold, Intent, Item, NotReached, Outcome, Prepared
from offline_queue.vocabulary import Finding, OutcomeClass, State
from tests.offline_queue.faulty import WIRE, Fault
from tests.offline_queue.world import Time

HORIZON = timedelta(seconds=600)


@dataclass
class Effect:
    """What one call did at the far end."""

    key: str
    order: int
    reversed: bool = False


@dataclass
class FickleFarEnd:
    """Honest about what it has now, which is not what it will have within the horizon."""

    time: Time
    chance: random.Random
    met: Counter[tuple[State, Fault]]
    capabilities: Capabilities
    calm: bool = False
    cut_until: float = 0.0
    effects: dict[str, Effect] = field(default_factory=dict)
    late: list[tuple[float, str, str]] = field(default_factory=list)
    """(when, number, key) of effects on their way."""

    def effective(self, key: str) -> int:
        """How many effects of this key stand."""
        return sum(effect.key == key and not effect.reversed for effect in self.effects.values())

    def prepare(self, item: Item, payload: bytes) -> Prepared | Hold | NotReached:
        self._work()
        match self._fault(item, *WIRE[State.RECORDED], odds=0.25):
            case Fault.NOT_PREPARED:
                return NotReached()
            case Fault.TRIAL_DIFFERS if item.reason != "decided":
                return Hold("trial_differs", b"both trials")
        return Prepared(b"intent") if self.line() else NotReached()

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        if not self.line():
            return Outcome(OutcomeClass.NOT_SENT)
        fault = self._fault(item, *WIRE[State.SENDING], odds=0.5)
        match fault:
            case Fault.NOT_SENT:
                return Outcome(OutcomeClass.NOT_SENT)
            case Fault.BUSY:
                return Outcome(OutcomeClass.BUSY)
            case Fault.REFUSED:
                return Outcome(OutcomeClass.REFUSED, "no")
            case Fault.LATE_EFFECT:
                due = self.time.seconds + self.chance.random() * HORIZON.total_seconds()
                self.late.append((due, intent.number, item.key))
                return Outcome(OutcomeClass.IN_DOUBT)
            case Fault.REQUEST_LOST:
                self._work()
                return Outcome(OutcomeClass.IN_DOUBT)
        assert intent.number not in self.effects, "one number had two effects"
        self.effects[intent.number] = Effect(item.key, len(self.effects))
        self._work()
        if fault is Fault.UNKNOWN_CODE:
            return Outcome(OutcomeClass.UNRECOGNISED, "4711")
        return Outcome(OutcomeClass.IN_DOUBT if fault else OutcomeClass.ACCEPTED)

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        self.arrive()
        fault = self._fault(
            item, Fault.ASKED_IN_VAIN, Fault.ASKED_UNCLEAR, Fault.AMOUNT_DIFFERS, Fault.RAISES, odds=0.4
        )
        if fault is Fault.ASKED_IN_VAIN or not self.line():
            return Enquiry(Finding.NOT_REACHED)
        if fault is Fault.ASKED_UNCLEAR:
            return Enquiry(Finding.UNKNOWN)
        effect = self.effects.get(intent.number)
        found = Finding.FOUND_EQUAL if effect and not effect.reversed else Finding.ABSENT
        if fault is Fault.AMOUNT_DIFFERS and found is Finding.FOUND_EQUAL:
            found = Finding.FOUND_DIFFERENT
        self._work()
        return Enquiry(found)

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        self.arrive()
        if not self.line():
            return Outcome(OutcomeClass.NOT_SENT)
        fault = self._fault(item, *WIRE[State.REVERSING], odds=0.6)
        if fault is Fault.REVERSAL_REFUSED:
            return Outcome(OutcomeClass.REFUSED, "too_late")
        if fault is Fault.REVERSAL_LOST:
            return Outcome(OutcomeClass.IN_DOUBT)
        effect = self.effects.get(intent.number)
        found = effect is not None and not effect.reversed
        if effect:
            effect.reversed = True
        self._work()
        if fault:
            return Outcome(OutcomeClass.IN_DOUBT)
        return Outcome(OutcomeClass.ACCEPTED if found else OutcomeClass.NOTHING)

    def probe(self) -> bool:
        return self.line()

    def _fault(self, item: Item, *faults: Fault, odds: float) -> Fault | None:
        if self.calm or self.chance.random() > odds:
            return None
        fault = self.chance.choice(sorted(faults))
        self.met[item.state, fault] += 1
        if fault is Fault.RAISES and item.state is not State.SENDING:
            raise ConnectionError("said by the far end's own program")
        return fault

    def line(self) -> bool:
        return self.calm or self.time.seconds >= self.cut_until

    def _work(self) -> None:
        self.time.pass_(seconds=self.chance.choice([0.02, 0.02, 3, 30]))
        self.arrive()

    def arrive(self) -> None:
        """What was on its way takes effect."""
        for due, number, key in [late for late in self.late if late[0] <= self.time.seconds]:
            self.late.remove((due, number, key))
            self.effects[number] = Effect(key, len(self.effects))
