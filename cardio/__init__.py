"""Credentials: readers, social-security cards, PSAM, ID cards, scanners, PIN entry; knows nothing of bills.

The doors: ``list_readers``, ``read_card``, ``read_medical_card``, ``read_wallet``, ``open_card``, ``watch``,
``diagnose``, ``read_identity_card``, ``scan_code``. ``cardio.virtual``: cards and readers of software.
"""

from cardio.doctor import Finding, diagnose
from cardio.doors import (
    list_readers,
    open_card,
    read_card,
    read_identity_card,
    read_medical_card,
    read_wallet,
    scan_code,
)
from cardio.faults import CardFault
from cardio.monitor import CardEvent, EventKind, Monitor, watch
from cardio.reading import Algorithm, CardReading, Missing, Notice, Why

__all__ = [
    "Algorithm",
    "CardEvent",
    "CardFault",
    "CardReading",
    "EventKind",
    "Finding",
    "Missing",
    "Monitor",
    "Notice",
    "Why",
    "diagnose",
    "list_readers",
    "open_card",
    "read_card",
    "read_identity_card",
    "read_medical_card",
    "read_wallet",
    "scan_code",
    "watch",
]
