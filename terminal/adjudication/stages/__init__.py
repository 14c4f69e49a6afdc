"""The closed vocabulary of stages inside a layer: what a pack may write, and what each does to a bill.

A layer opens with ``rest`` = its base. Stages lower ``rest`` (gate, carve-out, deductible, limits on what counts),
turn it into a payment (ratio, segment, fixed amount, package, declared, floor) and limit that payment. A stage
names its figures by key; binding folds them in, and the bound stage works on integers and on columns alike.
What does not fit is a new stage here, reviewed and versioned, never a script in a pack.
"""

from terminal.adjudication.stages.narrowing import (
    AdjustPoints,
    Cap,
    CapOn,
    CarveOut,
    Copay,
    Deductible,
    Gate,
    Waived,
    Waiver,
)
from terminal.adjudication.stages.paying import (
    AccountFirst,
    ClassRatio,
    Declared,
    FixedAmount,
    Floor,
    Origin,
    Package,
    Ratio,
    Segment,
)
from terminal.adjudication.stages.stage import Stage

__all__ = [
    "AccountFirst", "AdjustPoints", "Cap", "CapOn", "CarveOut", "ClassRatio", "Copay", "Declared", "Deductible",
    "FixedAmount", "Floor", "Gate", "LayerStage", "Origin", "Package", "Ratio", "Segment", "Stage", "Waived",
    "Waiver",
]  # fmt: skip

LayerStage = (
    Gate | CarveOut | Waiver | Deductible | Copay | Cap | AdjustPoints | Ratio | ClassRatio | Segment | FixedAmount
    | Package | Declared | Floor | AccountFirst
)  # fmt: skip
