"""A running ``yibao serve`` over a small real world, and a caller that speaks plain HTTP."""

import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import World


class Service:
    """The service as another process, and one registered program."""

    def __init__(self, world: World, token: str) -> None:
        self.world, self.token = world, token
        self.process: subprocess.Popen[bytes]
        self.port = 0
        self.start()

    def start(self, **environment: str) -> None:
        """Starts it, again after a kill on the same port."""
        self.process = self.world.command(
            "serve", "--port", str(self.port), env={**os.environ, "YIBAO_HOME": str(self.world.home), **environment}
        )
        assert self.process.stdout
        self.port = json.loads(self.process.stdout.readline())["port"]

    def call(
        self, method: str, path: str, body: Any = None, *, key: str = "", token: str | None = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """One call; status, document, headers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Authorization": f"Bearer {self.token if token is None else token}"}
        sent |= {"Idempotency-Key": key} if key else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        try:
            line.request(method, path, data, sent)
            answer = line.getresponse()
            content = answer.read()
            kind = answer.headers.get_content_type()
            document = json.loads(content) if content and kind == "application/json" else content
            return answer.status, document, dict(answer.headers.items())
        finally:
            line.close()

    def stop(self) -> None:
        """Ends it politely."""
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with one registered cashier's program."""
    world = World(tmp_path, offline={"per_person_open": 1000})
    token = world.run("client", "add", "his", "--operator", "0001", "--origin", "http://his.test:8080", "--json")[1][0]
    running = Service(world, token["token"])
    yield running
    running.stop()
    world.close()
