"""Whatever a program sends: no server error, and no answer that the OpenAPI document does not name."""

import itertools
from collections.abc import Callable

import hypothesis
import schemathesis
from schemathesis.checks import CHECKS

from terminal.service.routes import ROUTES
from tests.service.conftest import Service

_CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


def test_random_calls_get_documented_answers(service: Service, size: Callable[[int, int], int], seed: int) -> None:
    document = service.call("GET", "/openapi.json")[1]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"http://127.0.0.1:{service.port}")
    checks = CHECKS.get_by_names(_CHECKS)
    cases = size(300, 10_000) // len(ROUTES) // 2 + 1
    seen = 0
    operations = [result.ok() for result in schema.get_all_operations()]
    for operation, mode in itertools.product(operations, schemathesis.GenerationMode):

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=cases,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],  # a call that hangs would hang again at every step of a shrink
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            nonlocal seen
            seen += 1
            if isinstance(case.body, dict) and isinstance(case.body.get("timeout"), int | float):
                case.body["timeout"] = min(case.body["timeout"], 0.05)  # nobody is going to insert a card
            case.call_and_validate(headers={"Authorization": f"Bearer {service.token}"}, checks=checks)

        ask()
    assert seen >= len(ROUTES) * 3
