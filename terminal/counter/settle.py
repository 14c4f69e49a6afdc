"""A settlement, step by step: identify, trial, tender, intent, settle; without the line provisional, under limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from offline_queue.faults import KeyReused, LaneBusy, LaneMoved
from offline_queue.ports import Item, NewItem, Outcome
from offline_queue.vocabulary import WITHOUT_EFFECT, Kind, OutcomeClass
from terminal.centre import BreaksText, CentreAnswerBroken, Settled
from terminal.centre import Trial as CentreTrial
from terminal.counter import journal
from terminal.counter.far_end import complete, outcome_of
from terminal.counter.faults import LineLost, NoCredential, NotTheSettings, OfflineNotAllowed, RefusedByCentre
from terminal.counter.identify import NO_LINE, Identified, identify
from terminal.counter.journal import Entry, Given
from terminal.counter.outage import takes_full_payment, without_centre
from terminal.counter.split import given, local
from terminal.counter.tendering import exactly, rest_in_cash, tenders
from terminal.counter.till import Till
from terminal.documents import (
    BillState,
    Claim,
    Finding,
    Settlement,
    Tender,
    TenderKind,
    encode,
)
from terminal.money import Fen


@dataclass(frozen=True)
class Trial:
    """A bill tried and nothing settled: what the patient is told before the money."""

    claim: Claim
    who: Identified
    told: Settlement
    centre: CentreTrial | None
    """The centre's own trial, to be settled or given up; None without the line."""
    seen: int
    """The chain's end when the split was computed: a provisional split must not overlook what came after."""
    facts: Given
    """What the local split rests on."""


def settle(
    till: Till, claim: Claim, received: Mapping[TenderKind, Fen] | None = None, cards: Sequence[Tender] = ()
) -> Settlement:
    """Settles one bill and returns where it stands: settled, provisional or in doubt; durable when this returns.

    ``received`` is the money for the cash part beside ``cards``; without it the rest is cash. The same claim
    again returns what became of it. Raises KeyReused for another claim under a known number, RefusedByCentre or
    CentreRefused for a complete no, TenderDoesNotFit, CannotSplit, or when it cannot wait offline either
    OfflineNotAllowed, LimitReached, BadLimits.
    """
    if (known := stands(till, claim)) is not None:
        return known
    online = True
    while True:
        try:
            trial = try_out(till, claim, online=online)
            return commit(till, paid(till, trial, received, cards))
        except LaneMoved:
            continue  # another desk served the same person meanwhile: both must not use one deductible
        except LineLost:
            online = False  # the other way through an outage: other figures, and the money for them


def stands(till: Till, claim: Claim) -> Settlement | None:
    """What became of this very claim earlier; None when its number is free.

    Raises KeyReused, and NotTheSettings for a bill of another desk.
    """
    _check(till, claim)
    item = journal.find(till.queue, claim.bill)
    if item is None or item.state in WITHOUT_EFFECT:
        return None
    if journal.entry(till.queue, item).claim != claim:
        raise KeyReused(key=claim.bill)
    return journal.standing(till.queue, item)


def try_out(till: Till, claim: Claim, *, online: bool = True) -> Trial:
    """The split the patient is told: the centre's with the local one beside it, or the site's without the line.

    ``online=False`` does not even try the line.
    """
    if claim.credential is None:
        raise NoCredential(bill=claim.bill)
    who = identify(till, claim.credential, online=online)
    if who.online and not till.queue.items(lane=who.person.number):
        try:
            seen = till.queue.anchor().seq
            trial = till.centre.trial(claim, who.person, who.insurance)
            facts = given(till, claim, who)
            told = _in_cash(till, _told(trial, local(till, claim, facts)))
            return Trial(claim, who, told, trial, seen, facts)
        except NO_LINE as fault:
            till.line(isinstance(fault, CentreAnswerBroken))
            who = identify(till, claim.credential, online=False)
    if closed := till.queue.closed():
        raise closed
    if not till.offline.allowed:
        raise OfflineNotAllowed()
    seen = till.queue.anchor().seq
    facts = given(till, claim, who)
    told = _in_cash(till, without_centre(till, claim, facts))
    told = msgspec.structs.replace(told, state=BillState.PROVISIONAL, person=who.person.name, settled_at=till.clock())
    return Trial(claim, who, told, None, seen, facts)


