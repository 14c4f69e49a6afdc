"""Errors nobody foresaw: a person or a program gets a sentence and a number, the log gets the frames under it."""

import secrets
import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.places import log_folder
from terminal.clock import BEIJING


@dataclass(frozen=True)
class Incident:
    """One such error: what to name when asking about it, and where it is written down."""

    number: str
    file: Path


def write_down(home: Path, error: BaseException) -> Incident:
    """Appends the error's type and frames to the day's log; never its text, which may name a person."""
    now = datetime.now(BEIJING)
    incident = Incident(f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}", log_folder(home) / f"yibao-{now:%Y%m%d}.log")
    incident.file.parent.mkdir(parents=True, exist_ok=True)
    with incident.file.open("a", encoding="utf-8") as log:
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.write(f"{now:%Y-%m-%d %H:%M:%S} {incident.number} {type(error).__name__}\n{frames}")
    return incident
