"""``python -m terminal.centre.simulator``: run the centre; the first line printed says where it listens."""

import argparse
import sys
from pathlib import Path

from terminal.centre.simulator import HORIZON, Simulator, serve
from terminal.faults import Fault


def main(arguments: list[str] | None = None) -> int:
    """Run until terminated; the exit code."""
    parser = argparse.ArgumentParser(prog="terminal.centre.simulator", description="a faithful centre on loopback")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file, made when missing")
    parser.add_argument("--profile", default="national")
    parser.add_argument("--faults", type=Path, help="a fault plan (JSON)")
    parser.add_argument("--horizon", type=float, default=HORIZON, help="seconds that bound late effects")
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
