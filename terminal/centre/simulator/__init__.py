"""A faithful insurance centre on loopback, with its own ledger on disk; it shares no code with the client it judges."""

from terminal.centre.simulator.catalogue import price_list
from terminal.centre.simulator.faults import BadFaultPlan
from terminal.centre.simulator.ledger import BadLedger
from terminal.centre.simulator.line import PortTaken
from terminal.centre.simulator.seeds import BadSeed, seed
from terminal.centre.simulator.simulator import HORIZON, Simulator, UnknownProfile

__all__ = [
    "HORIZON", "BadFaultPlan", "BadLedger", "BadSeed", "PortTaken", "Simulator", "UnknownProfile", "price_list", "seed",
    "serve",
]  # fmt: skip


def serve(simulator: Simulator) -> None:
    """Say where the simulator listens, as one JSON line, and run until interrupted or terminated."""
    import os
    import signal
    import threading

    from terminal.centre.simulator import wire

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with simulator:
        place = {"port": simulator.port, "control": simulator.control, "pid": os.getpid()}
        print(wire.encode(place).decode(), flush=True)
        stop.wait()
