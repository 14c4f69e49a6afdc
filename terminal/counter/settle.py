"""A settlement, step by step: identify, trial, tender, intent, settle; without the line provisional, under limits."""

import msgspec

from offline_queue.faults import KeyReused, LaneBusy, LaneMoved
from offline_queue.ports import Item, NewItem
from offline_queue.vocabulary import WITHOUT_EFFECT, Kind, OutcomeClass
from terminal.adjudication import CannotSplit
from terminal.centre import Settled, Trial
from terminal.counter import journal
from terminal.counter.far_end import complete, outcome_of
from terminal.counter.faults import NoCredential, NotTheSettings, OfflineNotAllowed, RefusedByCentre
from terminal.counter.identify import NO_LINE, Identified, identify
from terminal.counter.journal import Entry
from terminal.counter.split import split
from terminal.counter.till import Till
from terminal.documents import (
    BillState,
    Claim,
    Finding,
    Settlement,
    Severity,
    Tender,
    TenderKind,
    encode,
)


def settle(till: Till, claim: Claim) -> Settlement:
    """Settles one bill and returns where it stands: settled, provisional or in doubt; durable when this returns.

    The same claim again returns what became of it. Raises KeyReused for another claim under a known number,
    RefusedByCentre or CentreRefused for a complete no, CannotSplit or LimitReached when it cannot wait offline either.
    """
    _check(till, claim)
    if (item := journal.find(till.queue, claim.bill)) is not None and item.state not in WITHOUT_EFFECT:
        if journal.entry(till.queue, item).claim != claim:
            raise KeyReused(key=claim.bill)
        return journal.standing(till.queue, item)
    if claim.credential is None:
        raise NoCredential(bill=claim.bill)
    who = identify(till, claim.credential)
    if who.online:
        try:
            return _online(till, claim, who)
        except NO_LINE:
            till.line(False)
            who = identify(till, claim.credential, online=False)
        except LaneBusy:
            pass  # the person's earlier bills go first: this one joins them
    return _offline(till, claim, who)


def _check(till: Till, claim: Claim) -> None:
    for field, found, expected in (
        ("institution", claim.institution.code, till.settings.institution.code),
        ("terminal", claim.terminal, till.settings.terminal),
    ):
        if found != expected:
            raise NotTheSettings(bill=claim.bill, field=field, found=found, expected=expected)


def _online(till: Till, claim: Claim, who: Identified) -> Settlement:
    trial = till.centre.trial(claim, who.person, who.insurance)
    told = _told(trial, _local(till, claim, who))
    sending = till.queue.begin(_item(claim, who, told), encode(trial))
    if isinstance(sending, Item):
        return journal.standing(till.queue, sending)
    outcome = till.centre.settle(trial, claim, sending.number)
    if isinstance(outcome, Settled):
        outcome = Settled(complete(outcome.settlement, told), outcome.raw)
    ended = outcome_of(outcome)
    item = till.queue.finish(sending, ended, keep=till.settings.offline.allowed)
    if ended.result is OutcomeClass.REFUSED:
        raise RefusedByCentre(bill=claim.bill, number=ended.code, text=ended.answer.decode(errors="replace")[:200])
    if isinstance(outcome, Settled):
        return outcome.settlement
    return journal.standing(till.queue, item)


def _offline(till: Till, claim: Claim, who: Identified) -> Settlement:
    if not till.settings.offline.allowed:
        raise OfflineNotAllowed()
    while True:
        seen = till.queue.anchor().seq
        told = _tendered(split(till, claim, who))
        told = msgspec.structs.replace(
            told, state=BillState.PROVISIONAL, person=who.person.name, settled_at=till.clock()
        )
        try:
            return journal.standing(till.queue, till.queue.record(_item(claim, who, told), seen=seen))
        except LaneMoved:
            continue  # another desk served the same person meanwhile: both must not use one deductible


def _local(till: Till, claim: Claim, who: Identified) -> Settlement | CannotSplit:
    try:
        return split(till, claim, who)
    except CannotSplit as fault:
        return fault


def _told(trial: Trial, local: Settlement | CannotSplit) -> Settlement:
    """The centre's trial as the patient is told it; why there is no local cross-check is a note on it."""
    if isinstance(local, Settlement):
        return _tendered(complete(trial.settlement, local))
    notes = tuple(Finding(found.code, Severity.NOTE, found.place, found.zh, found.en) for found in local.findings)
    return _tendered(msgspec.structs.replace(trial.settlement, findings=notes))


def _tendered(settlement: Settlement) -> Settlement:
    """The cash part taken in cash, to the fen."""
    tenders = (Tender(TenderKind.CASH, settlement.cash),) if settlement.cash else ()
    return msgspec.structs.replace(settlement, tenders=tenders)


def _item(claim: Claim, who: Identified, told: Settlement) -> NewItem:
    return NewItem(
        key=claim.bill,
        lane=who.person.number,
        kind=Kind.REQUEST,
        payload=encode(Entry(claim, who.person, who.chosen, told)),
        amount_fen=told.total - told.cash,
    )
