"""The insurance centre as the queue's far end: claims are re-tried and settled, doubts asked about or taken back."""

import re
from datetime import timedelta

import msgspec

from offline_queue.forwarder import Forwarder
from offline_queue.ports import (
    Capabilities,
    Enquiry,
    Hold,
    Intent,
    Item,
    NotReached,
    Outcome,
    Prepared,
    Refuse,
)
from offline_queue.vocabulary import Finding, OutcomeClass
from terminal.centre import (
    AlreadyReversed,
    CentreRefused,
    CentreSilent,
    CentreUnreachable,
    InDoubt,
    NothingToReverse,
    NotSent,
    Refused,
    Reversed,
    Settled,
    SettleOutcome,
    Trial,
)
from terminal.centre import Intent as Call
from terminal.counter.compare import differences
from terminal.counter.faults import NoCentreSecret
from terminal.counter.hub import rules, way_out
from terminal.counter.identify import NO_LINE, choose
from terminal.counter.journal import Answered, Entry
from terminal.counter.tendering import covering
from terminal.counter.till import Till
from terminal.documents import CredentialKind, Settlement, Source, decode, encode
from terminal.faults import Fault


def outcome_of(outcome: SettleOutcome) -> Outcome:
    """How a settle call ended, in the queue's words. A settlement travels inside the answer."""
    match outcome:
        case Settled():
            return Outcome(OutcomeClass.ACCEPTED, answer=encode(Answered(outcome.settlement, outcome.raw)))
        case Refused():
            return Outcome(OutcomeClass.REFUSED, code=outcome.code, answer=outcome.raw or outcome.text.encode())
        case NotSent():
            return Outcome(OutcomeClass.NOT_SENT)
        case InDoubt():
            return Outcome(OutcomeClass.IN_DOUBT, answer=outcome.raw)


def forwarder(till: Till) -> Forwarder:
    """The one process that sends what waits, by the site's rules. Raises AlreadyForwarding, BadHub and NeedsTls."""
    return till.queue.forwarder(way_out(till, FarEnd(till)), rules(till))


