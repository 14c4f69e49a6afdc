"""Who we are, proven to the gateway in the way each province wants."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

from config.profiles import HeaderForm


def x_tif(account: str, secret: str, nonce: str, timestamp: int) -> dict[str, str]:
    """The common form: lowercase hex SHA-256 of timestamp, secret, nonce and timestamp; the body is not signed."""
    digest = hashlib.sha256(f"{timestamp}{secret}{nonce}{timestamp}".encode()).hexdigest()
    return {
        "x-tif-paasid": account,
        "x-tif-timestamp": str(timestamp),
        "x-tif-nonce": nonce,
        "x-tif-signature": digest,
    }


def headers(form: HeaderForm, account: str, secret: str, at: datetime) -> Mapping[str, str]:
    """The headers that a gateway of this form checks, for one request."""
    match form:
        case "x-tif":
            return x_tif(account, secret, secrets.token_hex(8), int(at.timestamp()))
        case _:
            return {}
