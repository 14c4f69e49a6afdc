"""The OpenAPI document, made from the table of routes and the documents' own schemas."""

from typing import Any

import msgspec

from terminal import VERSION
from terminal.documents import hook_schema
from terminal.service.answers import FaultDocument
from terminal.service.routes import ROUTES

ALWAYS = {
    401: "no token",
    403: "wrong host, wrong page, no right",
    413: "too large",
    429: "too many",
    500: "a mistake",
    503: "the store",
}
"""What the gate, the store and a mistake of the program may answer on every path."""


def openapi() -> dict[str, Any]:
    """OpenAPI 3.1 of every route."""
    kinds = {kind for route in ROUTES for kind in (route.takes, *route.gives.values())} | {FaultDocument}
    ordered = sorted(kinds, key=repr)
    schemas, components = msgspec.json.schema_components(
        ordered, schema_hook=hook_schema, ref_template="#/components/schemas/{name}"
    )
    of = dict(zip(ordered, schemas, strict=True))

    def content(kind: type, text: str) -> dict[str, Any]:
        return {"description": text, "content": {"application/json": {"schema": of[kind]}}}

    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        operation: dict[str, Any] = {
            "operationId": f"{route.method.lower()}{route.path.replace('/', '_').replace('{', '').replace('}', '')}",
            "summary": f"{route.zh} {route.en}",
            "security": [{"token": []}],
            "parameters": [],
            "responses": {str(status): content(kind, route.en) for status, kind in route.gives.items()}
            | {str(status): content(FaultDocument, "a fault") for status in route.faults}
            | {str(status): content(FaultDocument, text) for status, text in ALWAYS.items()},
        }
        if "{" in route.path:
            operation["parameters"].append(
                {
                    "name": route.path.partition("{")[2].rstrip("}"),
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "minLength": 1},
                }
            )
        if route.needs_key:
            operation["parameters"].append(
                {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
            )
        if route.method == "POST":
            body = {"application/json": {"schema": of[route.takes]}}
            operation["requestBody"] = {"required": True, "content": body}
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "yibao-terminal", "version": VERSION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }
