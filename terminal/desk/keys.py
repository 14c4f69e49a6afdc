"""Actions of the desk and the keys that trigger them: one table, four profiles, and the site's own file."""

import tomllib
from enum import StrEnum
from pathlib import Path

from terminal.counter.words import Language
from terminal.desk.faults import BadKeymap


class Action(StrEnum):
    """What a cashier can ask for; keymaps, help, key line and palette speak of these ids."""

    HELP = "help"
    SETTLE = "settle"
    VISIT = "visit"
    TENDER = "tender"
    TRIAL = "trial"
    CREDENTIAL = "credential"
    REMOVE = "remove"
    REFUND = "refund"
    FIND = "find"
    PARK = "park"
    NEXT = "next"
    ACCOUNT = "account"
    EXCEPTIONS = "exceptions"
    SEND_NOW = "send_now"
    SHIFT = "shift"
    RECEIPTS = "receipts"
    OWED = "owed"
    RECONCILE = "reconcile"
    JOURNAL = "journal"
    DEVICES = "devices"
    DRILL = "drill"
    PREPAY = "prepay"
    FILINGS = "filings"
    TRACES = "traces"
    LINE = "line"
    LANGUAGE = "language"
    LOCK = "lock"
    LEAVE = "leave"


NAMES: dict[Action, tuple[str, str]] = {
    Action.HELP: ("帮助", "Help"),
    Action.SETTLE: ("收费", "Settle"),
    Action.VISIT: ("类别", "Visit"),
    Action.TENDER: ("支付", "Tender"),
    Action.TRIAL: ("预结", "Trial"),
    Action.CREDENTIAL: ("读卡", "Card"),
    Action.REMOVE: ("删行", "Del"),
    Action.REFUND: ("退费", "Refund"),
    Action.FIND: ("查单", "Find"),
    Action.PARK: ("挂单", "Park"),
    Action.NEXT: ("下一位", "Next"),
    Action.ACCOUNT: ("账户支付", "Account"),
    Action.EXCEPTIONS: ("异常", "Open"),
    Action.SEND_NOW: ("补传", "Send now"),
    Action.SHIFT: ("交班", "Shift"),
    Action.RECEIPTS: ("票据", "Receipts"),
    Action.OWED: ("欠款", "Owed"),
    Action.RECONCILE: ("对账", "Reconcile"),
    Action.JOURNAL: ("日志", "Journal"),
    Action.DEVICES: ("设备", "Devices"),
    Action.DRILL: ("演练", "Drill"),
    Action.PREPAY: ("预交金", "Prepay"),
    Action.FILINGS: ("备案", "Filings"),
    Action.TRACES: ("追溯码", "Traces"),
    Action.LINE: ("改行", "Line"),
    Action.LANGUAGE: ("English", "中文"),
    Action.LOCK: ("锁屏", "Lock"),
    Action.LEAVE: ("退出", "Leave"),
}

_DEFAULT: dict[Action, str] = {
    Action.HELP: "f1,alt+h",
    Action.SETTLE: "f2,alt+s",
    Action.VISIT: "f3,alt+v",
    Action.TENDER: "f4,alt+t",
    Action.TRIAL: "f5,alt+y",
    Action.CREDENTIAL: "f6,alt+c",
    Action.REMOVE: "ctrl+d,alt+d",
    Action.REFUND: "f8,alt+r",
    Action.FIND: "f9,alt+f",
    Action.PARK: "f10,alt+p",
    Action.NEXT: "f12,alt+n",
    Action.ACCOUNT: "ctrl+t,alt+a",
    Action.EXCEPTIONS: "ctrl+e,alt+e",
    Action.SEND_NOW: "ctrl+u,alt+u",
    Action.SHIFT: "ctrl+w,alt+w",
    Action.RECEIPTS: "ctrl+r,alt+i",
    Action.OWED: "ctrl+y,alt+o",
    Action.RECONCILE: "ctrl+f,alt+x",
    Action.JOURNAL: "ctrl+o,alt+j",
    Action.DEVICES: "ctrl+b,alt+b",
    Action.DRILL: "ctrl+n,alt+m",
    Action.PREPAY: "alt+1",
    Action.FILINGS: "ctrl+k,alt+k",
    Action.TRACES: "alt+z,alt+3",
    Action.LINE: "alt+2",
    Action.LANGUAGE: "ctrl+g,alt+g",
    Action.LOCK: "ctrl+l,alt+l",
    Action.LEAVE: "ctrl+q,alt+q",
}

PROFILES: dict[str, dict[Action, str]] = {
    "default": _DEFAULT,
    "zhonglian": _DEFAULT | {Action.CREDENTIAL: "f6,ctrl+f4,alt+c", Action.PARK: "ctrl+s,f10,alt+p"},
    "newtouch": _DEFAULT | {Action.SETTLE: "f8,alt+s", Action.REFUND: "f6,alt+r", Action.CREDENTIAL: "f2,alt+c"},
    "retail": _DEFAULT | {Action.SETTLE: "f12,alt+s", Action.NEXT: "f2,alt+n", Action.CREDENTIAL: "f7,alt+c"},
}
"""Keys people already have in their fingers; every function key keeps a second way without one."""


def keymap(profile: str, own: Path | None = None) -> dict[Action, str]:
    """The keys of a profile with the site's file over it (``action = "key,key"``).

    Raises BadKeymap for a profile, an action or a file that cannot be used, and when one key would do two things.
    """
    if profile not in PROFILES:
        raise BadKeymap(file="settings.toml", found=f"keymap = {profile!r}", expected=", ".join(PROFILES))
    keys = dict(PROFILES[profile])
    if own is not None and own.is_file():
        keys |= _own(own)
    owner: dict[str, Action] = {}
    for action, text in keys.items():
        for key in text.split(","):
            if owner.setdefault(key, action) is not action:
                raise BadKeymap(file=own or profile, found=f"{key}: {owner[key]}, {action}", expected="one action")
    return keys


def _own(file: Path) -> dict[Action, str]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8"))
        return {Action(name): str(value).replace(" ", "") for name, value in rows.items()}
    except ValueError as error:
        raise BadKeymap(file=file, found=str(error), expected=", ".join(Action)) from error


def name(action: Action, language: Language) -> str:
    """What an action is called."""
    zh, en = NAMES[action]
    return zh if language is Language.ZH else en


def shown(keys: str) -> str:
    """The first key of an action as the key line shows it."""
    return keys.partition(",")[0].upper().replace("CTRL+", "^").replace("ALT+", "M-")
