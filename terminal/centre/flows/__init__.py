"""How a bill travels to the centre: an outpatient visit or a stay in steps, a pharmacy purchase in one."""

from terminal.centre.flows.handle import Flow, Handle, Kind
from terminal.centre.flows.purchase import PurchaseFlow
from terminal.centre.flows.stay import StayFlow
from terminal.centre.flows.visit import VisitFlow

FLOWS: dict[Kind, type[Flow]] = {"visit": VisitFlow, "purchase": PurchaseFlow, "stay": StayFlow}
"""By the word a handle keeps."""

__all__ = ["FLOWS", "Flow", "Handle", "Kind"]
