"""The doors of this package: list the readers, read a card. Everything else is behind them."""

from contextlib import ExitStack
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
    with ExitStack() as stack:
        context = (port or PcscPort()).establish()
        stack.callback(context.release)
        keys: KeySource | None = None
        if psam is not None:
            keys = stack.enter_context(open_psam(context, psam))
        elif hsm is not None:
            keys = KeyService(hsm)
        state = wait_for_card(context, reader, timeout, but_not=psam)
        card = stack.enter_context(open_session(context, state, trace))
        today = datetime.now(BEIJING).date()
        return card.perform(lambda card: read_identity(card, state.reader, keys, today))
