"""How a bill's state ends a command: the exit codes of ``settle``, of its stream and of ``bill show``."""

from collections.abc import Mapping
from types import MappingProxyType

from terminal.documents import BillState
from terminal.faults import Exit

EXITS: Mapping[BillState, Exit] = MappingProxyType(
    {
        BillState.SETTLED: Exit.DONE,
        BillState.RECONCILED: Exit.DONE,
        BillState.PROVISIONAL: Exit.DONE,
        BillState.REFUSED: Exit.NO,
        BillState.REVERSED: Exit.NO,
        BillState.EXCEPTION: Exit.NO,
        BillState.SETTLING: Exit.CENTRE,
        BillState.IN_DOUBT: Exit.CENTRE,
    }
)
"""Every state a bill of the journal can have; drafts and trials are in no journal."""
