"""``python -m terminal.centre.simulator``: run the centre; the first line printed says where it listens."""

import argparse
import sys
from pathlib import Path

from terminal.centre.simulator import HORIZON, Simulator, serve
from terminal.faults import Fault


def _port(text: str) -> int:
    """A TCP port; 0 takes any free one."""
    if not 0 <= (port := int(text)) <= 65_535:
        raise argparse.ArgumentTypeError(f"{port}: expected 0 to 65535")
    return port


def _seconds(text: str) -> float:
    """At most a day; infinite and NaN bound nothing."""
    if not 0 <= (seconds := float(text)) <= 86_400:
        raise argparse.ArgumentTypeError(f"{text}: expected 0 to 86400 seconds")
    return seconds


def main(arguments: list[str] | None = None) -> int:
    """Run until terminated; the exit code."""
    parser = argparse.ArgumentParser(prog="terminal.centre.simulator", description="a faithful centre on loopback")
    parser.add_argument("--port", type=_port, default=0)
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file, made when missing")
    parser.add_argument("--profile", default="national")
    parser.add_argument("--faults", type=Path, help="a fault plan (JSON)")
    parser.add_argument("--horizon", type=_seconds, default=HORIZON, help="seconds that bound late effects")
    parser.add_argument("--strict", action="store_true", help="refuse what is only warned of otherwise")
    for name in ("persons", "institutions", "items"):
        parser.add_argument(f"--{name}", type=Path, help="seed data instead of the shipped one")
    options = vars(parser.parse_args(arguments))
    try:
        serve(Simulator(**options))
    except Fault as fault:
        print(fault.zh.format(**fault.data), fault, file=sys.stderr)
        return int(fault.exit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
