"""The office behind the counter: people, refunds, owed money, shifts, receipts; each file one use case.

Everything decided here is a typed document appended to the queue's chain (``register``) and read back from it.
"""
