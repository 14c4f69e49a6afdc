"""The HTTP door: starlette around the table of routes. The gate comes first; nothing personal reaches a log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route as Path

from terminal.service import events, page
from terminal.service.answers import Answer, fault
from terminal.service.api import Api, Route
from terminal.service.clients import Clients, Right
from terminal.service.gate import COOKIE, LARGEST_BODY, Gate, NoToken, Refusal
from terminal.service.openapi import openapi
from terminal.service.routes import ROUTES

Endpoint = Callable[[Request], Awaitable[Response]]

_SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
}


def application(api: Api, clients: Clients, port: int) -> Starlette:
    """The service on one port of loopback."""
    gate = Gate(clients, port)
    closing = asyncio.Event()

    def guarded(endpoint: Endpoint) -> Endpoint:
        async def checked(request: Request) -> Response:
            try:
                gate.check_place(request.headers)
                response = await endpoint(request)
            except Refusal as refusal:
                response = _response(fault(refusal, refusal.status))
            response.headers.update(_SAFE)
            origin = request.headers.get("origin")
            if origin and gate.allows(origin):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Vary"] = "Origin"
            return response

        return checked

    async def preflight(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        headers = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
            "Access-Control-Max-Age": "600",
        }
        if request.headers.get("access-control-request-private-network") == "true":
            headers["Access-Control-Allow-Private-Network"] = "true"
        return Response(status_code=204, headers=headers if gate.allows(origin) else {})

    async def call(request: Request, route: Route) -> Response:
        client = gate.client(request.headers, request.cookies, route.right)
        body = await _body(request, gate) if route.method == "POST" else b""
        key, place = request.headers.get("idempotency-key", ""), "".join(map(str, request.path_params.values()))
        return _response(await asyncio.to_thread(api.perform, route, client, body, key=key, place=place))

    async def described(request: Request) -> Response:
        gate.client(request.headers, request.cookies, Right.READ)
        return JSONResponse(openapi())

    async def happening(request: Request) -> Response:
        gate.client(request.headers, request.cookies, Right.READ)
        start = request.headers.get("last-event-id") or request.query_params.get("after", "")
        after = int(start) if start.isdecimal() else api.till.queue.anchor().seq
        return StreamingResponse(events.stream(api.till, api.cards, after, closing), media_type="text/event-stream")

    async def enter(request: Request) -> Response:
        token = (await _body(request, gate)).decode(errors="replace").removeprefix("token=").strip()
        if clients.holding(token) is None:
            raise NoToken()
        answer = RedirectResponse("/office", 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", max_age=12 * 3600)
        return answer

    async def office(request: Request) -> Response:
        try:
            gate.client(request.headers, request.cookies, Right.READ)
        except NoToken:
            return Response(page.ENTRANCE, media_type="text/html; charset=utf-8")
        return Response(page.OFFICE, media_type="text/html; charset=utf-8")

    async def script(request: Request) -> Response:
        return Response(page.SCRIPT, media_type="text/javascript; charset=utf-8")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        closing.set()
        await asyncio.to_thread(api.close)

    paths = [
        Path("/office", guarded(office), methods=["GET"]),
        Path("/office", guarded(enter), methods=["POST"]),
        Path("/office.js", guarded(script), methods=["GET"]),
        Path("/openapi.json", guarded(described), methods=["GET"]),
        Path("/events", guarded(happening), methods=["GET"]),
        *(
            Path(route.path, guarded(partial(call, route=route)), methods=[route.method])
            for route in sorted(ROUTES, key=lambda route: "{" in route.path)
        ),
        Path("/{path:path}", guarded(preflight), methods=["OPTIONS"]),
    ]
    return Starlette(routes=paths, lifespan=lifespan, exception_handlers={})


async def _body(request: Request, gate: Gate) -> bytes:
    length = request.headers.get("content-length", "0")
    gate.check_length(int(length) if length.isdecimal() else LARGEST_BODY + 1)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        gate.check_length(size)
        parts.append(part)
    return b"".join(parts)


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")
