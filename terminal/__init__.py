"""The cashier's terminal: the one place that knows cards, queue, centre and policies together."""

VERSION = "0.1.0"
