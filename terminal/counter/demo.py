"""The main job with no hardware and no outside network: a virtual card, a simulated centre, an outage in the middle."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from cardio import CardReading, read_card
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from offline_queue.ports import Event
from terminal.centre.simulator import Simulator, price_list, seed
from terminal.clock import now
from terminal.counter import journal
from terminal.counter.cards import credential_of
from terminal.counter.far_end import forwarder
from terminal.counter.settle import settle
from terminal.counter.slip import slip, split_picture
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.documents import BillState, Claim, Settlement, decode
from terminal.money import Fen

HORIZON = 2
"""Seconds until the simulated centre can be believed when it knows nothing of a call; real ones need minutes."""

Tell = Callable[[str, str], None]
"""Receives each sentence in Chinese and in English."""


class Amounts(msgspec.Struct, frozen=True):
    """One bill of the demonstration as it stands in the end."""

    bill: str
    first: BillState
    state: BillState
    total: Fen
    funds: Fen
    account: Fen
    cash: Fen


class Outcome(msgspec.Struct, frozen=True):
    """What the demonstration proves: every bill served stands at the centre exactly once."""

    settled: int
    provisional: int
    in_doubt: int
    forwarded: int
    lost: int
    doubled: int
    chain_intact: bool
    bills: tuple[Amounts, ...]


@contextmanager
def stage(further: str = "") -> Iterator[tuple[Till, Simulator]]:
    """A data folder and a centre of their own, gone afterwards; with further tables of its settings."""
    with tempfile.TemporaryDirectory(prefix="yibao-demo-") as folder:
        home = Path(folder)
        with Simulator(home / "centre.db", horizon=HORIZON - 0.5) as centre:
            secret = home / "secret"
            secret.write_text("account=DEMO\nsecret=demo-secret-0001\n", encoding="utf-8")
            (home / "settings.toml").write_text(_settings(centre.port, secret) + further, encoding="utf-8")
            with Till(home) as till:
                yield till, centre


def run(tell: Tell, show: Callable[[list[str]], None], language: Language) -> Outcome:
    """Plays the demonstration; ``tell`` gets the story, ``show`` the pictures."""
    with stage() as (till, centre):
        tell("插入一张虚拟社会保障卡（2.0 版）。", "A virtual social-security card (2.0) is inserted.")
        zhang, li = (_read(who) for who in ("zhang", "li"))
        show([f"  {zhang.name}  {zhang.card_number}  {zhang.region}  {zhang.version}"])

        tell("联网结算两张账单：先试算，再记意图，然后结算。", "Two bills with the line: trial, intent, settlement.")
        bills = [
            _bill("D-1", till, zhang, ("SA01-TEST-0005", 8), ("XA01-TEST-0001", 2), ("XC01-TEST-0002", 1)),
            _bill("D-2", till, li, ("SA01-TEST-0004", 9), ("XB01-TEST-0003", 2)),
        ]
        first = [settle(till, bill) for bill in bills]
        show(slip(first[0], bills[0], language))

        tell(
            "线路中断。继续收费：本机分割，暂结，入队。",
            "The line breaks: local split, provisional, queued.",
        )
        centre.line_down()
        bills += [
            _bill("D-3", till, zhang, ("SA01-TEST-0003", 3), ("XB01-TEST-0001", 1)),
            _bill("D-4", till, li, ("XA01-TEST-0004", 4), ("HA01-TEST-0002", 3)),
        ]
        first += [settle(till, bill) for bill in bills[2:]]
        show(slip(first[3], bills[3], language))

        tell(
            "线路恢复；下一张账单的答复丢了，成为待确认。",
            "The line is back; the next answer is lost: in doubt.",
        )
        centre.line_up()
        _forward(till)
        centre.trouble.load(b'{"rules": [{"fault": "drop", "infno": "2207"}]}', "demo")
        bills.append(_bill("D-5", till, zhang, ("SA01-TEST-0006", 2)))
        first.append(settle(till, bills[-1]))

        tell(
            "查清待确认：冲正，再以新报文号结算。队列清空。",
            "The doubt is resolved: reversed, settled anew.",
        )
        _forward(till)
        show(_time_lines(till, bills, language))
        for bill in bills:
            final = journal.standing(till.queue, till.queue.item(bill.bill))
            show([f"{bill.bill} {word(f'state.{final.state}', language)}", *split_picture(final, language)])

        outcome = _count(till, centre, bills, first)
        tell(
            f"中心账本与本机日志逐笔相符：丢失 {outcome.lost}，重复 {outcome.doubled}，校验链完好。",
            f"The centre's ledger agrees bill by bill: {outcome.lost} lost, {outcome.doubled} doubled, chain intact.",
        )
        return outcome


def _read(who: str) -> CardReading:
    return read_card(port=VirtualPort(card(who)))


def _forward(till: Till) -> None:
    with forwarder(till) as sender:
        sender.run(timedelta(seconds=4 * HORIZON), now=True)


def _count(till: Till, centre: Simulator, bills: list[Claim], first: list[Settlement]) -> Outcome:
    standing: dict[str, int] = {}
    for row in centre.books()["settlements"]:
        if row["state"] == "standing":
            number = row["bill"].partition(".")[0]
            standing[number] = standing.get(number, 0) + 1
    final = [journal.standing(till.queue, till.queue.item(bill.bill)) for bill in bills]
    states = [each.state for each in first]
    return Outcome(
        settled=states.count(BillState.SETTLED),
        provisional=states.count(BillState.PROVISIONAL),
        in_doubt=states.count(BillState.IN_DOUBT),
        forwarded=sum(
            before.state is not BillState.SETTLED and after.state is BillState.SETTLED
            for before, after in zip(first, final, strict=True)
        ),
        lost=sum(standing.get(bill.bill, 0) == 0 for bill in bills),
        doubled=sum(count > 1 for count in standing.values()),
        chain_intact=till.queue.verify().intact,
        bills=tuple(
            Amounts(after.bill, before.state, after.state, after.total, after.funds, after.account, after.cash)
            for before, after in zip(first, final, strict=True)
        ),
    )


def _time_lines(till: Till, bills: list[Claim], language: Language) -> list[str]:
    """The queue as a time line: one row per bill, one mark per event, scaled to the whole demonstration."""
    events = {bill.bill: list(till.queue.events(item=till.queue.item(bill.bill))) for bill in bills}
    every = [event.at for row in events.values() for event in row]
    start, length = min(every), max((max(every) - min(every)).total_seconds(), 0.001)

    def row(events: list[Event]) -> str:
        marks = ["."] * 40
        for event in events:
            marks[int((event.at - start).total_seconds() / length * 39)] = _MARKS.get(event.kind, "o")
        return "".join(marks)

    return [_LEGEND[language], *(f"{bill.bill:6}{row(events[bill.bill])}" for bill in bills)]


_LEGEND = {
    Language.ZH: "r 入队  s 发出  ? 待确认  x 冲正  * 已结算",
    Language.EN: "r queued  s sent  ? doubt  x reversed  * settled",
}
_MARKS = {"record": "r", "begin": "s", "claim": "s", "doubt": "?", "reverse": "x", "free": "x", "accept": "*"}


def _bill(number: str, till: Till, reading: CardReading, *items: tuple[str, int]) -> Claim:
    prices = price_list(seed("items"))
    lines = [
        prices[code]
        | {
            "sn": place,
            "house_code": code,
            "quantity": str(quantity),
            "amount": f"{Decimal(str(prices[code]['price'])) * quantity:.2f}",
        }
        for place, (code, quantity) in enumerate(items, 1)
    ]
    document = {
        "bill": number,
        "institution": till.institution,
        "terminal": till.settings.terminal,
        "operator": till.settings.operator,
        "credential": credential_of(reading),
        "visit": {"type": "outpatient", "begin": now().isoformat(timespec="seconds")},
        "lines": lines,
    }
    return decode(msgspec.json.encode(document), Claim, file=number)


def _settings(port: int, secret: Path) -> str:
    return (
        'keystore = "file"\noperator = "0001"\n\n'
        '[institution]\ncode = "H11010500001"\nname = "北京市测试医院"\narea = "110100"\ntier = "3"\n\n'
        f'[centre]\nendpoint = "http://127.0.0.1:{port}"\nprofile = "simulator"\n'
        f"secret_file = {json.dumps(str(secret), ensure_ascii=False)}\n\n"
        f"[offline]\nper_bill_fen = 1000000\nsettle_horizon_seconds = {HORIZON}\n"
    )
