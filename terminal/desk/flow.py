"""What the keys of the main screen do, step by step: identify, items, trial, consent, settle, money, paper, next.

Each step is one function over the screen. Those that ask the centre, a card or a device are coroutines and do that in
a thread; ``DeskScreen.perform`` sees to it that only one of them runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from cardio.faults import CardFault
from offline_queue.faults import LaneMoved, QueueFault
from terminal.counter import journal
from terminal.counter.cards import typed
from terminal.counter.consent import agreed, self_paid
from terminal.counter.faults import LineLost, TenderDoesNotFit
from terminal.counter.office import card_money, drafts, issuing, serving
from terminal.counter.office.faults import NoReceiptsLeft
from terminal.counter.office.owed import owed, reach
from terminal.counter.office.roles import Right
from terminal.counter.office.serving import Stage
from terminal.counter.office.shifts import open_drawer
from terminal.counter.sale import Sale
from terminal.counter.shown import credential_shown
from terminal.counter.slip import slip
from terminal.counter.tendering import tenders
from terminal.counter.tracing import is_code
from terminal.counter.words import Language, word
from terminal.desk import card, panels, paper
from terminal.desk.advice import advised
from terminal.desk.dialogs import Ask, Choice, Field, Prompt, Text, Wait
from terminal.desk.finding import looked_up
from terminal.desk.keys import Action, shown
from terminal.desk.lines import edit, prescribed
from terminal.desk.people import sign
from terminal.desk.reasons import explain
from terminal.desk.words import say
from terminal.documents import Credential, CredentialKind, TenderKind, VisitType
from terminal.faults import Fault
from terminal.money import Fen, MoneyText, parse_yuan
from terminal.peripherals.faults import DeviceFault
from terminal.peripherals.phrases import Phrase

if TYPE_CHECKING:
    from terminal.desk.charge import ChargeScreen

_SEND_SECONDS = 5


# -- who ---------------------------------------------------------------------------------------------------------------


async def credential(screen: "ChargeScreen") -> None:
    """Reads the card, else the ID card on its reader; pressed again when neither could be, takes a number by hand."""
    if screen.sale.settled is not None:
        await next_patient(screen)
    if screen.unread:
        await _by_hand(screen)
        return
    screen.message(say("reading", screen.app.language))
    try:
        asked = await asyncio.to_thread(credential_shown, screen.app.read, screen.app.devices.id_cards)
    except CardFault as fault:
        screen.unread = True
        key = shown(screen.app.keys[Action.CREDENTIAL])
        screen.tell(fault, hint=say("unread", screen.app.language, key=key))
        return
    await _identify(screen, asked)


async def _by_hand(screen: "ChargeScreen") -> None:
    language = screen.app.language
    fields = [Field("manual_number"), Field("manual_reason")]
    given = await screen.app.push_screen_wait(Prompt(say("manual", language), fields, language))
    if not given or not given[0]:
        return
    number, reason = given
    asked = typed(number, reason)
    if asked.reason or asked != typed(number):
        reviewer = await sign(screen, say("manual_reviewer", language))
        if reviewer is None:
            return
        asked = typed(number, reason, reviewer)
    await _identify(screen, asked)


async def scanned(screen: "ChargeScreen", text: str) -> None:
    """What was entered is no item: with nobody at the counter an e-credential's code, else a box's trace code."""
    asked = typed(text)
    if screen.sale.who is None and asked.kind is CredentialKind.E_CREDENTIAL:
        await _identify(screen, asked)
    elif await prescribed(screen, text):
        return
    elif is_code(text) and (line := screen.line_here) is not None:
        screen.sale.trace(line.sn, (*line.trace_codes, text))
        screen.message(f"{say('traces', screen.app.language)} {line.sn} {line.name} {len(line.trace_codes) + 1}")
    else:
        screen.message(f"{say('nothing_found', screen.app.language)}: {text[:18]}")


async def _identify(screen: "ChargeScreen", asked: Credential) -> None:
    screen.message(say("asking", screen.app.language))
    try:
        who = await asyncio.to_thread(screen.sale.identify, asked)
    except Fault as fault:
        await explain(screen, fault)
        return
    screen.unread = False
    open_difference = sum(each.amount for each in await asyncio.to_thread(owed, screen.app.till, who.person.number))
    text = say("owes", screen.app.language, amount=Fen(open_difference)) if open_difference else ""
    screen.message(text)
    screen.show_person()
    screen.show_money()
    screen.app.announce(Phrase.HELLO)


async def visit(screen: "ChargeScreen") -> None:
    """The next kind of visit; a chronic one is for a disease on file."""
    if screen.sale.settled is None:
        kinds = list(VisitType)
        screen.sale.choose_visit(kinds[(kinds.index(screen.sale.visit) + 1) % len(kinds)])
        screen.show_person()
        screen.show_money()
        if screen.sale.visit is VisitType.CHRONIC and screen.sale.who is not None:
            await _disease(screen)


async def _disease(screen: "ChargeScreen") -> None:
    """The patient only shows the card: one disease on file is taken, of several one is chosen."""
    sale, language = screen.sale, screen.app.language
    found = {mark.kind: mark for mark in await asyncio.to_thread(sale.diseases)}
    if not found:
        screen.message(say("no_disease", language, key=shown(screen.app.keys[Action.FILINGS])))
        return
    chosen: str | None = next(iter(found))
    if len(found) > 1:
        rows = [(mark.kind, f"{mark.kind} {mark.name}") for mark in found.values()]
        chosen = await screen.app.push_screen_wait(Choice(say("which_disease", language), rows))
    if chosen is not None:
        sale.choose_visit(VisitType.CHRONIC, found[chosen])
        screen.show_person()


def account(screen: "ChargeScreen") -> None:
    """Whether the personal account pays."""
    if screen.sale.settled is None:
        screen.sale.use_account(not screen.sale.account_use)
        screen.show_person()
        screen.show_money()


# -- the split ---------------------------------------------------------------------------------------------------------


async def trial(screen: "ChargeScreen") -> None:
    """Splits the bill; pressed again says why, line by line."""
    language = screen.app.language
    if screen.sale.trial is None:
        if screen.sale.settled is None:
            await _try(screen)
        return
    steps = await asyncio.to_thread(screen.sale.why)
    lines = [step.zh if language is Language.ZH else step.en for step in steps]
    await screen.app.push_screen_wait(Text(say("why", language), lines, language))


async def _try(screen: "ChargeScreen") -> bool:
    language = screen.app.language
    if screen.sale.who is None or not screen.sale.lines:
        screen.message(say("need_person" if screen.sale.who is None else "need_items", language))
        return False
    screen.message(say("asking", language))
    try:
        told = await asyncio.to_thread(screen.sale.try_out)
    except Fault as fault:
        await explain(screen, fault)
        return False
    screen.message("")
    screen.show_person()
    screen.show_money()
    screen.app.announce(Phrase.FEE, told.total)
    return True


# -- the money ---------------------------------------------------------------------------------------------------------


async def tender(screen: "ChargeScreen") -> None:
    """What of the patient's part is paid by bank card or code; the rest is cash. The card is charged here."""
    if screen.sale.settled is not None or not await card.clear(screen):
        return
    if screen.sale.trial is None and not await _try(screen):
        return
    language, note = screen.app.language, ""
    kinds = (TenderKind.BANK_CARD, TenderKind.CODE)
    await _show_cards(screen)
    while True:
        fields = [Field(f"pay_{kind}", value=str(screen.other_tenders.get(kind) or "")) for kind in kinds]
        given = await screen.app.push_screen_wait(Prompt(say("tender_title", language), fields, language, note))
        if given is None:
            return
        try:
            wanted = {kind: parse_yuan(text) for kind, text in zip(kinds, given, strict=True) if text}
            screen.sale.check(wanted)
        except MoneyText as error:
            note = str(error)
            continue
        except TenderDoesNotFit as fault:
            note = (fault.zh if language is Language.ZH else fault.en).format(**fault.data)
            continue
        screen.other_tenders[TenderKind.CODE] = wanted.get(TenderKind.CODE, Fen(0))
        screen.show_money()
        await _card(screen, wanted.get(TenderKind.BANK_CARD, Fen(0)))
        return


