"""What reaches a person when the queue cannot do something: one sentence, whose turn it is, the next step."""

from typing import ClassVar

_NO, _INPUT, _STORE = 1, 2, 5


class QueueFault(Exception):
    """Base of the queue's errors: a stable code, the data, one sentence and the next step in two languages.

    ``exit`` is the exit code of a command that ends with it: 1 the answer is no, 2 wrong use, 5 the store.
    """

    code: ClassVar[str] = "queue"
    exit: ClassVar[int] = _STORE
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""
    next_zh: ClassVar[str] = ""
    next_en: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.en.format(**data))


class KeyReused(QueueFault):
    """One key, two different payloads: a number was issued twice, and taking it for a repeat would lose a sale."""

    code = "key_reused"
    exit = _INPUT
    zh = "单据号 {key} 已经登记过，但内容不同。"
    en = "Key {key} is already recorded with different content."
    next_zh = "请核对单据号，换新号后重新提交；没有任何改动生效。"
    next_en = "Check the number and submit under a new one; nothing was changed."


class LimitReached(QueueFault):
    """An offline limit refused the record (docs: README, "Limits")."""

    code = "limit_reached"
    exit = _NO
    zh = "离线限制 {limit} 已到：现为 {found}，上限 {allowed}。"
    en = "The offline limit {limit} is reached: {found}, allowed {allowed}."
    next_zh = "请恢复联网并补传，或由主管按规定处理；本笔没有登记。"
    next_en = "Get the line back and forward what is stored, or call a supervisor; this item was not recorded."


class BadLimits(LimitReached):
    """The limits must come from a policy that the site signed, and that one cannot be used."""

    code = "bad_limits"
    zh = "断网不能暂结：签名的离线政策不可用（{found}）。"
    en = "Nothing can be stored offline: the signed offline policy cannot be used ({found})."
    next_zh = "联网办理照常；请管理员放入有效的政策，再重新打开。"
    next_en = "Online work goes on; have a valid policy put in its place, then reopen this."


class LaneBusy(QueueFault):
    """An online sale must not overtake what the same person already has in the queue."""

    code = "lane_busy"
    exit = _NO
    zh = "此人还有 {count} 笔未了结，单据 {key} 不能越过它们联网结算。"
    en = "This person has {count} unfinished item(s); {key} must not overtake them online."
    next_zh = "请先补传，或将本笔登记为离线。"
    next_en = "Forward them first, or record this one offline."


class LaneMoved(QueueFault):
    """What a caller computed from a person's items no longer holds: another process added to them meanwhile."""

    code = "lane_moved"
    exit = _NO
    zh = "此人的账单在计算期间有变动，单据 {key} 没有登记。"
    en = "This person's items changed while {key} was computed; it was not recorded."
    next_zh = "请重新计算后再提交。"
    next_en = "Compute it again and submit it."


class OnlineOnly(QueueFault):
    """This class of item is never recorded without the far end."""

    code = "online_only"
    exit = _NO
    zh = "单据 {key} 属于只能联网办理的业务。"
    en = "{key} is of a kind that is done online only."
    next_zh = "请在恢复联网后办理。"
    next_en = "Do it when the line is back."


class UnknownKey(QueueFault):
    """No item has this key."""

    code = "unknown_key"
    exit = _INPUT
    zh = "队列中没有单据 {key}。"
    en = "The queue has no item {key}."
    next_zh = "请核对单据号。"
    next_en = "Check the number."


class ForbiddenStep(QueueFault):
    """A step that the table of transitions does not allow from the item's state."""

    code = "forbidden_step"
    exit = _NO
    zh = "单据 {key} 现为 {state}，不能执行 {step}。"
    en = "{key} is {state}; the step {step} is not allowed from there."
    next_zh = "请刷新后查看该单据可办的事项。"
    next_en = "Look at the item again for what may be done."


class SecondPersonNeeded(QueueFault):
    """Money is decided by hand by two persons, never by one."""

    code = "second_person_needed"
    exit = _NO
    zh = "单据 {key} 涉及金额，人工处理须两名不同人员确认。"
    en = "{key} carries money: a decision by hand needs two different persons."
    next_zh = "请另一名有权限的人员共同确认；没有任何改动生效。"
    next_en = "Have a second authorised person confirm; nothing was changed."


class ItemsOpen(QueueFault):
    """Signing out, re-initialising or removing the terminal would strand open items."""

    code = "items_open"
    exit = _NO
    zh = "还有 {count} 笔未了结，共 {sum} 元，不能{zh}。"
    en = "{count} item(s) of {sum} yuan together are still open; cannot {en}."
    next_zh = "请先补传，或导出到另一台终端；没有任何改动生效。"
    next_en = "Forward them or carry them to another terminal first."


