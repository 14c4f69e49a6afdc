"""The doors of this package. Everything else is behind them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from cardio.applications.authentication import KeySource
from cardio.applications.codecs import BEIJING
from cardio.applications.social_security import read_identity
from cardio.hsm import KeyService
from cardio.pcsc import PcscPort
from cardio.pipeline import Trace
from cardio.port import Port
from cardio.psam import open_psam
from cardio.reading import CardReading
from cardio.recorder import Recorder
from cardio.serial import identity, scanner
from cardio.serial.line import SerialLine
from cardio.session import Card, open_session, untraced, wait_for_card


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
    but_not: str | None = None,
    trace: Trace = untraced,
) -> Iterator[Card]:
    """Hold the card in the first reader whose name contains ``reader`` and not ``but_not``, until the block ends.

    Waits up to ``timeout`` seconds for one. Every exchange inside goes to this very card or fails. Raises subclasses of
    ``CardFault`` only.
    """
    context = (port or PcscPort()).establish()
    try:
        with open_session(context, wait_for_card(context, reader, timeout, but_not), trace) as card:
            if isinstance(trace, Recorder):
                trace.atr = card.atr
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
    trace: Trace = untraced,
) -> CardReading:
    """Read the social-security card in the first reader whose name contains ``reader``.

    Waits up to ``timeout`` seconds for a card. ``port`` is the machine's PC/SC service unless given. What a 3.0 card
    protects is opened by the PSAM in the slot whose name contains ``psam``, or by the key service at the URL ``hsm``;
    without either the free part is returned and the rest listed as missing. ``trace`` hears every exchange. Raises
    subclasses of ``CardFault`` only.
    """
    port = port or PcscPort()
    with ExitStack() as stack:
        keys: KeySource | None = None
        if psam is not None:
            context = port.establish()
            stack.callback(context.release)
            keys = stack.enter_context(open_psam(context, psam))
        elif hsm is not None:
            keys = KeyService(hsm)
        card = stack.enter_context(open_card(reader, port=port, timeout=timeout, but_not=psam, trace=trace))
        today = datetime.now(BEIJING).date()
        return card.perform(lambda card: read_identity(card, card.generation.reader, keys, today))


def read_identity_card(device: str, timeout: float = 0.0) -> identity.IdentityReading:
    """Read the resident ID card on the serial reader at ``device``, waiting up to ``timeout`` seconds for one."""
    with closing(SerialLine(device, identity.BAUD)) as line:
        return identity.IdentityReader(line).read(timeout)


def scan_code(device: str, timeout: float) -> scanner.Code:
    """The next code of the scanner at ``device`` within ``timeout`` seconds. Never log, queue or print it."""
    with closing(SerialLine(device, scanner.BAUD)) as line:
        return scanner.scan(line, timeout)
