"""Certificates on both sides; and the one place where none are needed, this machine itself."""

import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from offline_queue.hub.faults import BadHub


class Certificates(Struct, frozen=True):
    """PEM files of one side. A terminal's certificate has the terminal as its common name."""

    own: Path
    private_key: Path
    authority: Path
    """The site's: whoever it signed for belongs to the site."""


def context(files: Certificates, *, server: bool) -> ssl.SSLContext:
    """TLS 1.3 that shows our certificate and wants one of the site's. Raises ``BadHub``."""
    try:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        made.verify_mode = ssl.CERT_REQUIRED
        if server:
            made.num_tickets = 0  # an idle connection that has something to say has ended
        made.load_cert_chain(files.own, files.private_key)
        made.load_verify_locations(files.authority)
    except (OSError, ValueError) as error:
        raise BadHub(found=error) from error
    return made


def name_in(certificate: Mapping[str, Any] | None) -> str:
    """The common name of a peer's checked certificate; empty without one."""
    subject = (certificate or {}).get("subject", ())
    return "".join(value for part in subject for name, value in part if name == "commonName")


def is_here(host: str) -> bool:
    """Whether an address is this machine's own loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
