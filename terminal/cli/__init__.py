"""The command ``yibao``: parses, calls a use case, prints text or one JSON document. Holds no rules."""

import sys


def main() -> None:
    """Entry point of the command."""
    if sys.argv[1:] == ["--version"]:
        from terminal import VERSION

        print(f"yibao {VERSION}")
        return
    from terminal.cli.commands import yibao
    from terminal.cli.funnel import run

    sys.exit(run(yibao))
