"""What the service adds to a call, and what it costs to start and to keep; 20 lines of a bill."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from terminal.service.api import Api
from terminal.service.clients import Client, Role
from terminal.service.routes import ROUTES
from tests.bench.timing import compare
from tests.world import AMOXICILLIN, World, bill

_BARE = """
import json, socket, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def answer(request):
    await request.body()
    return Response(b"{}", media_type="application/json")
listening = socket.socket()
listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
listening.bind(("127.0.0.1", 0))
listening.listen(64)
print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
uvicorn.Server(uvicorn.Config(Starlette(routes=[Route("/{p:path}", answer, methods=["GET", "POST"])]),
    access_log=False, log_level="warning")).run([listening])
"""


def main() -> None:
    """Ratios to the direct call and to a bare starlette app."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        token = world.run("client", "add", "bench", "--operator", "0001", "--json")[1][0]["token"]
        ours, port, own_start = _start([sys.executable, "-m", "terminal.cli", "serve", "--port", "0"], world)
        bare, bare_port, bare_start = _start([sys.executable, "-c", _BARE], world)
        document = bill("BENCH", "zhang", *[(AMOXICILLIN, 1)] * 20)
        body = msgspec.json.encode(document)
        try:
            _calls(world, body, token, port, bare_port)
            print(
                f"{'service: start until the port is told':<44} {own_start / bare_start:>8.2f} x  "
                f"({own_start:.2f} s)  bare starlette app: {bare_start:.2f} s"
            )
            own, reference = _resident(ours), _resident(bare)
            print(
                f"{'service: idle memory':<44} {own / reference:>8.2f} x  ({own / 1e6:.0f} MB)  bare starlette app: "
                f"{reference / 1e6:.0f} MB"
            )
        finally:
            for process in (ours, bare):
                process.terminate()
                process.wait(20)
            world.close()


def _calls(world: World, body: bytes, token: str, port: int, bare_port: int) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    lines = {each: http.client.HTTPConnection("127.0.0.1", each) for each in (port, bare_port)}

    def call(where: int, method: str, path: str, content: bytes | None = None) -> None:
        lines[where].request(method, path, content, headers)
        lines[where].getresponse().read()

    with world.till() as till:
        api = Api(till)
        client = Client("bench", "0001", Role.CASHIER, "")
        routes = {(route.method, route.path): route for route in ROUTES}
        wrong = json.loads(body) | {"terminal": "99", "operator": "0009"}
        refused = json.dumps(wrong).encode()
        compare(
            "service: a 20-line bill in and an answer out",
            lambda: call(port, "POST", "/trial", refused),
            {
                "the same call in this process": lambda: api.perform(routes["POST", "/trial"], client, refused),
                "bare starlette app": lambda: call(bare_port, "POST", "/", refused),
            },
            rounds=101,
        )
        compare(
            "service: the queue's status",
            lambda: call(port, "GET", "/queue"),
            {"the same call in this process": lambda: api.perform(routes["GET", "/queue"], client, b"")},
            rounds=101,
        )
        api.close()
    times = []
    for _ in range(500):
        start = time.perf_counter()
        call(port, "POST", "/trial", refused)
        times.append(time.perf_counter() - start)
    slow = sorted(times)[494] * 1e3
    print(f"{'service: the slowest hundredth of those calls':<44} {'':>10}  ({slow:.2f} ms)  aim: 3 ms")


def _start(command: list[str], world: World) -> tuple["subprocess.Popen[bytes]", int, float]:
    began = time.perf_counter()
    environment = {**os.environ, "YIBAO_HOME": str(world.home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout
    port = json.loads(process.stdout.readline())["port"]
    return process, port, time.perf_counter() - began


def _resident(process: "subprocess.Popen[bytes]") -> int:
    rows = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("VmRSS"))
