"""The doors of this package: list the readers, read a card. Everything else is behind them."""

from datetime import datetime

from cardio.applications.authentication import KeySource
from cardio.applications.codecs import BEIJING
from cardio.applications.social_security import read_identity
from cardio.pcsc import PcscPort
from cardio.pipeline import Trace
from cardio.port import Port
from cardio.reading import CardReading
from cardio.session import open_session, untraced, wait_for_card


def list_readers(port: Port | None = None) -> tuple[str, ...]:
    """Names of the attached readers. Raises LibraryMissing, ServiceDown, AccessDenied, VersionMismatch."""
    context = (port or PcscPort()).establish()
    try:
        return context.readers()
    finally:
        context.release()


def read_card(
    reader: str | None = None,
    *,
    port: Port | None = None,
    timeout: float = 0.0,
    keys: KeySource | None = None,
    trace: Trace = untraced,
) -> CardReading:
    """Read the social-security card in the first reader whose name contains ``reader``.

    Waits up to ``timeout`` seconds for a card. ``port`` is the machine's PC/SC service unless given. ``keys`` opens
    what 3.0 protects; ``trace`` hears every exchange. Raises subclasses of ``CardFault`` only.
    """
    context = (port or PcscPort()).establish()
    try:
        state = wait_for_card(context, reader, timeout)
        with open_session(context, state, trace) as card:
            today = datetime.now(BEIJING).date()
            return card.perform(lambda card: read_identity(card, state.reader, keys, today))
    finally:
        context.release()
