"""``yibao settle``: one bill, or a stream of bills; a result line is printed only when its journal entry is durable."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from terminal.cli.claims import read, stream
from terminal.cli.ending import EXITS
from terminal.cli.funnel import fault_document, say, speaks
from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.words import Language
from terminal.documents import Claim, Credential, TenderKind, decode, encode
from terminal.faults import Exit
from terminal.money import Fen, parse_yuan

if TYPE_CHECKING:
    from config.settings import Settings
    from terminal.counter.till import Till


_ID_CARD_WITHIN = 30.0


def _received(text: str) -> tuple[TenderKind, Fen]:
    """``cash=100.00``."""
    kind, _, amount = text.partition("=")
    if kind not in (TenderKind.CASH, TenderKind.BANK_CARD, TenderKind.CODE):
        raise ValueError(f"{text!r}: expected cash=, bank_card= or code= and an amount")
    return TenderKind(kind), parse_yuan(amount)


@click.command()
@click.argument("claim")
@click.option(
    "--credential",
    metavar="card|id|@FILE",
    help="读卡、身份证，或文件中的凭证 the card in its reader, the ID card, or a file",
)
@click.option("--tender", "received", multiple=True, type=_received, help="收款 money received, such as cash=100.00")
@in_language
@as_json
@at_home
def settle(
    claim: str,
    credential: str | None,
    received: tuple[tuple[TenderKind, Fen], ...],
    language: Language,
    as_json: bool,
    home: Path,
) -> int:
    """结算一张账单；``-`` 逐行读入。 Settles a bill; ``-`` reads one claim per line."""
    from terminal.counter.office import card_money
    from terminal.counter.settle import settle as settle_bill
    from terminal.counter.slip import slip
    from terminal.counter.till import Till

    with Till(home) as till:
        if claim == "-":
            return _stream(till, credential or received)
        asked = read(claim)
        if credential:
            asked = msgspec.structs.replace(asked, credential=credential_from(credential, till.settings))
        result = settle_bill(till, asked, dict(received), card_money.tenders(till, asked.bill))
        show(result, as_json, lambda: "\n".join(slip(result, asked, language)))
        return EXITS[result.state]


def _stream(till: "Till", given: object) -> int:
    from terminal.counter.settle import settle as settle_bill

    if given:
        raise click.UsageError(
            "流式结算时每张账单自带凭证，不收款。 In a stream each claim carries its credential, and no money is taken."
        )
    worst: int = Exit.DONE
    for place, line in stream():
        try:
            result = settle_bill(till, decode(line, Claim, file=place))
            answer = encode(result)
            worst = max(worst, EXITS[result.state])
        except Exception as error:
            if not speaks(error):
                raise
            say(error)
            worst = max(worst, error.exit)
            answer = encode({"bill": _bill(line), **fault_document(error)})
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()
    return worst


def _bill(line: bytes) -> str:
    class Named(msgspec.Struct):
        bill: str = ""

    try:
        return msgspec.json.decode(line, type=Named).bill
    except (msgspec.DecodeError, RecursionError):
        return ""


def credential_from(source: str, site: "Settings") -> Credential:
    """What ``--credential`` names: the card in the reader, the ID card on its own, or ``@`` and a file."""
    if source.startswith("@"):
        try:
            return decode(Path(source[1:]).read_bytes(), Credential, file=source[1:])
        except OSError as error:
            raise click.ClickException(
                f"无法读取 {source[1:]}。 Cannot read {source[1:]}: {error.strerror}."
            ) from error
    if source == "id":
        from terminal.counter.shown import credential_of_id_card, id_cards_at

        return credential_of_id_card(id_cards_at(site.devices.id_reader).read(_ID_CARD_WITHIN))
    if source != "card":
        raise click.UsageError("--credential card、id 或 @FILE。 --credential takes card, id or @FILE.")
    from terminal.counter.cards import credential_from_card

    return credential_from_card(site)
