"""The doors of this package. Everything else is behind them."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from datetime import datetime

from cardio.applications.authentication import KeySource
from cardio.applications.codecs import BEIJING
from cardio.applications.medical import MEDICAL, MEDICAL_KEY, MedicalReading, read_medical, select_directory
from cardio.applications.social_security import Issuer, read_identity, read_issuer, select_environment
from cardio.applications.wallet import Statement, statement
from cardio.atr import historical_bytes
from cardio.faults import NoCard, NoReader
from cardio.hsm import KeyService
from cardio.pcsc import PcscPort
from cardio.pipeline import Trace
from cardio.port import Context, Port, ReaderState
from cardio.psam import open_psam
from cardio.reading import CardReading
from cardio.recorder import Recorder
from cardio.serial import identity, scanner
from cardio.serial.line import SerialLine
from cardio.session import Card, find_readers, open_session, wait_for_card


def list_readers(port: Port | None = None) -> tuple[str, ...]:
    """Names of the attached readers. Raises LibraryMissing, ServiceDown, AccessDenied, VersionMismatch."""
    context = (port or PcscPort()).establish()
    try:
        return context.readers()
    finally:
        context.release()


@contextmanager
def open_card(
    reader: str | None = None,
    *,
    port: Port | None = None,
    timeout: float = 0.0,
    but_not: Collection[str] = (),
    trace: Trace | None = None,
) -> Iterator[Card]:
    """Hold the card in the first reader whose name contains ``reader`` and nothing of ``but_not``.

    It is held until the block ends. Waits up to ``timeout`` seconds for one. Every exchange inside goes to this very
    card or fails. Raises subclasses of ``CardFault`` only.
    """
    context = (port or PcscPort()).establish()
    try:
        with _hold_card(context, reader, timeout, but_not, trace) as card:
            yield card
    finally:
        context.release()


def read_card(
    reader: str | None = None,
    *,
    port: Port | None = None,
    timeout: float = 0.0,
    psam: str | None = None,
    hsm: str | None = None,
    but_not: Collection[str] = (),
    trace: Trace | None = None,
) -> CardReading:
    """Read the social-security card in the first reader whose name contains ``reader`` and nothing of ``but_not``.

    Waits up to ``timeout`` seconds for a card. ``port`` is the machine's PC/SC service unless given. What a 3.0 card
    protects is opened by the PSAM in the slot whose name contains ``psam``, or by the key service at the URL ``hsm``;
    without either the free part is returned and the rest listed as missing. ``trace`` hears every exchange. Raises
    subclasses of ``CardFault`` only.
    """
    slot = () if psam is None else (psam,)
    context = (port or PcscPort()).establish()
    try:
        with _hold_card(context, reader, timeout, [*but_not, *slot], trace) as card, _keys(context, psam, hsm) as keys:
            today = datetime.now(BEIJING).date()
            return card.perform(lambda card: read_identity(card, card.generation.reader, keys, today))
    finally:
        context.release()


PinStep = Callable[[Card], None]
"""Shows a held card its PIN: one typed before the card was held (``pin.verify``), or on the reader's own keys."""


def read_medical_card(
    reader: str | None = None,
    *,
    port: Port | None = None,
    timeout: float = 0.0,
    pin: PinStep | None = None,
    psam: str | None = None,
) -> MedicalReading:
    """Read the medical directory (DF04) of the card in ``reader``, as ``read_card`` finds it.

    ``pin`` and a PSAM open it, each its part; what stays closed is listed as missing. Raises subclasses of
    ``CardFault`` only, CardRefused when the card has no such directory.
    """
    with _medical(reader, port, timeout, pin, psam) as (card, issuer):
        return read_medical(card, issuer.major)


def read_wallet(
    reader: str | None = None, *, port: Port | None = None, timeout: float = 0.0, pin: PinStep | None = None
) -> Statement:
    """Balance and log of the wallet on the card in ``reader``, each line with the card's proof.

    Raises subclasses of ``CardFault`` only, CardRefused when the card has no wallet or wants its PIN first.
    """
    with _medical(reader, port, timeout, pin, None) as (card, _):
        return statement(card)


@contextmanager
def _medical(
    reader: str | None, port: Port | None, timeout: float, pin: PinStep | None, psam: str | None
) -> Iterator[tuple[Card, Issuer]]:
    """The card with its medical directory selected and opened. A PIN is shown once, whatever becomes of the card."""
    context = (port or PcscPort()).establish()
    try:
        with _hold_card(context, reader, timeout, () if psam is None else (psam,)) as card:
            issuer = read_issuer(card, select_environment(card))
            select_directory(card, MEDICAL)
            if pin is not None:
                pin(card)
            if psam is None:
                yield card, issuer
                return
            with open_psam(context, psam) as keys:
                keys.open_directory(card, issuer.code[:6], historical_bytes(card.atr), MEDICAL, MEDICAL_KEY)
                yield card, issuer
    finally:
        context.release()


def _keys(context: Context, psam: str | None, hsm: str | None) -> AbstractContextManager[KeySource | None]:
    """Opened when the card is there: a PSAM must not wait in its transaction for somebody to come."""
    if psam is not None:
        return open_psam(context, psam)
    return nullcontext(None if hsm is None else KeyService(hsm))


@contextmanager
def _hold_card(
    context: Context, wanted: str | None, timeout: float, but_not: Collection[str] = (), trace: Trace | None = None
) -> Iterator[Card]:
    """Hold the card in the first matching reader, waiting for one as ``wait_for_card`` does.

    The usual desk has one such reader and a card in it: that is connected to at once, and asked about only then.
    """
    with ExitStack() as stack:
        card = None
        with suppress(NoReader, NoCard):
            reader, *others = find_readers(context, wanted, but_not)
            if not others:
                card = stack.enter_context(open_session(context, ReaderState(reader), trace))
        if card is None:
            state = wait_for_card(context, wanted, timeout, but_not)
            card = stack.enter_context(open_session(context, state, trace))
        if isinstance(trace, Recorder):
            trace.atr = card.atr
        yield card


def read_identity_card(device: str, timeout: float = 0.0) -> identity.IdentityReading:
    """Read the resident ID card on the serial reader at ``device``, waiting up to ``timeout`` seconds for one."""
    with closing(SerialLine(device, identity.BAUD)) as line:
        return identity.IdentityReader(line).read(timeout)


def scan_code(device: str, timeout: float) -> scanner.Code:
    """The next code of the scanner at ``device`` within ``timeout`` seconds. Never log, queue or print it."""
    with closing(SerialLine(device, scanner.BAUD)) as line:
        return scanner.scan(line, timeout)
