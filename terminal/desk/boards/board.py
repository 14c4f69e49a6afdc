"""A screen that is a list: rows to walk through, a message, and the keys that do something with the row."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Input

from terminal.desk.panels import WIDTH
from terminal.desk.screen import DeskScreen
from terminal.desk.still import Still
from terminal.desk.words import say
from terminal.width import cut, left, right


class Board(DeskScreen):
    """A subclass names its title, its columns and keys, and gives rows of (name, cells)."""

    TITLE_WORD: ClassVar[str]
    COLUMNS: ClassVar[tuple[tuple[str, int], ...]]
    """Word and cells; a negative number stands right."""
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Key and word of what it does."""
    ROWLESS: ClassVar[frozenset[str]] = frozenset()
    """Keys that need no row to be seen; all others wait for the eye."""
    AUTO_FOCUS = "#rows"
    BINDINGS = [Binding("escape", "dismiss", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[tuple[str, tuple[str, ...]]] = ()

    def takes_unseen(self, key: str) -> bool:
        """Nothing is done to a row that nobody has seen."""
        return key in self.ROWLESS or isinstance(self.focused, Input)

    def holds(self, key: str) -> bool:
        """While one thing is done, what is no text for a line waits for its window or its end; an action is refused."""
        line = key != "enter" and isinstance(self.focused, Input)
        return self.busy and not (line or key == "escape" or self.app.acts(key))

    def compose(self) -> ComposeResult:
        """Title, rows, message, keys."""
        yield Still("head")
        yield DataTable(id="rows", cursor_type="row", cell_padding=0)
        yield Still("message")
        yield Still("keys")

    def on_mount(self) -> None:
        """Shows what there is now."""
        self.set_class(self.app.drill is not None, "drill")
        self.draw()

    def draw(self) -> None:
        """Everything anew, in the language of the moment; the cursor stays."""
        language = self.app.language
        table = self.query_one("#rows", DataTable)
        place = table.cursor_row
        table.clear(columns=True)
        for word, width in self.COLUMNS:
            side = right if width < 0 else left
            table.add_column(side(say(f"column.{word}", language), abs(width)), width=abs(width) + 1, key=word)
        rows = self.rows()
        if rows != self._rows:
            self._rows = rows
            self.unseen()
        for name, texts in rows:
            table.add_row(
                *(
                    (right if width < 0 else left)(text, abs(width))
                    for text, (_, width) in zip(texts, self.COLUMNS, strict=True)
                ),
                key=name,
            )
        if rows:
            table.move_cursor(row=min(place, len(rows) - 1))
        else:
            self.message(say("nothing_here", language))
        self.query_one("#head", Still).show(cut(f" {say(self.TITLE_WORD, language)}  {len(rows)}", WIDTH))
        keys = [f"{key.upper()} {say(word, language)}" for key, word in self.KEYS]
        self.query_one("#keys", Still).show(cut("  ".join([*keys, say("back", language)]), WIDTH))

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The rows as they are now."""
        raise NotImplementedError

    @property
    def chosen(self) -> str | None:
        """The name of the row under the cursor."""
        table = self.query_one("#rows", DataTable)
        if not table.row_count:
            return None
        return str(table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value)
