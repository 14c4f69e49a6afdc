"""How most figures are taken: ours and the references in turn, round by round, compared as medians."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

Work = Callable[[], object]

_ROOT = Path(__file__).resolve().parents[2]
_MEMORY = {"tmpfs", "ramfs", "devtmpfs"}


class NotHere(Exception):
    """A figure that cannot be taken on this machine; the text says what is missing."""


def compare(name: str, ours: Work, references: Mapping[str, Work], *, rounds: int = 21, calls: int = 1) -> float:
    """Prints one line per reference, ``name  ratio  (absolute)  reference``; returns the ratio to the first.

    Every round times ``calls`` calls of ours and of each reference, one after the other, so that a slow moment of
    the machine falls on all of them. The ratio is the median over the rounds of the pairs' ratios. A first round
    warms up and is not counted.
    """
    seconds: dict[str, list[float]] = {"": []} | {reference: [] for reference in references}
    for _ in range(rounds + 1):
        for reference, work in {"": ours, **references}.items():
            start = time.perf_counter()
            for _ in range(calls):
                work()
            seconds[reference].append((time.perf_counter() - start) / calls)
    own = seconds.pop("")[1:]
    ratios = {}
    for reference, theirs in seconds.items():
        ratios[reference] = median(a / b for a, b in zip(own, theirs[1:], strict=True))
        absolute = f"({readable(median(own))})"
        print(f"{name:<44} {ratios[reference]:>8.3g} x  {absolute:>12}  {reference}: {readable(median(theirs[1:]))}")
    return next(iter(ratios.values()))


def worked(work: Work) -> float:
    """Processor seconds, the median of seven, for work that never has the machine to itself for its whole time."""
    tries = []
    for _ in range(8):
        begun = time.process_time()
        work()
        tries.append(time.process_time() - begun)
    return median(tries[1:])


def readable(seconds: float) -> str:
    """``0.0132`` is ``13.2 ms``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


@contextmanager
def disk() -> Iterator[Path]:
    """An empty folder on a real disk, removed afterwards: in YIBAO_BENCH_DISK, else in the checkout's ``build``.

    Raises NotHere on a file system in memory, where a durable write costs nothing and the figure would mean nothing.
    """
    parent = Path(os.environ.get("YIBAO_BENCH_DISK") or _ROOT / "build")
    parent.mkdir(exist_ok=True)
    if (kind := _file_system(parent)) in _MEMORY:
        raise NotHere(f"{parent} is on {kind}, which is memory; name a folder on a disk in YIBAO_BENCH_DISK")
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def _file_system(folder: Path) -> str:
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    kinds = {fields[1].replace(r"\040", " "): fields[2] for fields in mounts}
    return next(kinds[str(place)] for place in (folder.resolve(), *folder.resolve().parents) if str(place) in kinds)
