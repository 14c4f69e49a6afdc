"""The office's page: queue, bills, the split of one bill as a picture. Plain HTML, read-only, behind the token."""

from importlib.resources import files

_HERE = files("terminal.service")
ENTRANCE = _HERE.joinpath("entrance.html").read_text("utf-8")
OFFICE = _HERE.joinpath("office.html").read_text("utf-8")
SCRIPT = _HERE.joinpath("office.js").read_text("utf-8")
