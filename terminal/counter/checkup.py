"""The doctor: card service, settings, store, centre and policy packs, each tried for real; nothing raises."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from cardio import diagnose
from cardio.faults import CardFault
from config.faults import ConfigFault
from config.places import policies_folder
from config.policies import pack_ids
from config.settings import load
from offline_queue.faults import QueueFault
from offline_queue.limits import Limit
from offline_queue.standing import Status
from terminal.counter.policies import Policies
from terminal.counter.till import Till
from terminal.faults import Fault
from terminal.telling import told


class Check(msgspec.Struct, frozen=True):
    """One thing tried: which part, whether it is well, and else the next step."""

    part: str
    ok: bool
    code: str
    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""


def checkup(home: Path) -> list[Check]:
    """Every part in turn, from the reader to the centre."""
    psam = operators = ""
    with suppress(ConfigFault):  # told below
        site = load(home)
        psam, operators = site.psam, site.operator_reader
    checks = [
        Check("card", found.ok, found.code, found.zh, found.en, found.next_zh, found.next_en)
        for found in diagnose(psam=psam, operators=operators)
    ]
    checks.append(_tried("settings", lambda: load(home), "设置无误。", "The settings are good."))
    checks.extend(_packs(home))
    if checks[-1].ok and all(check.ok for check in checks if check.part == "settings"):
        checks.extend(_till(home))
    return checks


def _packs(home: Path) -> Iterator[Check]:
    extra = policies_folder(home)
    policies = Policies(extra)
    for pack in pack_ids(extra):
        zh, en = f"政策包 {pack} 可用。", f"Policy pack {pack} is good."
        yield _tried("policy", partial(policies.named, pack), zh, en)


def _till(home: Path) -> Iterator[Check]:
    opened: list[Till] = []
    yield _tried("store", lambda: opened.append(Till(home)), "存储与密钥可用。", "Store and keys are open.")
    for till in opened:
        with till:
            told = "试封、试写成功。", "A trial record can be sealed and written."
            yield _tried("rehearsal", till.queue.rehearse, *told)
            yield _tried("centre", partial(_ping, till), "医保中心有应答。", "The insurance centre answers.")
            status = till.queue.status()
            yield _copy(status)
            yield from _offline(till, status)


def _offline(till: Till, status: Status) -> Iterator[Check]:
    """Where the limits come from, and whether a bill could wait here if the line broke now."""
    yield _source(till)
    if not till.offline.allowed:
        yield Check("offline", True, "not_allowed", "本单位断网不暂结。", "This site does not settle provisionally.")
    elif not status.not_ready:
        yield Check("offline", True, "ready", "现在断网也能暂结。", "Ready to settle provisionally if the line broke.")
    if broken := till.queue.broken():
        yield _told("store", broken)
    for breach in status.not_ready if till.offline.allowed else ():
        if breach.limit not in (Limit.POLICY, Limit.STORE):
            yield Check(
                "offline",
                False,
                breach.limit,
                f"现在断网将不能暂结：{breach.limit} 为 {breach.found}，要求 {breach.allowed}。",
                f"Could not settle provisionally now: {breach.limit} is {breach.found}, needed {breach.allowed}.",
                "先联网完成一笔或恢复该项。",
                "Settle once online, or mend this first.",
            )


def _source(till: Till) -> Check:
    """Signed and usable, signed and not, or unsigned: that is no fault, and said plainly."""
    if fault := till.queue.closed():
        return _told("offline", fault)
    if signed := till.queue.limits.signed:
        seal = f"{signed.digest[:12]}"
        return Check(
            "offline",
            True,
            "limits_signed",
            f"离线限制取自已签名的政策第 {signed.version} 版（{seal}），有效期至 {signed.until:%Y-%m-%d %H:%M}。",
            f"The offline limits are those of signed policy {signed.version} ({seal}), good until "
            f"{signed.until:%Y-%m-%d %H:%M}.",
        )
    zh, en = "离线限制取自 settings.toml，没有签名。", "The offline limits come from settings.toml, unsigned."
    if before := till.queue.policy().version:
        zh += f"此前用过已签名的政策第 {before} 版。"
        en += f" Signed policy {before} was in force here before."
    return Check("offline", True, "limits_unsigned", zh, en)


def _ping(till: Till) -> None:
    till.centre.ping()


def _copy(status: Status) -> Check:
    """The newest checked copy of the store, and whether it is too old."""
    made = f"{status.copied:%Y-%m-%d %H:%M}" if status.copied else "-"
    if not {"copy_too_old", "copy_failed"} & set(status.warnings):
        return Check("copy", True, "copied", f"最近的备份：{made}。", f"Newest copy of the store: {made}.")
    return Check(
        "copy",
        False,
        "no_copy",
        f"没有新的备份（最近：{made}）。",
        f"There is no recent copy of the store (newest: {made}).",
        "检查设置 upkeep.copies 所指的目录，然后执行 yibao queue upkeep --now。",
        "Check the folder that the setting upkeep.copies names, then run yibao queue upkeep --now.",
    )


def _tried(part: str, attempt: Callable[[], object], zh: str, en: str) -> Check:
    try:
        attempt()
    except (Fault, ConfigFault, QueueFault, CardFault) as fault:
        return _told(part, fault)
    except OSError as error:
        return Check(part, False, "os_error", f"系统报告：{error.strerror}。", f"The system says: {error.strerror}.")
    return Check(part, True, "ok", zh, en)


def _told(part: str, fault: Fault | ConfigFault | QueueFault | CardFault) -> Check:
    return Check(part, False, *msgspec.structs.astuple(told(fault)))
