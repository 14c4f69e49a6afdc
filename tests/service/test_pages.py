"""The office's page and a hospital's page in a real browser."""

import functools
import http.server
import json
import shutil
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.browser import Browser, browser
from tests.service.conftest import Service
from tests.world import AMOXICILLIN, CT, bill

pytestmark = pytest.mark.skipif(not shutil.which("chromedriver"), reason="needs chromium and chromium-driver")


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def enter(window: Browser, service: Service, language: str) -> None:
    window.go(f"http://127.0.0.1:{service.port}/office")
    assert "token" in window.text()
    window.run(f"document.querySelector('input').value = '{service.token}'; document.querySelector('form').submit()")
    until(lambda: bool(window.run("return document.getElementById('bills')")))
    window.go(f"http://127.0.0.1:{service.port}/office?lang={language}")


@pytest.mark.parametrize(
    ("language", "provisional", "settled"), [("zh", "暂结", "已结算"), ("en", "provisional", "settled")]
)
def test_a_provisional_bill_becomes_settled_without_reload(
    service: Service, tmp_path: Path, language: str, provisional: str, settled: str
) -> None:
    service.call("POST", "/settle", bill("O-0", "zhang", (AMOXICILLIN, 1)), key="O-0")
    until(lambda: service.call("GET", "/bills/O-0")[1].get("state") == "settled")
    service.world.centre.line_down()
    with browser(tmp_path / "profile") as window:
        enter(window, service, language)
        window.run("window.loaded = 'once'")
        service.call("POST", "/settle", bill("O-1", "zhang", (CT, 8)), key="O-1")
        until(lambda: "O-1" in window.text() and provisional in window.text())
        window.run("document.querySelector('#bills tr').click()")
        until(lambda: "2080.00" in window.text())
        before = window.picture()
        service.world.centre.line_up()
        until(lambda: provisional not in window.text() and window.text().count(settled) >= 2)
        assert window.run("return window.loaded") == "once"
        assert window.run("return document.querySelectorAll('#one li').length") > 3, "the why-tree of the chosen bill"
        assert f"{settled} 2" in window.run("return document.getElementById('day').textContent")
        after = window.picture()
    assert before[:4] == after[:4] == b"\x89PNG" and before != after
    (tmp_path / f"office-{language}.png").write_bytes(after)


def test_a_hospitals_page_settles_through_its_own_token(service: Service, tmp_path: Path) -> None:
    folder = Path(__file__).parent / "clients"
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{pages.server_port}"
        words = ("client", "add", "page", "--operator", "0001", "--origin", origin, "--json")
        token = service.world.run(*words)[1][0]["token"]
        hash_ = urllib.parse.quote(f"{service.port}|{token}|{json.dumps(bill('W-1', 'zhang'))}")
        with browser(tmp_path / "profile") as window:
            window.go(f"{origin}/client.html#{hash_}")
            until(lambda: "W-1 settled" in window.text())
        pages.shutdown()
    assert service.world.standing() == {"W-1": 1}