async def _card(screen: "ChargeScreen", wanted: Fen) -> None:
    """Charges what is missing to the wanted amount; less than was charged means all of it back first."""
    desk, sale = screen.app, screen.sale
    there = await asyncio.to_thread(card_money.held, desk.till, sale.bill) if sale.kept else []
    try:
        if wanted < sum(each.amount for each in there):
            for each in there:
                back = partial(card_money.ask_back, desk.till, each.number, desk.acting, desk.devices.pos)
                if await card.carry_out(screen, back) is None:
                    return
            there = []
        if missing := Fen(wanted - sum(each.amount for each in there)):
            done = await card.carry_out(screen, partial(sale.ask_card, missing, desk.acting, desk.devices.pos))
            if done is not None:
                screen.message(card.told(done, desk.language))
    finally:
        await _show_cards(screen)


async def _show_cards(screen: "ChargeScreen") -> None:
    """What lies on cards for this bill, as the journal has it."""
    there = await asyncio.to_thread(card_money.held, screen.app.till, screen.sale.bill) if screen.sale.kept else []
    screen.other_tenders[TenderKind.BANK_CARD] = Fen(sum(each.amount for each in there))
    screen.show_money()


async def settle(screen: "ChargeScreen") -> None:
    """Trial if there is none, hints, consent, the settlement, then cash and paper."""
    if screen.sale.settled is not None or (screen.sale.trial is None and not await _try(screen)):
        return
    screen.app.acting.require(Right.SETTLE)
    if not (await advised(screen) and await _consent(screen)):
        return
    sale, language = screen.sale, screen.app.language
    received = {TenderKind.CODE: screen.other_tenders.get(TenderKind.CODE, Fen(0))}
    wait = Wait(sale.bill, language)
    await screen.app.push_screen(wait)
    try:
        await asyncio.to_thread(issuing.want, screen.app.till, sale.bill, screen.app.acting)
        settled = await asyncio.to_thread(sale.settle, received)
    except (LaneMoved, LineLost) as again:
        await _try(screen)
        screen.message(say("moved" if isinstance(again, LaneMoved) else "line_lost", language))
        return
    finally:
        wait.end()
    screen.show_money()
    await _count(screen, Fen(sum(line.amount for line in settled.tenders if line.kind is TenderKind.CASH)))
    if settled.fully_paid:
        await _reachable(screen)
    state = word(f"state.{settled.state}", language)
    screen.message(say("done", language, state=state, key=shown(screen.app.keys[Action.NEXT])))
    screen.run_worker(_print(screen, sale.bill), group="paper")  # the next patient need not wait for it


