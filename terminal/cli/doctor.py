"""``yibao doctor``: every layer tried in turn; one line each, and how to mend it."""

from pathlib import Path

import click

from terminal.cli.options import as_json, at_home, show
from terminal.counter.checkup import Check, checkup
from terminal.faults import Exit


@click.command()
@at_home
@as_json
def doctor(home: Path, as_json: bool) -> int:
    """体检：读卡、设置、存储、中心、政策包。 What is broken, and how to mend it."""
    checks = checkup(home)
    show(checks, as_json, lambda: "\n".join(_line(check) for check in checks))
    return Exit.DONE if all(check.ok for check in checks) else Exit.NO


def _line(check: Check) -> str:
    lines = [f"[{'好 ok' if check.ok else '坏 !!'}] {check.part:8} {check.zh}", f"{'':18}{check.en}"]
    if check.next_zh:
        lines += [f"{'':18}-> {check.next_zh}", f"{'':18}-> {check.next_en}"]
    return "\n".join(lines)
