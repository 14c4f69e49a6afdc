"""Settles one bill from Python: python client.py PORT TOKEN BILL.json"""

import json
import sys
import time
import urllib.request
from pathlib import Path


def call(port: str, token: str, method: str, path: str, body: bytes | None = None, key: str = "") -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main(port: str, token: str, file: str) -> None:
    body = Path(file).read_bytes()
    number = json.loads(body)["bill"]
    standing = call(port, token, "POST", "/settle", body, key=number)  # asked again after a crash: the same bill
    while standing["state"] == "settling":
        time.sleep(0.1)
        standing = call(port, token, "GET", f"/bills/{number}")
    print(json.dumps(standing, ensure_ascii=False))


main(*sys.argv[1:])
