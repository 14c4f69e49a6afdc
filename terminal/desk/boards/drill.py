"""The trainer's board: whose card goes in, what breaks, and the score so far."""

from collections.abc import Sequence

from terminal.desk.boards.board import Board
from terminal.desk.drill import FAULTS, PATIENTS, PRANKS
from terminal.desk.words import say


class DrillBoard(Board):
    """Enter does what the row says."""

    TITLE_WORD = "drill"
    COLUMNS = (("what", 14), ("which", 30), ("now", 20))
    KEYS = (("enter", "do_it"),)

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Cards, faults, score."""
        drill, language = self.app.drill, self.app.language
        if drill is None:
            return []
        score = drill.score()
        rows = [
            (f"card:{who}", (say("drill.card", language), who, say("inside", language) if who == drill.inside else ""))
            for who in ("", *PATIENTS)
        ]
        rows += [
            (f"fault:{word}", (say("drill.fault", language), say(f"fault.{word}", language), ""))
            for word in (*FAULTS, *(PRANKS if drill.props else ()))
        ]
        rows += [
            (f"score:{word}", (say("drill.score", language), say(f"score.{word}", language), str(getattr(score, word))))
            for word in ("served", "waiting", "lost", "doubled")
        ]
        return rows

    def on_data_table_row_selected(self) -> None:
        """Enter."""
        drill = self.app.drill
        kind, _, name = (self.chosen or "").partition(":")
        if drill is None:
            return
        if kind == "card":
            drill.insert(name)
        if kind == "fault" and name in FAULTS:
            FAULTS[name](drill)
        if kind == "fault" and name in PRANKS and drill.props:
            PRANKS[name](drill.props)
            self.app.check_devices()
        self.draw()
