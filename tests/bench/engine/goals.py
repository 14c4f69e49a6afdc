"""What the engine is held to, and what was found; told as one table when all figures are taken."""

from tests.bench.timing import NotHere, readable


class Goals:
    """Rows in the order in which they were taken."""

    def __init__(self) -> None:
        self._missed: list[str] = []
        self._rows: list[str] = []

    def speed(self, what: str, ratio: float, must: float) -> None:
        """``ratio`` is our time over the reference's, as ``compare`` returns it; we must be ``must`` times as fast."""
        self.at_least(what, 1 / ratio, must)

    def at_least(self, what: str, found: float, must: float) -> None:
        """A ratio that is better when it is larger."""
        self._row(what, f"{found:.3g} x", f">= {must:g} x", kept=found >= must)

    def seconds(self, what: str, found: float, must: float) -> None:
        """A time."""
        self._row(what, readable(found), f"<= {readable(must)}", kept=found <= must)

    def at_most(self, what: str, found: float, must: float, unit: str) -> None:
        """A size or a count."""
        self._row(what, f"{found:.3g} {unit}", f"<= {must:g} {unit}", kept=found <= must)

    def untaken(self, what: str, why: str) -> None:
        """A row that is no figure here."""
        self._rows.append(f"{what:<80} {why}")

    def _row(self, what: str, found: str, must: str, *, kept: bool) -> None:
        self._rows.append(f"{what:<80} {found:>10}   must {must:<12} {'kept' if kept else 'MISSED'}")
        if not kept:
            self._missed.append(what)

    def tell(self) -> None:
        """Raises NotHere when a must is missed."""
        print("", *self._rows, sep="\n")
        if self._missed:
            raise NotHere(f"below its must: {'; '.join(self._missed)}")
