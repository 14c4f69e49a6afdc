"""Drills: the desk on a data folder and a simulated centre of its own, with virtual cards and faults on demand.

The settings name the simulated centre on loopback, and the folder is gone afterwards: a real centre cannot be reached
from here, and nothing of a drill is found in the real journal.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from cardio import CardReading, read_card
from cardio.virtual.persons import PERSONS, card
from cardio.virtual.port import VirtualPort
from terminal.catalogue import Catalogue
from terminal.centre.simulator import Simulator, price_list, seed
from terminal.counter import demo, journal
from terminal.counter.sale import Item
from terminal.counter.till import Till
from terminal.desk.props import POSSIBLE, Props
from terminal.documents import BillState, CatalogueItem, ItemClass
from terminal.money import parse_price, parse_rate


@dataclass(frozen=True)
class Score:
    """How a drill went: patients served, bills that wait, and what the centre's books say beside ours."""

    served: int
    waiting: int
    lost: int
    doubled: int


@dataclass
class Drill:
    """What the trainer can do to the desk."""

    till: Till
    centre: Simulator
    props: Props | None = None
    """The devices; none where there are no pseudo-terminals."""
    port: VirtualPort = field(default_factory=VirtualPort)
    inside: str = ""

    def read(self) -> CardReading:
        """The card in the virtual reader."""
        return read_card(port=self.port)

    def insert(self, who: str) -> None:
        """Puts somebody's card in; an empty name takes it out."""
        if self.inside:
            self.port.remove()
        if who:
            self.port.insert(card(who))
        self.inside = who

    def line(self, up: bool) -> None:
        """The line to the centre breaks, or is back."""
        (self.centre.line_up if up else self.centre.line_down)()
        self.till.line(up)

    def trouble(self, rule: str) -> None:
        """The centre's one fault from now on, as a rule of its fault plan."""
        self.centre.trouble.load(b'{"rules": [%s]}' % rule.encode(), "drill")

    def score(self) -> Score:
        """Our journal against the centre's books."""
        bills = journal.bills(self.till.queue)
        standing = [row for row in self.centre.books()["settlements"] if row["state"] == "standing"]
        numbers = [row["bill"].partition(".")[0] for row in standing if not row["cancels"]]
        calls = {row["msgid"] for row in standing}
        settled = [item.number for item, state in bills if state is BillState.SETTLED]
        return Score(
            served=len(bills),
            waiting=sum(state in (BillState.PROVISIONAL, BillState.IN_DOUBT) for _, state in bills),
            lost=sum(number not in calls for number in settled),
            doubled=len(numbers) - len(set(numbers)),
        )


PATIENTS = tuple(PERSONS)

FAULTS: Mapping[str, Callable[[Drill], None]] = MappingProxyType(
    {
        "line_down": lambda drill: drill.line(up=False),
        "line_up": lambda drill: drill.line(up=True),
        "answer_lost": lambda drill: drill.trouble('{"fault": "drop", "infno": "2207"}'),
        "slow": lambda drill: drill.trouble('{"fault": "delay", "seconds": 5}'),
    }
)
"""What can be done to the centre, by word."""

PRANKS: Mapping[str, Callable[[Props], None]] = MappingProxyType(
    {
        "paper_out": lambda props: props.paper(there=False),
        "paper_in": lambda props: props.paper(there=True),
        "pos_answer_lost": Props.lose_pos_answer,
        "display_out": lambda props: props.display(there=False),
        "display_in": lambda props: props.display(there=True),
    }
)
"""What can be done to the devices, by word."""


@contextmanager
def drill() -> Iterator[tuple[Drill, Callable[[str], list[Item]]]]:
    """A drill and its goods: the simulated centre's own price list."""
    with ExitStack() as stack:
        props = stack.enter_context(closing(Props())) if POSSIBLE else None
        till, centre = stack.enter_context(demo.stage(props.settings if props else ""))
        items = {code: _item(row) for code, row in price_list(seed("items")).items()}
        with Catalogue(Path(till.home) / "catalogue.db", create=True) as catalogue:
            day = till.clock().date()
            area = till.institution.area
            catalogue.update(
                CatalogueItem(item.code, item.name, area, day, item_class=item.item_class) for item in items.values()
            )
            yield (
                Drill(till, centre, props),
                lambda text: [items[row.code] for row in catalogue.find(text, till.clock().date(), limit=6)],
            )


def _item(row: dict[str, str | None]) -> Item:
    return Item(
        code=row["code"] or "",
        name=row["name"] or "",
        price=parse_price(row["price"] or ""),
        item_class=ItemClass(row["item_class"]) if row["item_class"] else None,
        first_self_pay=parse_rate(row["first_self_pay"]) if row["first_self_pay"] else None,
        ceiling=parse_price(row["ceiling"]) if row["ceiling"] else None,
    )
