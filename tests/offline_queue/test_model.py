"""The queue against a model of a few lines: whatever is done in whatever order, both agree."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from offline_queue import Limits, NewItem
from offline_queue.faults import ForbiddenStep, KeyReused, LaneBusy, LimitReached, SecondPersonNeeded
from offline_queue.ports import Item, Outcome, Sending
from offline_queue.vocabulary import OPEN, TRANSITIONS, WITHOUT_EFFECT, Decision, Kind, OutcomeClass, State, Step
from tests.offline_queue.world import World

LIMITS = Limits(items_open=4, sum_open_fen=1000, per_item_fen=600, per_lane_open=2, free_disk=0)
KEYS = st.sampled_from(["a", "b", "c", "d", "e", "f"])
LANES = st.sampled_from(["zhang", "li"])
AMOUNTS = st.sampled_from([0, 100, 600, 601])
CONTENTS = st.sampled_from([b"one", b"other"])


class Model(RuleBasedStateMachine):
    """Keeps, for each key, the newest item's lane, content, amount and state."""

    sendings = Bundle("sendings")

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.world = World(self.root)
        self.queue = self.world.queue(limits=LIMITS)
        self.known: dict[str, list[Any]] = {}

    def teardown(self) -> None:
        self.world.close()
        shutil.rmtree(self.root)

    def _live(self, key: str) -> list[Any] | None:
        found = self.known.get(key)
        return found if found and found[3] not in WITHOUT_EFFECT else None

    def _open(self) -> list[list[Any]]:
        return [item for item in self.known.values() if item[3] in OPEN]

    def _fits(self, lane: str, amount: int) -> bool:
        others = self._open()
        return (
            len(others) < 4
            and sum(item[2] for item in others) + amount <= 1000
            and amount <= 600
            and sum(item[0] == lane for item in others) < 2
        )

    @rule(key=KEYS, lane=LANES, amount=AMOUNTS, content=CONTENTS)
    def record(self, key: str, lane: str, amount: int, content: bytes) -> None:
        known = self._live(key)
        new = NewItem(key=key, lane=lane, kind=Kind.REQUEST, payload=content, amount_fen=amount)
        try:
            item = self.queue.record(new)
        except KeyReused:
            assert known and known[1] != content
        except LimitReached:
            assert not known
            assert not self._fits(lane, amount)
        else:
            if known:
                assert (item.state, known[1]) == (known[3], content)
            else:
                assert self._fits(lane, amount)
                self.known[key] = [lane, content, amount, State.RECORDED]

    @rule(target=sendings, key=KEYS, lane=LANES, amount=AMOUNTS, content=CONTENTS)
    def begin(self, key: str, lane: str, amount: int, content: bytes) -> Sending | None:
        known = self._live(key)
        new = NewItem(key=key, lane=lane, kind=Kind.REQUEST, payload=content, amount_fen=amount)
        try:
            begun = self.queue.begin(new, b"intent")
        except KeyReused:
            assert known and known[1] != content
        except LaneBusy:
            assert any(item[0] == lane for item in self._open())
        else:
            if isinstance(begun, Item):
                assert known and begun.state is known[3]
            else:
                assert not known
                self.known[key] = [lane, content, amount, State.SENDING]
                return begun
        return None

    @rule(sending=sendings, result=st.sampled_from([r for r in OutcomeClass if r is not OutcomeClass.NOTHING]))
    def finish(self, sending: Sending | None, result: OutcomeClass) -> None:
        if sending is None:
            return
        key = sending.item.key
        mine = self.queue.item(key).number == sending.number
        before = self.known[key][3]
        try:
            item = self.queue.finish(sending, Outcome(result))
        except ForbiddenStep:
            assert not mine or before is not State.SENDING
        except LimitReached:
            assert result in (OutcomeClass.NOT_SENT, OutcomeClass.BUSY)
            self.known[key][3] = State.REFUSED
        else:
            assert before is State.SENDING
            self.known[key][3] = item.state

    @rule(key=KEYS, decision=st.sampled_from(Decision), both=st.booleans())
    def decide(self, key: str, decision: Decision, both: bool) -> None:
        if key not in self.known:
            return
        _, _, amount, state = self.known[key]
        sent, doubtful = bool(self.queue.item(key).number), bool(self.queue.item(key).doubtful_at)
        by = ("cashier", "chief") if both else ("cashier",)
        try:
            item = self.queue.resolve(key, decision, by=by, reason="decided")
        except SecondPersonNeeded:
            assert amount and not both
        except ForbiddenStep:
            possible = (state, Step(decision)) in TRANSITIONS
            barred = {Decision.REVERSE: not sent, Decision.SEND: doubtful}
            assert not possible or barred[decision]
        else:
            assert item.state is TRANSITIONS[state, Step(decision)]
            self.known[key][3] = item.state

    @rule()
    def forward(self) -> None:
        self.world.drain(self.queue, hours=0)
        for key, item in self.known.items():
            item[3] = self.queue.item(key).state

    @rule()
    def reopen(self) -> None:
        self.queue = self.world.queue(limits=LIMITS)

    @invariant()
    def both_agree(self) -> None:
        for key, (_, content, amount, state) in self.known.items():
            item = self.queue.item(key)
            assert (item.state, item.amount_fen, self.queue.payload(item)) == (state, amount, content)
        status = self.queue.status()
        assert sum(status.open.values()) == len(self._open())
        assert status.sum_open_fen == sum(item[2] for item in self._open())


TestModel = Model.TestCase
TestModel.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