class AlreadyForwarding(QueueFault):
    """Another process holds the forwarder's lease of this folder."""

    code = "already_forwarding"
    exit = _NO
    zh = "补传已由进程 {pid}（{since} 起）负责。"
    en = "Process {pid} forwards this folder since {since}."
    next_zh = "无需再次启动；如需更换请先结束该进程。"
    next_en = "Nothing to do; end that process first if another one is to take over."


class LeaseLost(QueueFault):
    """The lease went to another process; this one writes nothing more."""

    code = "lease_lost"
    zh = "补传已被另一进程接管（第 {fence} 任）。"
    en = "Another process took the forwarding over (fence {fence})."
    next_zh = "本进程停止补传；已发出的由接管者查询。"
    next_en = "This process stops; what it sent is asked about by its successor."


class NotDurable(QueueFault):
    """SQLite did not accept a setting on which durability rests."""

    code = "not_durable"
    zh = "数据库设置 {pragma} 应为 {expected}，实为 {found}，拒绝使用。"
    en = "The database setting {pragma} must be {expected} and is {found}; refusing to run."
    next_zh = "请把数据目录放在本机磁盘上。"
    next_en = "Put the data folder on a local disk."


class UnfitFolder(QueueFault):
    """A network or cloud-synchronised folder cannot keep what it acknowledges."""

    code = "unfit_folder"
    exit = _INPUT
    zh = "{folder} 位于 {found}，不能保证落盘。"
    en = "{folder} is on {found}, which cannot keep what it acknowledges."
    next_zh = "请把数据目录放在本机磁盘上。"
    next_en = "Put the data folder on a local disk."


class NotOurStore(QueueFault):
    """The folder's store was made for another terminal."""

    code = "not_our_store"
    exit = _INPUT
    zh = "{folder} 中的 {field} 为 {found}，应为 {expected}。"
    en = "The store in {folder} has {field} {found}; expected {expected}."
    next_zh = "请改回原来的机构和终端编号；要把此目录交给另一终端，先停用原终端。"
    next_en = "Put institution and terminal back; to give the folder to another terminal retire this one first."


class OtherVersion(QueueFault):
    """The folder's store was made by another version of this program."""

    code = "other_version"
    exit = _INPUT
    zh = "{folder} 中的数据由另一版本的程序建立（结构 {found}，本版本为 {expected}），没有改动。"
    en = "The store in {folder} was made by another version of this program (schema {found}, ours is {expected})."
    next_zh = "请用建立它的版本打开，办完未结的业务并停用终端后再换版本。"
    next_en = (
        "Open it with the version that made it; settle what is open and retire the terminal before changing version."
    )


class StoreFailed(QueueFault):
    """The disk or SQLite refused; it is certain that nothing of this step was stored."""

    code = "store_failed"
    zh = "数据库写入失败（{cause}），本步没有生效。"
    en = "The store could not be written ({cause}); nothing of this step took effect."
    next_zh = "请检查磁盘空间与权限后重试。"
    next_en = "Check space and permissions of the disk, then try again."


class KeyStored(StoreFailed):
    """An item was stored without looking, and one with its key is there: undone; whoever stored it looks it up."""

    code = "key_stored"
    zh = "单据号已在队列中（{cause}），本步没有生效。"
    en = "The key is in the store already ({cause}); nothing of this step took effect."
    next_zh = "请核对整个队列后重试。"
    next_en = "Verify the whole store, then try again."


class Overtaken(StoreFailed):
    """Another process wrote since this one last looked, and has the next place: undone; whoever trusted looks again."""

    code = "overtaken"
    zh = "另一个进程刚写入数据库（{cause}），本步没有生效。"
    en = "Another process has just written to the store ({cause}); nothing of this step took effect."
    next_zh = "请重试。"
    next_en = "Try again."


class StoreBusy(StoreFailed):
    """Other processes wrote all the time, or one has not ended its transaction."""

    code = "store_busy"
    zh = "其他进程一直占用数据库（{cause}），等候五秒后放弃，本步没有生效。"
    en = "Other processes kept the store for five seconds ({cause}); nothing of this step took effect."
    next_zh = "请重试；若反复出现，请结束占用它的程序。"
    next_en = "Try again; if it stays so, end the program that keeps it."


class StoreUncertain(QueueFault):
    """A commit failed and the store cannot be reopened to see whether it took effect."""

    code = "store_uncertain"
    zh = "数据库写入后无法确认结果（{cause}）。"
    en = "The store failed during a commit and cannot be reopened ({cause}); the outcome is unknown."
    next_zh = "请停止登记，修复磁盘后核对整个队列。"
    next_en = "Record nothing more, mend the disk, then verify the whole store."


