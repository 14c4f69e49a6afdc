"""``yibao centre``: the simulated insurance centre, and reading any message of the national interface."""

import click


@click.group()
def centre() -> None:
    """医保中心。 The insurance centre."""
