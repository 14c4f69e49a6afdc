"""A headless Chromium driven over WebDriver (W3C), as far as the pages' tests need it."""

import base64
import http.client
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1000,800",
]  # fmt: skip


class Browser:
    """One window."""

    def __init__(self, port: int, profile: Path) -> None:
        self._port = port
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._session = self._send("POST", "/session", wanted)["sessionId"]

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        line.request(method, path, None if body is None else json.dumps(body))
        value = json.load(line.getresponse())["value"]
        line.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(value["message"])
        return value

    def go(self, address: str) -> None:
        """Opens a page."""
        self._send("POST", f"/session/{self._session}/url", {"url": address})

    def run(self, script: str) -> Any:
        """The value of a script's ``return``."""
        return self._send("POST", f"/session/{self._session}/execute/sync", {"script": script, "args": []})

    def text(self) -> str:
        """What the page shows."""
        return str(self.run("return document.body.innerText"))

    def picture(self) -> bytes:
        """A PNG of the window."""
        return base64.b64decode(self._send("GET", f"/session/{self._session}/screenshot"))

    def close(self) -> None:
        """Ends the window."""
        self._send("DELETE", f"/session/{self._session}")


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser of its own; needs chromium and chromedriver, as Debian packages them."""
    driver = shutil.which("chromedriver")
    if driver is None:
        raise FileNotFoundError("chromedriver")
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        said = next(line for line in process.stdout if "started successfully on port" in line)
        window = Browser(int(said.rstrip(".\n").rpartition(" ")[2]), folder)
        try:
            yield window
        finally:
            window.close()
    finally:
        process.terminate()
        process.wait(10)
