"""The policy as a decision graph of zen-engine (GoRules), in fen so that its decimals stay whole."""

import json
from typing import Any

EXPRESSIONS = {
    "total": "sum(map(lines, #.amount))",
    "own": "sum(map(lines, #.kind == 'C' ? #.amount : 0))",
    "first": "sum(map(lines, #.kind == 'B' ? floor((#.amount * 20 + 100) / 200) : 0))",
    "deductible": "min([$.total - $.own - $.first, 180000])",
    "fund": "min([floor((($.total - $.own - $.first - $.deductible) * 100 + 100) / 200), 2000000])",
}


def decision() -> Any:
    """A compiled decision; ``evaluate({"lines": [{"amount": fen, "kind": "A"}]})``."""
    import zen

    rows = [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()]
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "do", "type": "expressionNode", "name": "do", "content": {"expressions": rows}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "do", "type": "edge"},
            {"id": "2", "sourceId": "do", "targetId": "out", "type": "edge"},
        ],
    }
    return zen.ZenEngine().create_decision(json.dumps(graph))
