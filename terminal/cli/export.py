"""``yibao export``: a settled bill in the words of other worlds."""

from pathlib import Path

import click

from terminal.cli.options import at_home
from terminal.documents import encode


@click.group()
def export() -> None:
    """导出。 Hand a settled bill on."""


@export.command()
@click.argument("bill")
@at_home
def fhir(bill: str, home: Path) -> None:
    """HL7 FHIR R4：Coverage、Claim、ClaimResponse、ExplanationOfBenefit。"""
    from terminal.counter.fhir import export as bundle
    from terminal.counter.till import Till

    with Till(home) as till:
        click.echo(encode(bundle(till, till.queue.item(bill))))
