"""What is stored in every comparison: a claim of usual size."""

import json
import random


def _claim(chance: random.Random) -> bytes:
    """A claim of eight lines as the counter stores it, with figures of its own: 2 KB that shrink to a third."""
    lines = [
        {
            "sn": f"{sn}",
            "house_code": f"H{chance.randrange(10**6):06}",
            "national_code": f"XA{chance.randrange(10**12):012}",
            "name": "".join(chance.choices("阿莫西林胶囊头孢克肟分散片复方丹参滴丸血常规检查", k=6)),
            "price": f"{chance.randrange(10**5) / 100:.2f}",
            "qty": f"{chance.randrange(1, 30)}.0000",
            "amount": f"{chance.randrange(10**6) / 100:.2f}",
            "trace_codes": [f"{chance.randrange(10**20):020}"],
        }
        for sn in range(8)
    ]
    return json.dumps({"bill": "bill", "person": f"{chance.randrange(10**18):018}", "lines": lines}).encode()


PAYLOAD = _claim(random.Random(1))
