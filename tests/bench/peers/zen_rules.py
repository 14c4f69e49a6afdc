"""The policy as a decision graph of zen-engine (GoRules), in fen so that its decimals stay whole.

What a class means stands in a decision table, as it does in a pack; the table runs over the lines.
"""

import json
from itertools import pairwise
from typing import Any

CLASSES = {"A": ("0", "0"), "B": ("0", "10"), "C": ("1", "0")}
"""Own pay or not, and the first self-pay per cent."""
EXPRESSIONS = {
    "total": "sum(map(lines, #.amount))",
    "own": "sum(map(lines, #.amount * #.own))",
    "first": "sum(map(lines, floor((#.amount * #.rate * 2 + 100) / 200)))",
    "deductible": "min([$.total - $.own - $.first, 180000])",
    "fund": "min([floor((($.total - $.own - $.first - $.deductible) * 100 + 100) / 200), 2000000])",
}


def decision() -> Any:
    """A compiled decision; ``evaluate({"lines": [{"amount": fen, "kind": "A"}]})``."""
    import zen

    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "kind", "name": "kind", "field": "kind"}],
        "outputs": [{"id": "own", "name": "own", "field": "own"}, {"id": "rate", "name": "rate", "field": "rate"}],
        "rules": [{"_id": k, "kind": f"'{k}'", "own": own, "rate": rate} for k, (own, rate) in CLASSES.items()],
        "executionMode": "loop",
        "inputField": "lines",
        "outputPath": "lines",
        "passThrough": True,
    }
    sums = {"expressions": [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()]}
    nodes = (
        ("in", "input", {}),
        ("classes", "decisionTable", table),
        ("sums", "expression", sums),
        ("out", "output", {}),
    )
    graph = {
        "nodes": [{"id": id, "type": f"{kind}Node", "name": id, "content": content} for id, kind, content in nodes],
        "edges": [
            {"id": f"to {there}", "sourceId": here, "targetId": there, "type": "edge"}
            for (here, *_), (there, *_) in pairwise(nodes)
        ],
    }
    return zen.ZenEngine().create_decision(json.dumps(graph))