async def _consent(screen: "ChargeScreen") -> bool:
    claim, language = screen.sale.claim(), screen.app.language
    numbers = self_paid(claim)
    lines = tuple(line for line in claim.lines if line.sn in numbers)
    if lines in ((), screen.consented):
        return True
    rows = [f"  {line.sn} {line.name}  {line.amount}" for line in lines]
    yes = await screen.app.push_screen_wait(Ask([say("consent", language), *rows, "", say("consent_yes", language)]))
    if yes:
        await asyncio.to_thread(agreed, screen.app.till, claim, screen.app.operator)
        screen.consented = lines
    return yes


async def _reachable(screen: "ChargeScreen") -> None:
    """Where to call a patient who gets money back later; Enter alone leaves it out."""
    language = screen.app.language
    given = await screen.app.push_screen_wait(Prompt(say("paid_in_full", language), [Field("owed_phone")], language))
    if given and given[0]:
        await asyncio.to_thread(reach, screen.app.till, screen.sale.bill, given[0], screen.app.operator)


async def _count(screen: "ChargeScreen", due: Fen) -> None:
    """The cash, once the centre has settled: what was handed over, and the change."""
    received = await _handed_over(screen, due) if due else due
    desk, bill = screen.app, screen.sale.bill
    try:
        await asyncio.to_thread(serving.reached, desk.till, bill, Stage.PAID, desk.operator, received)
    except QueueFault as fault:
        screen.tell(fault)  # the bill is settled; the paper must not wait for a note about it


async def _drawer(screen: "ChargeScreen", bill: str) -> None:
    desk = screen.app
    if desk.devices.printer is None:
        return
    try:
        await asyncio.to_thread(open_drawer, desk.till, desk.acting, desk.devices.printer, bill=bill)
    except (DeviceFault, QueueFault) as fault:
        screen.tell(fault)


async def _handed_over(screen: "ChargeScreen", due: Fen) -> Fen:
    screen.run_worker(_drawer(screen, screen.sale.bill), group="drawer")
    language, note = screen.app.language, ""
    screen.app.announce(Phrase.PAY, due)
    while True:
        title = f"{say('receivable', language)} {due}"
        given = await screen.app.push_screen_wait(Prompt(title, [Field("cash_prompt")], language, note))
        try:
            received = parse_yuan(given[0]) if given and given[0] else due
            change = Fen(sum(line.amount for line in tenders(due, {TenderKind.CASH: received})[1:]))
        except MoneyText as error:
            note = str(error)
        except TenderDoesNotFit as fault:
            note = (fault.zh if language is Language.ZH else fault.en).format(**fault.data)
        else:
            break
    screen.received, screen.change = received, Fen(-change)
    screen.show_money()
    screen.app.announce(Phrase.RECEIVED, received)
    if change:
        screen.app.announce(Phrase.CHANGE, Fen(-change))
    return received


