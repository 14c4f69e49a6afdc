"""A small real world for tests: a data folder, a simulated centre over HTTP, and bills of synthetic persons."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from config.settings import load
from terminal.centre.simulator import Simulator
from terminal.counter.till import Till
from terminal.documents import Claim, decode

SECRET = "demo-secret-0001"

HOSPITAL = {"code": "H11010500001", "name": "北京市测试医院", "area": "110100", "tier": "3", "kind": "hospital"}
PHARMACY = {"code": "P11010500001", "name": "北京市测试药店", "area": "110100", "tier": "none", "kind": "pharmacy"}

CARDS = {
    "zhang": ("X00000019", "110100D156000005000000A1FFFFFFFF"),
    "li": ("A0000002X", "110100D156000005000000A2FFFFFFFF"),
    "wang": ("A00000038", "360400D156000005000000A3FFFFFFFF"),
    "zhao": ("A00000046", "360400D156000005000000A4FFFFFFFF"),
    "chen": ("A00000054", "110100D156000005000000A5FFFFFFFF"),
}

AMOXICILLIN = ("XA01-TEST-0001", "阿莫西林胶囊", "12.50", "A", None)
CT = ("SA01-TEST-0005", "胸部CT平扫", "260.00", "B", "10%")
VITAMINS = ("XC01-TEST-0002", "维生素营养片", "56.00", "C", None)


def more_persons(file: Path, count: int) -> list[str]:
    """A seed file of ``count`` further insured persons; returns their card numbers (of no valid check character)."""
    rows = []
    for place in range(count):
        rows.append(
            {
                "psn_no": f"110100000000000{place:05d}",
                "psn_name": f"测试{place:03d}",
                "psn_cert_type": "01",
                "certno": f"111111{place:012d}",
                "gend": "1",
                "naty": "01",
                "brdy": "1980-01-01",
                "card_no": f"T{place:08d}",
                "card_sn": f"110100D15600000500{place:06d}FFFFFFFF",
                "qr": "",
                "insurances": [
                    {
                        "insutype": "310",
                        "psn_type": "1101",
                        "psn_insu_stas": "1",
                        "insuplc_admdvs": "110100",
                        "balc": "100.00",
                        "cvlserv_flag": "0",
                        "emp_name": "测试单位",
                        "psn_insu_date": "2010-01-01",
                        "paus_insu_date": None,
                    }
                ],
                "chronic": [],
                "filings": [],
                "identities": [],
            }
        )
        CARDS[rows[-1]["card_no"]] = (rows[-1]["card_no"], rows[-1]["card_sn"])
    file.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return [row["card_no"] for row in rows]


Item = tuple[str, str, str, str, str | None]
"""National code, name, unit price, class, first self-pay."""


def bill(number: str, who: str, *items: tuple[Item, int], **changes: Any) -> dict[str, Any]:
    """A claim/1 as a hospital program writes it."""
    card, code = CARDS[who]
    lines = [
        {
            "sn": place,
            "name": name,
            "code": item,
            "house_code": item,
            "price": price,
            "quantity": str(quantity),
            "amount": f"{Decimal(price) * quantity:.2f}",
            "item_class": kind,
            "first_self_pay": rate,
        }
        for place, ((item, name, price, kind, rate), quantity) in enumerate(items or ((CT, 8), (VITAMINS, 1)), 1)
    ]
    return {
        "bill": number,
        "institution": HOSPITAL,
        "terminal": "01",
        "operator": "0001",
        "credential": {"kind": "card", "number": card, "identification_code": code},
        "visit": {"type": "outpatient", "begin": "2026-03-02T09:30:00+08:00"},
        "lines": lines,
        **changes,
    }


def claim(number: str, who: str, *items: tuple[Item, int], **changes: Any) -> Claim:
    """The same, decoded."""
    return decode(msgspec.json.encode(bill(number, who, *items, **changes)), Claim, file=number)


class World:
    """A data folder connected to a simulated centre of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        site: dict[str, str] = HOSPITAL,
        offline: dict[str, Any] | None = None,
        horizon: int = 2,
        **centre: Any,
    ) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.centre = Simulator(folder / "centre.db", horizon=horizon - 0.5, **centre)
        secret = self.home / "secret"
        secret.write_text(f"account=TEST\nsecret={SECRET}\n", encoding="utf-8")
        settings = {"per_bill_fen": 1_000_000, "settle_horizon_seconds": horizon, **(offline or {})}
        (self.home / "settings.toml").write_text(
            'keystore = "file"\n'
            "[institution]\n"
            + "".join(f"{key} = {json.dumps(value)}\n" for key, value in site.items())
            + f'[centre]\nendpoint = "http://127.0.0.1:{self.centre.port}"\nprofile = "simulator"\n'
            f'secret_file = "{secret}"\n'
            "[offline]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()),
            encoding="utf-8",
        )
        load(self.home)

    def till(self, **options: Any) -> Till:
        """The folder opened in this process."""
        return Till(self.home, **options)

    def trouble(self, *rules: dict[str, Any], seed: int = 0) -> None:
        """Replaces the centre's fault plan."""
        self.centre.trouble.load(msgspec.json.encode({"seed": seed, "rules": list(rules)}), "test")

    def standing(self) -> dict[str, int]:
        """How often each bill stands in the centre's books: neither reversed nor refunded."""
        count: dict[str, int] = {}
        for row in self.centre.books()["settlements"]:
            if row["state"] == "standing" and not row["cancels"]:
                number = row["bill"].partition(".")[0]
                count[number] = count.get(number, 0) + 1
        return count

    def command(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """``yibao`` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "terminal.cli", *words],
            **{
                "env": {**os.environ, "YIBAO_HOME": str(self.home)},
                "stdin": subprocess.PIPE,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **options,
            },
        )

    def run(self, *words: str, feed: Sequence[dict[str, Any]] = ()) -> tuple[int, list[Any], str]:
        """A finished ``yibao``: its exit code, the JSON documents on standard output, and standard error."""
        text = b"".join(msgspec.json.encode(row) + b"\n" for row in feed)
        process = self.command(*words)
        out, err = process.communicate(text, timeout=120)
        return process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()

    def close(self) -> None:
        """Stops the centre."""
        self.centre.close()
