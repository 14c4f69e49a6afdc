"""How a fault is told to a person at this terminal, whichever package it comes from.

The packages below name what happened and a next step in words of their own. What that step is called here, a command, a
setting, a habit of the desk, is said in ``STEPS``, by the fault's code.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Speaking(Protocol):
    """The shape that the errors of every package share."""

    @property
    def code(self) -> str: ...
    @property
    def exit(self) -> int: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def next_zh(self) -> str: ...
    @property
    def next_en(self) -> str: ...
    @property
    def data(self) -> dict[str, object]: ...


class Told(msgspec.Struct, frozen=True):
    """A fault in words: the code is stable, the sentences are for people."""

    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str


STEPS: Mapping[str, tuple[str, str]] = {
    "items_open": (
        "请先补传（yibao queue forward），或导出到另一台终端（yibao queue export）；没有任何改动生效。",
        "Forward them (yibao queue forward) or carry them to another terminal (yibao queue export) first.",
    ),
    "bad_limits": (
        "联网结算照常；请管理员把有效的政策文件放到设置 offline.policy 所指处，再重新打开本程序。",
        "Online work goes on; have a valid policy put where the setting offline.policy points, then reopen this.",
    ),
    "not_our_store": (
        "请改回设置；要把此目录交给另一终端，先用原设置执行 yibao config retire。",
        "Put the settings back; to give the folder to another terminal run yibao config retire with them first.",
    ),
    "other_version": (
        "请用建立它的版本打开；办完未结业务并执行 yibao config retire 后再换版本。",
        "Open it with the version that made it; settle what is open and run yibao config retire there before changing.",
    ),
    "store_uncertain": (
        "请停止收费，修复磁盘后用 yibao queue verify 核对。",
        "Stop taking money, mend the disk, then check with yibao queue verify.",
    ),
    "store_broken": (
        "请停止收费并联系管理员：先保存一份数据目录的副本，用 yibao queue verify 看全部发现，"
        "再用 yibao restore 换回最近的完好备份。",
        "Stop taking money and call the administrator: keep a copy of the data folder first, see all findings with "
        "yibao queue verify, then put the newest sound copy back with yibao restore.",
    ),
    "rolled_back": (
        "请停止收费并联系管理员：找回最新的数据目录；确认丢失后用 yibao restore 从最近的备份继续，编号不会重复。",
        "Stop taking money and call the administrator: find the newest data folder; if it is lost, go on from the "
        "newest copy with yibao restore: no number is used twice.",
    ),
    "store_gone": (
        "请停止收费并联系管理员：找回数据目录，或用 yibao restore 换回最近的备份；"
        "确已找不回时，用 yibao config start-over 另建新库，编号接着用，不会重复。",
        "Stop taking money and call the administrator: find the data folder, or put the newest copy in its place with "
        "yibao restore; if it is lost for good, begin anew with yibao config start-over: no number is used twice.",
    ),
    "keys_closed": (
        '请以安装时的用户登录；系统没有密钥服务（如 gnome-keyring）时请安装，或在新终端的设置中写 keystore = "file"；'
        "已有的账单可用站点恢复密钥迁出（yibao queue recover）。",
        "Log in as the user who installed the terminal; where the system has no secret service (such as "
        'gnome-keyring), install one, or set keystore = "file" in the settings of a new terminal; what is stored '
        "already can be moved out with the site's recovery key (yibao queue recover).",
    ),
    "bundle_unfinished": (
        "请放回存放它的盘再打开本程序，或为同一接收终端换一个文件再次导出（yibao queue export）；同一笔只会收下一次。",
        "Put its medium back and open this again, or export once more for the same terminal to another file "
        "(yibao queue export); nothing is taken in twice.",
    ),
    "set_back": (
        "请找回该终端最新的数据目录；确认丢失后由两人在中心机放行该编号（yibao hub release）。",
        "Find the terminal's newest folder; if it is lost, two persons release the number there (yibao hub release).",
    ),
    "slot_taken": (
        "请给新终端另一个编号；旧目录确已停用时，由两人在中心机放行该编号（yibao hub release）。",
        "Use another number; if the old folder is retired, two persons release it (yibao hub release).",
    ),
    "no_lease": (
        "请启动中心机（yibao hub serve）或检查到它的网络；离线登记不受影响。",
        "Start the hub (yibao hub serve) or check the way to it; recording offline goes on.",
    ),
    "needs_tls": (
        "请在设置 [hub] 中填写 certificate、private_key 与 authority，地址用 https://。",
        "Set certificate, private_key and authority in the settings under [hub], and an https:// address.",
    ),
    "bad_hub": ("请核对设置 [hub]。", "Check the settings under [hub]."),
}
"""The next step at this terminal, in two languages, where it has a name of its own; braces take the fault's data."""


def told(fault: Speaking) -> Told:
    """The sentences of a fault, with its data in them."""
    steps = STEPS.get(fault.code, (fault.next_zh, fault.next_en))
    return Told(fault.code, *(text.format(**fault.data) for text in (fault.zh, fault.en, *steps)))
