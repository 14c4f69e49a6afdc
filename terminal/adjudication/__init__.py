"""Who pays what: a bill and a policy in, the split out; pure functions over bytes and values.

Start at ``load_plan`` (a pack's files to a compiled plan) and ``adjudicate`` (a bill to a settlement).
"""

from terminal.adjudication.accumulators import after, reverse
from terminal.adjudication.engine import Split, adjudicate, split
from terminal.adjudication.faults import CannotSplit, NotConserved, PackFault
from terminal.adjudication.history import Affected, Entry, Replay, affected, join_observation, replay
from terminal.adjudication.loading import load_plan
from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan, compile_plan
from terminal.adjudication.questions import process, what_if, what_next, why_not_more
from terminal.adjudication.tender import Purse, PurseKind

__all__ = [
    "Affected",
    "CannotSplit",
    "Entry",
    "NotConserved",
    "Pack",
    "PackFault",
    "Plan",
    "Purse",
    "PurseKind",
    "Replay",
    "Split",
    "adjudicate",
    "affected",
    "after",
    "compile_plan",
    "join_observation",
    "load_plan",
    "process",
    "replay",
    "reverse",
    "split",
    "what_if",
    "what_next",
    "why_not_more",
]
