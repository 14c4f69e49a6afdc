"""What goes wrong between a terminal and its hub."""

from offline_queue.faults import QueueFault


class WrongDigest(QueueFault):
    """What arrived is not what was sent."""

    code = "wrong_digest"
    zh = "单据 {key} 到达中心机时与其摘要不符（终端 {terminal}）。"
    en = "{key} did not reach the hub as its digest says (terminal {terminal})."
    next_zh = "中心机没有登记；请检查终端与网络。"
    next_en = "The hub stored nothing; check the terminal and the network."


class Unreadable(QueueFault):
    """Well-formed HTTP with a content that is none of ours."""

    code = "unreadable"
    exit = 2
    zh = "中心机收到无法识别的内容。"
    en = "The hub received something it cannot read."
    next_zh = "请核对终端与中心机的程序版本；没有任何改动生效。"
    next_en = "Compare the versions of terminal and hub; nothing was changed."


class NotYourName(QueueFault):
    """The certificate, or on loopback the header, names no terminal."""

    code = "not_your_name"
    exit = 2
    zh = "来访者没有以终端编号表明身份（{found}）。"
    en = "The caller does not name itself as a terminal ({found})."
    next_zh = "请为该终端签发以其两位编号为名（CN）的证书。"
    next_en = "Issue the terminal a certificate whose common name is its two characters."


class SetBack(QueueFault):
    """A terminal's chain does not hold what the hub countersigned: an older copy was put in its place."""

    code = "set_back"
    zh = "终端 {terminal} 的账本被放回旧副本：中心机见过第 {expected} 条，现在对不上。"
    en = "Terminal {terminal} was set back to an older copy: the hub has seen event {expected}, which is not there."
    next_zh = "请找回该终端最新的数据目录；确认丢失后由两人在中心机放行该编号。"
    next_en = "Find the terminal's newest folder; if it is lost, two persons release the number at the hub."


class SlotTaken(QueueFault):
    """Two stores speak for one terminal: both would give out the same message numbers."""

    code = "slot_taken"
    zh = "终端编号 {terminal} 已归另一个数据目录使用，本目录不得再以它发号。"
    en = "Terminal {terminal} belongs to another data folder; this one gives out no more of its numbers."
    next_zh = "请给新终端另一个编号；旧目录确已停用时，由两人在中心机放行该编号。"
    next_en = "Use another number; if the old folder is retired, two persons release the number at the hub."


class TwoToRelease(QueueFault):
    """Whoever alone may call a folder lost may alone make the money in it vanish."""

    code = "two_to_release"
    exit = 1
    zh = "放行终端编号 {terminal} 须两名不同人员确认。"
    en = "To release the number {terminal} takes two different persons."
    next_zh = "请另一名有权限的人员共同确认；没有任何改动生效。"
    next_en = "Have a second authorised person confirm; nothing was changed."


class NoLease(QueueFault):
    """The terminal may give out no message number, and its hub cannot be asked for a lease."""

    code = "no_lease"
    exit = 4
    zh = "终端 {terminal} 没有可用的报文编号租约，中心机又联系不上（{cause}）。"
    en = "Terminal {terminal} has no lease of message numbers, and its hub cannot be reached ({cause})."
    next_zh = "请启动中心机或检查到它的网络；离线登记不受影响。"
    next_en = "Start the hub or check the way to it; recording offline goes on."


class NeedsTls(QueueFault):
    """Outside of this machine nothing is said in the clear, and nobody is believed without a certificate."""

    code = "needs_tls"
    exit = 2
    zh = "{address} 不在本机：中心机与终端之间必须双向证书加密。"
    en = "{address} is not this machine: hub and terminal need certificates on both sides."
    next_zh = "请为双方配好证书、私钥与签发者，地址用 https://。"
    next_en = "Give both sides a certificate, its key and their authority, and an https:// address."


class BadHub(QueueFault):
    """A setting of the hub that cannot be used."""

    code = "bad_hub"
    exit = 2
    zh = "中心机设置不可用：{found}。"
    en = "The hub's setting cannot be used: {found}."
    next_zh = "请核对这一项。"
    next_en = "Check it."
