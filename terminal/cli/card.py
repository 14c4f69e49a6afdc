"""``yibao readers`` and ``yibao card``: what is attached, and what is on the card."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.bounds import Seconds
from terminal.cli.options import as_json, at_home, show
from terminal.faults import Exit

if TYPE_CHECKING:
    from cardio.doors import PinStep

PAD_SECONDS = 60.0
"""How long a card holder may take on a separate PIN pad."""
in_reader = click.option("--reader", metavar="TEXT", help="读卡器名称的一部分 part of the reader's name")
in_time = click.option(
    "--timeout", type=Seconds(), default=0.0, metavar="S", help="等待插卡秒数 seconds to wait for a card"
)
with_psam = click.option("--psam", metavar="TEXT", help="PSAM 卡槽名称的一部分 part of the PSAM slot's name")
pin_from = click.option(
    "--pin-from",
    type=click.Choice(["keyboard", "keypad", "none"]),
    default="keyboard",
    help="密码在哪里输入：电脑键盘（或标准输入）、读卡器键盘、不输"
    " where the PIN is entered: this keyboard (or standard input), the reader's keys, nowhere",
)
pin_pad = click.option("--pin-pad", metavar="DEVICE", help="串口密码键盘 a PIN pad on this serial port")


@click.command()
@as_json
def readers(as_json: bool) -> int:
    """列出读卡器。 The attached readers."""
    from cardio import list_readers

    names = list_readers()
    show({"readers": names}, as_json, lambda: "\n".join(names) or "没有读卡器 no reader")
    return Exit.DONE if names else Exit.NO


@click.group()
def card() -> None:
    """社会保障卡。 The social-security card."""


@card.command()
@in_reader
@click.option("--format", "form", type=click.Choice(["json", "38"]), default="json", help="38：标准的竖线行")
@in_time
@with_psam
@click.option("--hsm", metavar="URL", help="加密机服务地址 the key service, for 3.0 cards")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="把与卡的往来存成文件（密钥、密码不存，个人信息会存）"
    " keeps the exchanges with the card: no keys, no PINs, but the person's data",
)
@as_json
def read(
    reader: str | None,
    form: str,
    timeout: float,
    psam: str | None,
    hsm: str | None,
    record: Path | None,
    as_json: bool,
) -> int:
    """读卡。 Reads the card; ``38`` prints the standard's line and nothing else."""
    from cardio import read_card
    from cardio.recorder import recording

    if psam and hsm:
        raise click.UsageError("--psam 与 --hsm 只能给一个。 Give one of --psam and --hsm.")
    with recording(record) if record else nullcontext() as trace:
        reading = read_card(reader, timeout=timeout, psam=psam, hsm=hsm, trace=trace)
    if form == "38" and not as_json:
        click.echo(reading.line38())
    else:
        show(reading, True, str)
    return Exit.DONE


@contextmanager
def _entered(prompt: str, pin_pad: str | None) -> Iterator[bytearray]:
    """A PIN from the serial pad or this keyboard, wiped when the block ends."""
    from cardio.keyboard import typed_pin
    from cardio.pin import wiped
    from cardio.serial.keys import BAUD, enter_pin
    from cardio.serial.line import SerialLine

    if not pin_pad:
        with wiped(typed_pin(prompt)) as pin:
            yield pin
        return
    with closing(SerialLine(pin_pad, BAUD)) as line:
        click.echo(prompt, err=True)
        with wiped(enter_pin(line, PAD_SECONDS)) as pin:
            yield pin


@contextmanager
def _pin_step(pin_from: str, pin_pad: str | None) -> Iterator["PinStep | None"]:
    """How the card is shown its PIN; one that is typed is typed before the card is held, and wiped in the end."""
    from cardio.pin import verify
    from cardio.pinpad import verify_on_keypad

    if pin_pad or pin_from == "keyboard":
        with _entered("密码（无则回车） PIN (Enter alone for none)", pin_pad) as pin:
            yield (lambda card: verify(card, pin)) if pin else None
    elif pin_from == "keypad":
        click.echo("请在读卡器上输入密码 enter the PIN on the reader", err=True)
        yield lambda card: verify_on_keypad(card, card.generation.reader)
    else:
        yield None


