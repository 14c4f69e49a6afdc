"""``python -m tests.bench [NAME ...]``: takes the named figures, or all; a figure is a module here with ``main()``."""

import importlib
import sys
from pathlib import Path

from tests.bench.timing import NotHere

_FRAME = {"__init__", "__main__", "timing"}


def main(names: list[str]) -> int:
    """Exit code 2 for a name that is not a figure's; 1 when one could not be taken."""
    known = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in _FRAME)
    if unknown := [name for name in names if name not in known]:
        print(f"no such figure: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    missing = 0
    for name in names or known:
        try:
            importlib.import_module(f"tests.bench.{name}").main()
        except NotHere as reason:
            missing = 1
            print(f"{name}: not taken: {reason}", file=sys.stderr)
    return missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