class FarEnd:
    """What the queue may ask of the centre. Harmless steps first; the one call with an effect only after its intent."""

    def __init__(self, till: Till) -> None:
        self._till = till

    @property
    def capabilities(self) -> Capabilities:
        """No enquiry is certain at every centre, and no repeat is harmless; the horizon is the profile's."""
        return Capabilities(settle_horizon=timedelta(seconds=self._till.profile.deadlines.settle_horizon))

    def prepare(self, item: Item, payload: bytes) -> Prepared | Hold | Refuse | NotReached:
        """Identify again and try again: a split equal to the fen is ready, a different one waits for a person."""
        entry = decode(payload, Entry)
        try:
            centre = self._till.centre
        except (NoCentreSecret, CentreUnreachable) as fault:
            return NotReached(fault.code)
        if entry.takes_back:
            return Prepared(b"")
        credential = entry.claim.credential
        if credential is None or credential.kind is CredentialKind.E_CREDENTIAL:
            return Hold("credential_expired")
        try:
            person = centre.identify(credential)
            trial = centre.trial(entry.claim, person, person.insurances[choose(person)])
        except (CentreUnreachable, CentreSilent) as fault:
            return NotReached(fault.code)
        except CentreRefused as fault:
            return self._refused(fault)
        except Fault as fault:
            return Hold(fault.code, str(fault).encode())
        if entry.told.fully_paid:
            return Prepared(encode(trial))  # no figure was promised that the centre's could differ from
        different = differences(entry.told, trial.settlement)
        if different and not self._till.offline.settle_on_difference:
            self.give_up(trial)
            return Hold("split_differs", encode(msgspec.structs.replace(trial.settlement, differences=different)))
        return Prepared(encode(trial))

    def _refused(self, fault: CentreRefused) -> Hold | Refuse | NotReached:
        """A no to a harmless step: about us or the moment, about the bill for good, or for a person to judge."""
        text, words = str(fault.data["text"]), self._till.profile.words
        if str(fault.data["transaction"]).startswith("9001") or re.search(words.try_later, text):
            return NotReached(text)
        if re.search(words.refused_for_good, text):
            return Refuse(str(fault.data["number"]), str(fault).encode())
        return Hold(fault.code, str(fault).encode())

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        """Settle the trial of the intent, or cancel what an entry takes back, under the intent's number."""
        entry = decode(payload, Entry)
        if (original := entry.takes_back) is not None:
            outcome = self._till.centre.cancel(original.intent, original.standing, entry.claim, intent.number)
            gone = self._till.profile.words.already_reversed
            if isinstance(outcome, Refused) and re.search(gone, outcome.text):  # an earlier message was there first
                proof = encode(Answered(entry.told, outcome.raw or outcome.text.encode()))
                return Outcome(OutcomeClass.DUPLICATE, outcome.code, proof)
        else:
            outcome = self._till.centre.settle(decode(intent.data, Trial), entry.claim, intent.number)
        if isinstance(outcome, Settled):
            outcome = Settled(complete(outcome.settlement, entry.told), outcome.raw)
        return outcome_of(outcome)

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        """The interface has no question by message number; the reversal answers instead."""
        return Enquiry(Finding.UNKNOWN)

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        """Take the call back by its own number."""
        try:
            centre = self._till.centre
        except (NoCentreSecret, CentreUnreachable) as fault:
            return Outcome(OutcomeClass.NOT_SENT, fault.code)
        call = call_of(self._till, decode(payload, Entry), intent.data, intent.number)
        match centre.reverse(call, number):
            case Reversed() as done:
                return Outcome(OutcomeClass.ACCEPTED, answer=done.raw)
            case AlreadyReversed() as done:
                return Outcome(OutcomeClass.DUPLICATE, answer=done.text.encode())
            case NothingToReverse() as nothing:
                return Outcome(OutcomeClass.NOTHING, answer=nothing.text.encode())
            case Refused() as refused:
                return Outcome(OutcomeClass.UNRECOGNISED, code=refused.code, answer=refused.text.encode())
            case NotSent():
                return Outcome(OutcomeClass.NOT_SENT)
            case InDoubt() as doubt:
                return Outcome(OutcomeClass.IN_DOUBT, answer=doubt.raw)

    def probe(self) -> bool:
        """Whether the centre answers a harmless question."""
        try:
            self._till.centre.ping()
        except (*NO_LINE, NoCentreSecret):
            return False
        return True

    def give_up(self, trial: Trial) -> None:
        """Lets go of what a trial opened at the centre; without the line it stays there, harmless."""
        try:
            self._till.centre.give_up(trial)
        except (*NO_LINE, CentreRefused):
            return  # an open visit without a settlement has no effect on anybody's money


def call_of(till: Till, entry: Entry, data: bytes, number: str) -> Call:
    """The message that went out for an entry under a number; ``data`` is what was committed before it left."""
    if entry.takes_back:
        return till.centre.cancel_intent(entry.takes_back.intent, number)
    return till.centre.intent(decode(data, Trial), number)


def complete(centre: Settlement, local: Settlement) -> Settlement:
    """The centre's settlement with what only the terminal knows: postings, pack, tenders, and where the two differ.

    ``local`` is the local split, or what the patient was told: then the differences of the trial stay, and figures that
    moved between trial and settlement join them. A bill paid in full told no figures that could differ.
    """
    known = local.differences if local.source is Source.CENTRE else ()
    moved = () if local.fully_paid else differences(local, centre)
    return msgspec.structs.replace(
        centre,
        postings=local.postings,
        pack=local.pack,
        pack_digest=local.pack_digest,
        tenders=covering(centre.cash, local.tenders),
        fully_paid=local.fully_paid,
        person=local.person or centre.person,
        findings=local.findings,
        differences=(*known, *moved),
    )
