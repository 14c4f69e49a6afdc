"""The framed door, and the example clients as their readers would run them."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.conftest import Service
from tests.world import World, bill

CLIENTS = Path(__file__).parent / "clients"


def framed(*frames: dict[str, object]) -> bytes:
    parts = [json.dumps(frame).encode() for frame in frames]
    return b"".join(struct.pack("@I", len(part)) + part for part in parts)


def unframed(data: bytes) -> list[dict[str, object]]:
    answers = []
    while data:
        (length,) = struct.unpack_from("@I", data)
        answers.append(json.loads(data[4 : 4 + length]))
        data = data[4 + length :]
    return answers


def test_frames_carry_the_same_calls(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        process = world.command("serve", "--stdio")
        frames = framed(
            {"id": 1, "method": "GET", "path": "/health"},
            {"id": 2, "method": "POST", "path": "/trial", "body": bill("F-1", "zhang")},
            {"id": 3, "method": "POST", "path": "/settle", "key": "F-2", "body": bill("F-2", "zhang")},
            {"id": 4, "method": "GET", "path": "/nowhere"},
            {"id": 5, "method": "POST", "path": "/trial", "body": {"bill": 1}},
        )
        out, err = process.communicate(frames + b"\x02\x00\x00\x00{}" + b"\xff\xff\xff\xff", timeout=60)
        answers = unframed(out)
        assert [(answer["id"], answer["status"]) for answer in answers] == [
            (1, 200), (2, 200), (3, 202), (4, 404), (5, 400), (None, 400),
        ]  # fmt: skip
        assert world.standing() == {"F-2": 1}, "what was started is finished when the other side closes"
        assert b"Traceback" not in err
    finally:
        world.close()


@pytest.mark.parametrize("client", ["client.py", "client.sh"])
def test_an_example_client_settles_a_bill(service: Service, tmp_path: Path, client: str) -> None:
    file = tmp_path / "bill.json"
    file.write_text(json.dumps(bill("E-1", "zhang")), encoding="utf-8")
    runner = [sys.executable] if client.endswith(".py") else ["sh"]
    command = [*runner, str(CLIENTS / client), str(service.port), service.token, str(file)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["state"] == "settled"
    assert service.world.standing() == {"E-1": 1}


@pytest.mark.parametrize("client", sorted(CLIENTS.iterdir()), ids=lambda file: file.name)
def test_an_example_is_short(client: Path) -> None:
    assert len(client.read_text(encoding="utf-8").splitlines()) < 60