class StoreBroken(QueueFault):
    """The chain or a seal does not hold: the file was changed by other hands or by a bad disk."""

    code = "store_broken"
    zh = "队列记录被改动：{finding}。"
    en = "The queue's record is broken: {finding}."
    next_zh = "请停止登记并联系管理员：先保存一份数据目录的副本，核对全部，再换回最近的完好备份。"
    next_en = "Record nothing more; keep a copy of the folder, verify all, then restore the newest sound copy."


class RolledBack(QueueFault):
    """The store is older than what the keystore remembers: an old copy was put in its place, or its end cut off."""

    code = "rolled_back"
    zh = "队列只到第 {found} 条，而密钥库记得第 {expected} 条：放回了旧副本，或末尾被截去。"
    en = "The store ends at event {found}, but the keystore remembers {expected}: an old copy, or its end was cut off."
    next_zh = "请找回最新的数据目录；确认丢失后用恢复操作继续，编号不会重复。"
    next_en = "Find the newest data folder; if it is lost, adopt this copy as a restore: no number is used twice."


class StoreGone(QueueFault):
    """A folder that had a store has none: making an empty one in silence would hide every bill of the lost one."""

    code = "store_gone"
    zh = "{folder} 中曾有本终端的账库（至少 {expected} 条记录），现已不在；没有另建新库。"
    en = "{folder} had this terminal's store ({expected} events or more), and it is gone; no new one was made."
    next_zh = "请停止登记并联系管理员：找回数据目录或换回最近的备份；确已找不回时另建新库，编号接着用，不会重复。"
    next_en = "Record nothing more; find the folder, restore its newest copy, or begin anew: no number is used twice."


class KeysClosed(QueueFault):
    """The keystore does not give the key of this store. There is no fall-back."""

    code = "keys_closed"
    zh = "密钥库打不开（{cause}），队列不能使用。"
    en = "The keystore does not give this store's key ({cause}); the queue stays closed."
    next_zh = "请以安装时的用户登录，并确认系统的密钥服务可用；已有的内容可用站点恢复密钥迁出。"
    next_en = "Log in as the user who made the store; what is stored can be moved out with the site's recovery key."


class SealBroken(QueueFault):
    """Sealed bytes do not open with the key and the place they claim."""

    code = "seal_broken"
    zh = "{what} 的封存校验不通过。"
    en = "The seal of {what} does not hold."
    next_zh = "请停止使用该记录并联系管理员。"
    next_en = "Do not use this record; call the administrator."


class KeyErased(QueueFault):
    """The day's data key was destroyed at the end of its legal term; the content is gone by intent."""

    code = "key_erased"
    exit = _NO
    zh = "{what} 的内容已按期销毁，只余校验链。"
    en = "The content of {what} was erased at the end of its term; only its proof remains."
    next_zh = "无需处理。"
    next_en = "Nothing to do."


class DayNotOver(QueueFault):
    """The key of a day that is still being written with cannot be destroyed."""

    code = "day_not_over"
    exit = _INPUT
    zh = "{day} 尚未结束，不能销毁当日密钥。"
    en = "{day} is not over; its key cannot be destroyed yet."
    next_zh = "请选择保存期已满的日期。"
    next_en = "Name a day whose legal term has passed."


class BadBundle(QueueFault):
    """An exported bundle that is torn, altered, or signed by nobody we trust."""

    code = "bad_bundle"
    exit = _INPUT
    zh = "导出包 {file} 不可用：{found}。"
    en = "The bundle {file} cannot be used: {found}."
    next_zh = "请重新导出；没有任何改动生效。"
    next_en = "Export it again; nothing was changed."


class BundleUnwritten(QueueFault):
    """The file for a bundle cannot be made: it exists, its place is full, or may not be written."""

    code = "bundle_unwritten"
    exit = _INPUT
    zh = "导出包 {file} 写不进去（{cause}）。"
    en = "The bundle {file} cannot be written ({cause})."
    next_zh = "请换一个文件名或位置后重新导出；没有任何改动生效。"
    next_en = "Name another file or place and export again; nothing was changed."


class BundleUnfinished(QueueFault):
    """Items are held for a receiver, and the file that carries them did not come to its end."""

    code = "bundle_unfinished"
    zh = "单据已为接收终端封存，但导出包 {file} 没有写完（{cause}）。"
    en = "The items are held for their receiver, but the bundle {file} was not finished ({cause})."
    next_zh = "请放回存放它的盘，或为同一接收终端换一个文件重新导出；同一笔只会收下一次。"
    next_en = "Put its medium back, or export to another file for the same receiver; nothing is taken in twice."