def paid(
    till: Till, trial: Trial, received: Mapping[TenderKind, Fen] | None = None, cards: Sequence[Tender] = ()
) -> Trial:
    """The trial with the money for its cash part; without ``received`` what the cards leave, in cash.

    Raises TenderDoesNotFit.
    """
    lay = tenders if received else rest_in_cash
    money = lay(trial.told.cash, received or {}, to_jiao=till.settings.cash_to_jiao, cards=cards)
    return replace(trial, told=msgspec.structs.replace(trial.told, tenders=money))


def commit(till: Till, trial: Trial) -> Settlement:
    """Settles a bill that was tried.

    Raises RefusedByCentre, KeyReused, LimitReached; LaneMoved and LineLost mean: try it again.
    """
    item = _item(trial)
    if trial.centre is None:
        return journal.standing(till.queue, till.queue.record(item, seen=trial.seen))
    centre = till.centre
    try:
        sending = till.queue.begin(item, encode(trial.centre), seen=trial.seen)
    except LaneBusy as fault:
        raise LaneMoved(key=item.key) from fault
    if isinstance(sending, Item):
        return journal.standing(till.queue, sending)
    try:
        outcome = centre.settle(trial.centre, trial.claim, sending.number)
    except BreaksText:
        till.queue.finish(sending, Outcome(OutcomeClass.NOT_SENT), keep=False)
        raise
    except BaseException:
        till.queue.finish(sending, Outcome(OutcomeClass.IN_DOUBT))
        raise
    if isinstance(outcome, Settled):
        outcome = Settled(complete(outcome.settlement, trial.told), outcome.raw)
    ended = outcome_of(outcome)
    full = takes_full_payment(till)
    kept = till.queue.finish(sending, ended, keep=till.offline.allowed and not full)
    if ended.result is OutcomeClass.NOT_SENT and full:
        raise LineLost(bill=item.key)
    if ended.result is OutcomeClass.REFUSED:
        text = ended.answer.decode(errors="replace")[:200]
        raise RefusedByCentre(bill=item.key, number=ended.code, text=text)
    return outcome.settlement if isinstance(outcome, Settled) else journal.standing(till.queue, kept)


def _check(till: Till, claim: Claim) -> None:
    for field, found, expected in (
        ("institution", claim.institution.code, till.settings.institution.code),
        ("terminal", claim.terminal, till.settings.terminal),
    ):
        if found != expected:
            raise NotTheSettings(bill=claim.bill, field=field, found=found, expected=expected)


def _told(trial: CentreTrial, local: Settlement | Finding) -> Settlement:
    """The centre's trial as the patient is told it."""
    if isinstance(local, Settlement):
        return complete(trial.settlement, local)
    return msgspec.structs.replace(trial.settlement, findings=(local,))


def _in_cash(till: Till, settlement: Settlement) -> Settlement:
    """The cash part taken in cash, until something else is received."""
    return msgspec.structs.replace(settlement, tenders=exactly(settlement.cash, to_jiao=till.settings.cash_to_jiao))


def _item(trial: Trial) -> NewItem:
    claim, who, told = trial.claim, trial.who, trial.told
    return NewItem(
        key=claim.bill,
        lane=who.person.number,
        kind=Kind.REQUEST,
        payload=encode(Entry(claim, who.person, who.chosen, told, given=trial.facts)),
        asked=encode(claim),
        amount_fen=told.total - told.cash,
    )