@card.command()
@in_reader
@in_time
@with_psam
@pin_from
@pin_pad
@as_json
def medical(
    reader: str | None, timeout: float, psam: str | None, pin_from: str, pin_pad: str | None, as_json: bool
) -> int:
    """读卡上的医保资料（DF04）。 What the card says about medical insurance: kind, region, institutions, log."""
    from cardio import read_medical_card

    with _pin_step(pin_from, pin_pad) as pin:
        reading = read_medical_card(reader, timeout=timeout, pin=pin, psam=psam)
    show(reading, True, str)
    return Exit.DONE


@card.command()
@in_reader
@in_time
@pin_from
@pin_pad
@as_json
def wallet(reader: str | None, timeout: float, pin_from: str, pin_pad: str | None, as_json: bool) -> int:
    """卡内账户：余额、交易明细与凭证。 The wallet on the card: balance, log, and the card's proof of each line."""
    from cardio import read_wallet

    with _pin_step(pin_from, pin_pad) as pin:
        statement = read_wallet(reader, timeout=timeout, pin=pin)
    show(statement, True, str)
    return Exit.DONE


@card.command()
@in_reader
@in_time
@click.option("--change", is_flag=True, help="修改密码 gives the card a new PIN")
@pin_from
@pin_pad
@as_json
def pin(reader: str | None, timeout: float, change: bool, pin_from: str, pin_pad: str | None, as_json: bool) -> int:
    """验证或修改密码；不输则只报剩余次数。 Verifies or changes the PIN; without one, says the tries left."""
    from cardio import open_card
    from cardio import pin as pins
    from cardio.applications.social_security import select_environment
    from cardio.pinpad import change_on_keypad

    with ExitStack() as stack:
        if not change:
            step = stack.enter_context(_pin_step(pin_from, pin_pad))
        elif pin_pad or pin_from == "keyboard":
            old = stack.enter_context(_entered("原密码 old PIN", pin_pad))
            new, again = (stack.enter_context(_entered(f"新密码 new PIN ({n}/2)", pin_pad)) for n in (1, 2))
            if new != again:
                raise pins.PinsDiffer()
            step = lambda card: pins.change(card, old, new)  # noqa: E731 - a partial would show the PINs in its repr
        elif pin_from == "keypad":
            click.echo("请在读卡器上操作 enter the PINs on the reader", err=True)
            step = lambda card: change_on_keypad(card, card.generation.reader)  # noqa: E731 - beside the other
        else:
            raise click.UsageError("--change 需要密码。 --change needs the PIN.")
        with open_card(reader, timeout=timeout) as held:
            select_environment(held)
            if step is not None:
                step(held)
            left = pins.tries_left(held)
    done = "changed" if change else "verified" if step else "asked"
    row = {"pin": done, "tries_left": left}
    show(row, as_json, lambda: f"{PIN_DONE[done]}{'' if left is None else f'，剩余次数 tries left {left}'}")
    return Exit.DONE


PIN_DONE = {
    "changed": "密码已修改 the PIN is changed",
    "verified": "密码正确 the PIN is right",
    "asked": "未验证 not asked for",
}


@card.command("id")
@click.option("--device", metavar="ADDR", help="地址，如 serial:/dev/ttyUSB0；不写用设置 instead of devices.id_reader")
@click.option("--timeout", type=Seconds(), default=0.0, metavar="S", help="等待放卡秒数 seconds to wait for a card")
@at_home
@as_json
def identity(device: str | None, timeout: float, home: Path, as_json: bool) -> int:
    """读居民身份证。 Reads the resident ID card on its serial reader."""
    from config.settings import load
    from terminal.counter.shown import id_cards_at

    show(id_cards_at(device or load(home).devices.id_reader).read(timeout), True, str)
    return Exit.DONE


@card.command()
@as_json
def watch(as_json: bool) -> int:
    """逐行报告插卡和拔卡，按 Ctrl+C 结束。 One line per insertion and removal, until interrupted."""
    import signal
    import threading

    from cardio.monitor import CardEvent
    from cardio.monitor import watch as watch_readers

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def tell(event: CardEvent) -> None:
        show(event, as_json, lambda: f"{event.kind}  {event.reader}  {event.zh}".rstrip())
        sys.stdout.flush()

    watch_readers(tell, stop)
    return Exit.DONE
