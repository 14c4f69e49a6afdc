"""The site's hub: this terminal's way to it, and the hub itself over a data folder of its own."""

from typing import TYPE_CHECKING

from offline_queue.errands import Policy
from offline_queue.ports import Anchor, FarEnd
from offline_queue.vocabulary import OnDoubt
from terminal.counter.till import Till

if TYPE_CHECKING:  # a terminal without a hub loads none of it
    from offline_queue.hub.end import HubEnd
    from offline_queue.hub.site import Site


def way_out(till: Till, centre: FarEnd) -> FarEnd:
    """Where what waits goes: through the hub of the settings, or to the centre. Raises ``BadHub`` and ``NeedsTls``.

    Calls that went to the centre directly are asked about, and taken back, there.
    """
    if not till.settings.hub.address:
        return centre
    if till.hub is None:
        till.hub = _way(till, centre)
    return till.hub


def countersigned(till: Till) -> list[Anchor]:
    """The end of our chain as the site's hub knows it; nothing without a hub. Raises ``BadHub`` when it is away."""
    return _way(till).anchors() if till.settings.hub.address else []


def rules(till: Till) -> Policy:
    """How the site wants things sent."""
    return Policy(width=till.offline.lanes, on_doubt=OnDoubt(till.offline.on_doubt))


def open_hub(till: Till, centre: FarEnd, host: str, port: int) -> "Site":
    """Serve this folder's queue to the site's terminals. Raises ``BadHub``, ``NeedsTls`` and ``OSError``."""
    from offline_queue.hub.site import Site
    from terminal.counter.to_hub import certificates

    files = certificates(till.home, till.settings.hub)
    return Site(till.queue, centre, rules(till), host=host, port=port, files=files)


def _way(till: Till, direct: FarEnd | None = None) -> "HubEnd":
    from terminal.counter.to_hub import hub_end

    return hub_end(till.queue, till.home, till.settings.hub, direct)
