"""A clerk with a journal of his own, who settles, cancels and clears up doubts through the client's doors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

import msgspec

from config import profiles
from terminal.centre import (
    AlreadyReversed,
    Centre,
    CentreAnswerBroken,
    CentreRefused,
    CentreSilent,
    CentreUnreachable,
    Endpoint,
    Group,
    InDoubt,
    Intent,
    NothingToReverse,
    Operator,
    Repair,
    Reversed,
    Settled,
    StatementDifference,
    StatementRow,
    Trial,
    statement_row,
)
from terminal.centre.simulator import Simulator
from terminal.documents import Claim, Institution, InstitutionKind, Tier
from tests import world

LINE = (CentreAnswerBroken, CentreRefused, CentreSilent, CentreUnreachable)
HORIZON = 600
AREA = "110100"
GROUPS = {"2207": Group("310", "11", AREA), "2102": Group("310", "41", AREA)}
CANCELLED_BY = {"2207": "2208", "2102": "2103"}
ITEMS = (world.AMOXICILLIN, world.CT, world.VITAMINS)


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class State(StrEnum):
    DOUBT = "doubt"
    STANDING = "standing"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FREE = "free"


@dataclass
class Entry:
    """One bill as the clerk knows it; written before its message leaves."""

    claim: Claim
    intent: Intent
    since: datetime
    state: State = State.DOUBT
    settled: Settled | None = None
    cancel: Intent | None = None
    red: Settled | None = None

    def rows(self) -> Iterator[StatementRow]:
        """What the statement of the day says of it."""
        cancelled = self.state is State.CANCELLED
        if self.state in (State.STANDING, State.CANCELLED):
            assert self.settled
            yield statement_row(self.intent, self.settled.raw, refunded=cancelled)
        if cancelled:
            assert self.cancel and self.red
            yield statement_row(self.cancel, self.red.raw, refunded=True)


class Clerk:
    """One institution's desk. ``numbers`` counts on over all clerks of a run."""

    def __init__(
        self, simulator: Simulator, clock: Clock, serial: Callable[[], int], *, pharmacy: bool = False
    ) -> None:
        site = world.PHARMACY if pharmacy else world.HOSPITAL
        self.site = msgspec.convert(site, Institution)
        assert isinstance(self.site.tier, Tier) and isinstance(self.site.kind, InstitutionKind)
        self.clock, self.serial = clock, serial
        self.journal: list[Entry] = []
        profile = profiles.load("simulator")
        self.centre = Centre(
            msgspec.structs.replace(profile, deadlines=msgspec.structs.replace(profile.deadlines, answer=20)),
            Endpoint(f"http://127.0.0.1:{simulator.port}", self.site, "demo", world.SECRET),
            Operator("op01", "收费员"),
            clock,
            self.number,
        )

    def number(self) -> str:
        return f"{self.site.code}{self.clock():%Y%m%d%H%M%S}{self.serial() % 10_000:04d}"

    def trial(self, who: str, random: Random) -> tuple[Claim, Trial] | None:
        """A random bill of a person, tried; None when the line did not let it."""
        items = [(item, random.randint(1, 12)) for item in random.sample(ITEMS, random.randint(1, len(ITEMS)))]
        claim = world.claim(
            f"Q{self.serial()}",
            who,
            *items,
            institution=msgspec.to_builtins(self.site),
            visit={
                "type": "pharmacy" if self.site.kind is InstitutionKind.PHARMACY else "outpatient",
                "begin": self.clock().replace(microsecond=0).isoformat(),
            },
            account_use=random.random() < 0.7,
        )
        try:
            person = self.centre.identify(claim.credential)
            return claim, self.centre.trial(claim, person, person.insurances[0])
        except LINE:
            return None

    def sell(self, who: str, random: Random) -> None:
        """Try and settle one bill."""
        tried = self.trial(who, random)
        if tried is None:
            return
        claim, trial = tried
        number = self.number()
        entry = Entry(claim, self.centre.intent(trial, number), self.clock())
        self.journal.append(entry)
        outcome = self.centre.settle(trial, claim, number)
        match outcome:
            case Settled():
                entry.state, entry.settled = State.STANDING, outcome
            case InDoubt():
                pass
            case _:
                entry.state = State.FREE

    def walk_away(self, who: str, random: Random) -> None:
        """Try a bill and give it up."""
        if (tried := self.trial(who, random)) is not None:
            try:
                self.centre.give_up(tried[1])
            except LINE:
                return  # an open visit moves no money

    def cancel(self, entry: Entry) -> None:
        """Cancel a standing settlement as a whole."""
        assert entry.settled
        number = self.number()
        entry.cancel = self.centre.cancel_intent(entry.intent, number)
        entry.state, entry.since = State.CANCELLING, self.clock()
        outcome = self.centre.cancel(entry.intent, entry.settled.settlement, entry.claim, number)
        match outcome:
            case Settled():
                entry.state, entry.red = State.CANCELLED, outcome
            case InDoubt():
                pass
            case _:
                entry.state = State.STANDING

    def clear_up(self, entry: Entry) -> None:
        """Ask once more about a message in doubt; a "nothing" counts only after the horizon."""
        asked = self.clock()
        cancelling = entry.state is State.CANCELLING
        message = entry.cancel if cancelling else entry.intent
        assert message
        match self.centre.reverse(message, self.number()):
            case Reversed() | AlreadyReversed():
                entry.state = State.STANDING if cancelling else State.FREE
            case NothingToReverse() if asked - entry.since >= timedelta(seconds=HORIZON):
                entry.state = State.STANDING if cancelling else State.FREE

    def reconcile(self) -> list[StatementDifference]:
        """Compare the day and mend what can be mended, until nothing differs; what only a person can settle."""
        for _ in range(10):
            rows = [row for entry in self.journal for row in entry.rows()]
            doubts = {entry.intent.message_number: entry for entry in self.journal if entry.state is State.DOUBT}
            day = self.clock().date()
            try:
                found = self.centre.reconcile(day, rows, [entry.intent for entry in doubts.values()], GROUPS.values())
            except LINE:
                continue
            for number in found.absent:
                doubts[number].state = State.FREE
            left = [each for each in found.differences if not self._mended(each, doubts)]
            if len(left) == len(found.differences):
                return left
        raise AssertionError("the books still differ after ten comparisons")

    def _mended(self, difference: StatementDifference, doubts: dict[str, Entry]) -> bool:
        theirs = difference.theirs
        assert theirs
        if difference.repair is Repair.ACCEPT:
            entry = doubts[difference.message_number]
            try:
                found = self.centre.look_up(
                    entry.intent, entry.claim, difference.settlement_number, theirs.visit_number
                )
            except LINE:
                return True  # the next comparison names it again
            entry.state, entry.settled = State.STANDING, found
            return True
        if difference.repair is Repair.REVERSE:
            settles = next(name for name, group in GROUPS.items() if group == difference.group)
            transaction = CANCELLED_BY[settles] if theirs.total < 0 else settles
            intent = Intent(difference.message_number, transaction, difference.person_number, AREA, self.clock())
            self.centre.reverse(intent, self.number())
            return True
        return False
