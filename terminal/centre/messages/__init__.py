"""The transactions of the national interface as typed nodes, one file per family; ``TRANSACTIONS`` lists them all."""

from terminal.centre.messages.registry import TRANSACTIONS, Transaction, transaction

__all__ = ["TRANSACTIONS", "Transaction", "transaction"]
