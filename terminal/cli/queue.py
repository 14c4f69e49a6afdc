"""``yibao queue``: what waits, what happened to it, sending it, and proof that nothing was changed."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from config.places import store_folder
from offline_queue.ports import Anchor, Item
from offline_queue.upkeep import Kept
from offline_queue.vocabulary import OPEN, Decision
from terminal.cli.bounds import Seconds
from terminal.cli.carry import address, export, recover, recovery_key, rekey, take_in
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by_two, with_card
from terminal.faults import Exit


def _anchor(text: str) -> Anchor:
    seq, _, hash = text.replace(" ", ":").partition(":")
    return Anchor(int(seq), bytes.fromhex(hash))


@click.group()
def queue() -> None:
    """待传队列。 The offline queue."""


for _command in (address, export, take_in, rekey, recovery_key, recover):
    queue.add_command(_command)


def _row(item: Item) -> dict[str, Any]:
    from terminal.counter.journal import state_of

    return {
        "bill": item.key,
        "state": state_of(item),
        "queue_state": item.state,
        "reason": item.reason,
        "message_number": item.number,
        "attempts": item.attempts,
        "created": item.created.isoformat(),
        "due": item.due.isoformat() if item.due else None,
    }


def _stays(day: Kept) -> str:
    return (
        f"{day.day} 已过保存期，还有 {day.items} 张账单要用，暂不销毁；办结（欠款、对账、退费、票据）后即销毁。\n"
        f"{day.day} is past its term and stays: {day.items} of its bills are needed; it goes when money owed, "
        "reconciliation, refunds and receipts of them are settled."
    )


@queue.command()
@at_home
@as_json
def status(home: Path, as_json: bool) -> int:
    """离线时长、笔数、金额、最久、能否离线。 Offline since, counts, sums, oldest, ready or why not."""
    from terminal.counter.office.upkeep import kept
    from terminal.counter.till import Till

    with Till(home) as till:
        found, stay = till.queue.status(), kept(till)
    document = msgspec.to_builtins(found)
    lines = [f"{key:18} {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()]
    show(document | {"kept": msgspec.to_builtins(stay)}, as_json, lambda: "\n".join([*lines, *map(_stays, stay)]))
    return Exit.DONE


@queue.command("list")
@click.option("--all", "everything", is_flag=True, help="包括已了结的 closed ones too")
@at_home
@as_json
def list_items(everything: bool, home: Path, as_json: bool) -> None:
    """列出条目，先进先出。 The items, oldest first."""
    from offline_queue.vocabulary import State
    from terminal.counter.till import Till

    with Till(home) as till:
        rows = [_row(item) for item in till.queue.items(tuple(State) if everything else OPEN)]
    show(rows, as_json, lambda: "\n".join(f"{row['bill']:24} {row['state']:12} {row['reason']}" for row in rows))


@queue.command("show")
@click.argument("bill")
@at_home
@as_json
def show_item(bill: str, home: Path, as_json: bool) -> None:
    """一个条目的时间线。 The time line of one item."""
    from terminal.counter.till import Till

    with Till(home) as till:
        item = till.queue.item(bill)
        events: list[dict[str, Any]] = [
            {"seq": event.seq, "at": event.at.isoformat(), "kind": event.kind, "actor": event.actor}
            for event in till.queue.events(item=item)
        ]
        choices = [str(choice) for choice in till.queue.choices(item)]
    document = {**_row(item), "events": events, "choices": choices}

    def text() -> str:
        head = f"{bill}  {document['state']}  {document['reason']}"
        return "\n".join([head, *(f"  o-- {event['at'][11:19]}  {event['kind']}" for event in events)])

    show(document, as_json, text)


@queue.command()
@click.option("--wait", type=Seconds(), default=30.0, help="最多等待秒数 seconds to go on for")
@at_home
@as_json
def forward(wait: float, home: Path, as_json: bool) -> int:
    """补传：发送到期的，查清待确认的。 Sends what is due and resolves what is in doubt."""
    from terminal.counter.far_end import forwarder
    from terminal.counter.till import Till

    with Till(home) as till, forwarder(till) as sender:
        report = sender.run(timedelta(seconds=wait), now=True)
        states = till.queue.status().open
    document = {"steps": dict(report.steps), "left": report.left, "open": {str(k): v for k, v in states.items()}}
    show(
        document,
        as_json,
        lambda: f"剩余 left {report.left}\n" + "\n".join(f"  {k} {v}" for k, v in report.steps.items()),
    )
    return Exit.CENTRE if report.left else Exit.DONE


@queue.command()
@click.argument("bill")
@click.option("--decision", type=click.Choice([each.value.removeprefix("decide_") for each in Decision]), required=True)
@click.option("--reason", required=True, help="理由 why")
@by_two
@with_card
@at_home
@as_json
def resolve(
    bill: str, decision: str, reason: str, by: tuple[str, ...], with_card: bool, home: Path, as_json: bool
) -> None:
    """两人决定：重发、冲正、认可、了结。 Two persons decide about a bill: send, reverse, accept or close."""
    from terminal.counter.office import approvals
    from terminal.counter.till import Till

    if len(by) != 2:
        raise click.UsageError("--by 两次，两个人。 Give --by twice: two persons.")
    with Till(home) as till:
        both = [acting(till, number, with_card) for number in by]
        item = approvals.resolve(till, bill, Decision(f"decide_{decision}"), both, reason)
    show(_row(item), as_json, lambda: f"{bill} {item.state}")


@queue.command()
@click.option("--now", is_flag=True, help="不等夜间 without waiting for the night")
@at_home
@as_json
def upkeep(now: bool, home: Path, as_json: bool) -> int:
    """夜间维护：备份并核对、归档、到期销毁密钥。 The night's work: checked copy, archive, keys past their term."""
    from terminal.counter.office.upkeep import kept, look_after
    from terminal.counter.till import Till

    with Till(home) as till:
        done = look_after(till, now=now)
        warnings, stay = till.queue.status().warnings, kept(till)
    document = {"done": msgspec.to_builtins(done), "warnings": warnings, "kept": msgspec.to_builtins(stay)}
    if done is None:
        show(document, as_json, lambda: "\n".join(["现在无需维护 nothing is due now", *map(_stays, stay)]))
        return Exit.DONE
    lines = [f"{k:10} {v}" for k, v in msgspec.to_builtins(done).items() if v]
    show(document, as_json, lambda: "\n".join([*lines, *map(_stays, stay)]))
    return Exit.STORE if done.failed else Exit.DONE


@queue.command()
@click.option("--anchor", "anchors", multiple=True, type=_anchor, help="票据或报表上的 as printed: 123:9f86d081")
@click.option("--without-keys", is_flag=True, help="只核对文件，不用密钥 the file alone")
@at_home
@as_json
def verify(anchors: tuple[Anchor, ...], without_keys: bool, home: Path, as_json: bool) -> int:
    """核对整条校验链。 Checks the whole chain, also against ends that were printed."""
    from offline_queue.hub.faults import BadHub
    from offline_queue.verify import check
    from terminal.counter.hub import countersigned
    from terminal.counter.till import Till

    if without_keys:
        found = check(store_folder(home), anchors)
    else:
        with Till(home) as till:
            try:
                seen = countersigned(till)
            except BadHub as fault:  # without the hub the rest is checked all the same
                click.echo(f"{fault.zh.format(**fault.data)} {fault}", err=True)
                seen = []
            found = till.queue.verify((*anchors, *seen))
    document = msgspec.to_builtins(found, enc_hook=str)
    show(document, as_json, lambda: json.dumps(document, ensure_ascii=False, indent=2))
    return Exit.DONE if found.intact else Exit.STORE
