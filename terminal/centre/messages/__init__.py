"""The transactions of the national interface as typed nodes, one file per family; ``TRANSACTIONS`` lists them all."""

from terminal.centre.messages.registry import SERVICES, TRANSACTIONS, Transaction, read_output, transaction

__all__ = ["SERVICES", "TRANSACTIONS", "Transaction", "read_output", "transaction"]