# -- paper -------------------------------------------------------------------------------------------------------------


async def _print(screen: "ChargeScreen", bill: str, again: bool = False) -> None:
    try:
        await asyncio.to_thread(paper.print_slip, screen.app, bill, again=again)
    except (DeviceFault, NoReceiptsLeft, QueueFault) as fault:
        key = shown(screen.app.keys[Action.FIND])
        screen.tell(fault, hint=say("print_again", screen.app.language, key=key))
    screen.show_head()


async def find(screen: "ChargeScreen") -> None:
    """A bill by whatever the patient brings, as its slip stands now; printed again from there."""
    language, till = screen.app.language, screen.app.till
    bill = await looked_up(screen, screen.sale.bill if screen.sale.settled else "")
    if bill is None:
        return
    item = till.queue.item(bill)
    lines = slip(journal.standing(till.queue, item), journal.entry(till.queue, item).claim, language)
    ways = [("p", "print"), ("m", "misprint")]
    done = await screen.app.push_screen_wait(Text(say("slip", language), lines, language, ways))
    if done == "m":
        await asyncio.to_thread(issuing.misprint, till, bill, say("misprint", language), screen.app.acting)
    if done:
        await _print(screen, bill, again=True)


# -- the next ----------------------------------------------------------------------------------------------------------


async def next_patient(screen: "ChargeScreen") -> None:
    """The next patient, once this one is served or put aside."""
    if screen.sale.settled is None and screen.sale.lines:
        await park(screen)
        return
    screen.clear()
    await asyncio.to_thread(screen.sale.let_go)
    screen.start()
    screen.app.announce(Phrase.THANKS)
    if screen.app.card_inside:
        screen.message(say("card_inside", screen.app.language))
        screen.app.bell()
        screen.app.announce(Phrase.TAKE_CARD)


async def park(screen: "ChargeScreen") -> None:
    """Puts the bill aside, or takes one up again."""
    desk, language = screen.app, screen.app.language
    if screen.sale.lines and screen.sale.settled is None:
        screen.clear()
        await asyncio.to_thread(screen.sale.keep)
        screen.start()
        count = len(await asyncio.to_thread(drafts.drafts, desk.till))
        screen.message(say("parked", language, count=count))
        return
    parked = await asyncio.to_thread(drafts.drafts, desk.till)
    chosen = next(iter(parked), None)
    if len(parked) > 1:
        rows = [(bill, panels.parked_row(note.document.claim, note.at)) for bill, note in parked.items()]
        chosen = await desk.push_screen_wait(Choice(say("recall", language), rows))
    if chosen is None:
        return
    await asyncio.to_thread(screen.sale.let_go)
    await recall(screen, chosen)


async def recall(screen: "ChargeScreen", bill: str) -> None:
    """Takes a parked bill up again; the centre is asked anew who the patient is. Raises UnknownDraft."""
    desk = screen.app
    screen.clear()
    sale = await asyncio.to_thread(Sale.recalled, desk.till, bill, desk.operator)
    screen.start(sale)
    await _show_cards(screen)
    if sale.credential is not None:
        await _identify(screen, sale.credential)


async def send_now(screen: "ChargeScreen") -> None:
    """Forwards what is due, without waiting times."""
    screen.message(say("asking", screen.app.language))
    left = await asyncio.to_thread(screen.app.forward, timedelta(seconds=_SEND_SECONDS), now=True)
    screen.app.news()
    screen.message(say("left", screen.app.language, count=left))


Step = Callable[["ChargeScreen"], Awaitable[None] | None]

STEPS: Mapping[Action, Step] = {
    Action.CREDENTIAL: credential,
    Action.VISIT: visit,
    Action.ACCOUNT: account,
    Action.TRIAL: trial,
    Action.TENDER: tender,
    Action.SETTLE: settle,
    Action.LINE: edit,
    Action.REMOVE: lambda screen: screen.take_out(),
    Action.FIND: find,
    Action.PARK: park,
    Action.NEXT: next_patient,
    Action.SEND_NOW: send_now,
}
"""The actions of the main screen."""
