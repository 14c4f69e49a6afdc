"""``yibao schema NAME``."""

import json

import click

from terminal.documents import DOCUMENTS
from terminal.documents import schema as schema_of


@click.command()
@click.argument("name", type=click.Choice(list(DOCUMENTS)))
def schema(name: str) -> None:
    """文档的 JSON Schema。 The JSON schema of a document."""
    click.echo(json.dumps(schema_of(DOCUMENTS[name]), ensure_ascii=False, indent=2))
