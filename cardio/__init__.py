"""Credentials: readers, social-security cards, PSAM, ID cards, scanners, PIN entry; knows nothing of bills.

The doors: ``list_readers``, ``read_card``, ``diagnose``. ``cardio.virtual`` holds cards and readers made of software.
"""

from cardio.doctor import Finding, diagnose
from cardio.doors import list_readers, read_card
from cardio.faults import CardFault
from cardio.reading import Algorithm, CardReading, Missing, Notice, Why

__all__ = [
    "Algorithm",
    "CardFault",
    "CardReading",
    "Finding",
    "Missing",
    "Notice",
    "Why",
    "diagnose",
    "list_readers",
    "read_card",
]
