"""``python -m terminal.cli`` is the command ``yibao``."""

from terminal.cli import main

main()
