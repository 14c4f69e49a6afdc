"""Where every command ends: faults become one sentence and an exit code, never a traceback."""

import json
import sys
from typing import Any, TypeGuard

import click
import msgspec

from config.places import home
from terminal.faults import Exit
from terminal.incidents import write_down
from terminal.telling import Speaking, told


def speaks(error: BaseException) -> TypeGuard[Speaking]:
    """Whether an error can be told to a person as it is."""
    return all(hasattr(error, name) for name in ("code", "exit", "zh", "en", "next_zh", "next_en", "data"))


def fault_document(error: Speaking) -> dict[str, Any]:
    """An error as the document that ``--json`` prints."""
    data = {key: value if isinstance(value, int) else str(value) for key, value in error.data.items()}
    return {"fault": {**msgspec.structs.asdict(told(error)), "data": data}}


def say(error: Speaking) -> None:
    """An error on standard error: what happened, then the next step, in both languages."""
    words = told(error)
    click.echo(f"{words.zh}{words.next_zh}\n{words.en} {words.next_en}", err=True)


def run(command: click.Command) -> int:
    """Runs a command to its exit code; with ``--json`` a fault is also the one document on standard output."""
    try:
        result = command.main(standalone_mode=False)
        return int(result) if isinstance(result, int) else Exit.DONE
    except click.ClickException as error:
        error.show()
        return Exit.INPUT
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.NO
    except Exception as error:  # noqa: BLE001 the last door: a person gets a sentence, the log gets the frames
        if not speaks(error):
            found = write_down(home(), error)
            click.echo(
                f"程序内部出错，没有完成；请把 {found.file} 和编号 {found.number} 交给信息科。\n"
                f"An internal error ({type(error).__name__}) stopped this; "
                f"give {found.file} and the number {found.number} to your IT staff.",
                err=True,
            )
            return Exit.NO
        if "--json" in sys.argv:
            print(json.dumps(fault_document(error), ensure_ascii=False))
        say(error)
        return error.exit
