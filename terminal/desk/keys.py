"""Actions of the desk and the keys that trigger them: one table, three profiles, and the site's own file."""

import tomllib
from enum import StrEnum
from pathlib import Path

from terminal.counter.words import Language


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
    EXCEPTIONS = "exceptions"
    SEND_NOW = "send_now"
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
    Action.REMOVE: ("删行", "Remove"),
    Action.REFUND: ("退费", "Refund"),
    Action.FIND: ("查单", "Find"),
    Action.PARK: ("挂单", "Park"),
    Action.NEXT: ("下一位", "Next"),
    Action.EXCEPTIONS: ("异常", "Exceptions"),
    Action.SEND_NOW: ("补传", "Send now"),
    Action.LANGUAGE: ("English", "中文"),
    Action.LOCK: ("锁屏", "Lock"),
    Action.LEAVE: ("退出", "Leave"),
}

_DEFAULT: dict[Action, str] = {
    Action.HELP: "f1,question_mark",
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
    Action.EXCEPTIONS: "ctrl+e,alt+e",
    Action.SEND_NOW: "ctrl+u,alt+u",
    Action.LANGUAGE: "ctrl+g,alt+g",
    Action.LOCK: "ctrl+l,alt+l",
    Action.LEAVE: "ctrl+q,alt+q",
}

PROFILES: dict[str, dict[Action, str]] = {
    "default": _DEFAULT,
    "zhonglian": _DEFAULT
    | {Action.TRIAL: "f5,alt+y", Action.CREDENTIAL: "ctrl+f4,f6,alt+c", Action.PARK: "ctrl+s,alt+p"},
    "newtouch": _DEFAULT | {Action.SETTLE: "f8,alt+s", Action.REFUND: "f6,alt+r", Action.CREDENTIAL: "f2,alt+c"},
    "retail": _DEFAULT | {Action.SETTLE: "f12,alt+s", Action.NEXT: "f2,alt+n", Action.CREDENTIAL: "f7,alt+c"},
}
"""Keys people already have in their fingers; every function key keeps a second way without one."""


def keymap(profile: str, own: Path | None = None) -> dict[Action, str]:
    """The keys of a profile with the site's file over it (``action = "key,key"``). Unknown words raise ValueError."""
    keys = dict(PROFILES[profile])
    if own is not None and own.is_file():
        for name, value in tomllib.loads(own.read_text(encoding="utf-8")).items():
            keys[Action(name)] = str(value)
    return keys


def name(action: Action, language: Language) -> str:
    """What an action is called."""
    zh, en = NAMES[action]
    return zh if language is Language.ZH else en


def shown(keys: str) -> str:
    """The first key of an action as the key line shows it."""
    return keys.partition(",")[0].upper().replace("CTRL+", "^").replace("ALT+", "M-").replace("QUESTION_MARK", "?")
