"""What can go wrong with who somebody is, and what he may do."""

from terminal.faults import Exit, Fault


class UnknownOperator(Fault):
    """Nobody has this number, or the person no longer works here."""

    code = "unknown_operator"
    exit = Exit.INPUT
    zh = "没有工号 {operator} 的在岗人员。"
    en = "No active operator has the number {operator}."
    next_zh = "请核对工号，或请主管添加。"
    next_en = "Check the number, or ask the manager to add the person."


class OperatorExists(Fault):
    """A number is given to one person for ever."""

    code = "operator_exists"
    exit = Exit.INPUT
    zh = "工号 {operator} 已经有人使用。"
    en = "The number {operator} already belongs to somebody."
    next_zh = "请换一个工号；没有任何改动生效。"
    next_en = "Choose another number; nothing was changed."


class IncompatibleDuties(Fault):
    """Two roles one person must not hold together."""

    code = "incompatible_duties"
    exit = Exit.INPUT
    zh = "一个人不能同时担任 {one} 和 {other}。"
    en = "One person cannot be both {one} and {other}."
    next_zh = "请把其中一项交给另一个人；没有任何改动生效。"
    next_en = "Give one of them to somebody else; nothing was changed."


class ManagerFirst(Fault):
    """The first operator must be able to add the others."""

    code = "manager_first"
    exit = Exit.INPUT
    zh = "第一个人员必须是主管（manager），否则无人能添加其他人。"
    en = "The first operator must be a manager, or nobody could add the others."
    next_zh = "请先添加主管。"
    next_en = "Add the manager first."


class WeakPassword(Fault):
    """A password that is too short, or the operator's own number or name."""

    code = "weak_password"
    exit = Exit.INPUT
    zh = "密码至少 {least} 个字符，且不能是工号、姓名或原密码。"
    en = "A password has at least {least} characters and is not the number, the name or the old password."
    next_zh = "请换一个密码；原密码仍然有效。"
    next_en = "Choose another; the old one stays in force."


class WrongProof(Fault):
    """The password or the card is not this operator's. Says neither which nor how near."""

    code = "wrong_proof"
    exit = Exit.NO
    zh = "工号 {operator} 的密码或卡不对，还可试 {left} 次。"
    en = "This is not the password or card of operator {operator}; {left} tries are left."
    next_zh = "请重试；忘记密码请主管重置。"
    next_en = "Try again; a forgotten password is set anew by the manager."


class LockedOut(Fault):
    """Too many wrong tries."""

    code = "locked_out"
    exit = Exit.NO
    zh = "工号 {operator} 因多次输错已锁定，{minutes} 分钟后再试。"
    en = "Operator {operator} is locked out after too many wrong tries; try again in {minutes} minutes."
    next_zh = "请等待，或请主管重置密码。"
    next_en = "Wait, or let the manager set a new password."


class NotHere(Fault):
    """The operator is bound to other terminals."""

    code = "not_here"
    exit = Exit.NO
    zh = "工号 {operator} 不能在本终端 {terminal} 登录。"
    en = "Operator {operator} may not log in at this terminal {terminal}."
    next_zh = "请在绑定的终端登录，或请主管更改绑定。"
    next_en = "Log in where the number is bound to, or let the manager change that."


class PasswordDue(Fault):
    """A first or an old password must be changed before anything else."""

    code = "password_due"
    exit = Exit.NO
    zh = "工号 {operator} 必须先修改密码。"
    en = "Operator {operator} must change the password first."
    next_zh = "请用 yibao operator password {operator} 修改。"
    next_en = "Change it with: yibao operator password {operator}"


class NotAllowed(Fault):
    """The operator's roles do not include this."""

    code = "not_allowed"
    exit = Exit.NO
    zh = "工号 {operator} 没有权限 {right}。"
    en = "Operator {operator} does not have the right {right}."
    next_zh = "请由有此权限的人员办理；没有任何改动生效。"
    next_en = "Let somebody with that right do it; nothing was changed."


class LogInFirst(Fault):
    """There are operators here, so an act must be somebody's."""

    code = "log_in_first"
    exit = Exit.INPUT
    zh = "请说明由谁办理。"
    en = "Say who does this."
    next_zh = "请用 --by 工号，并输入密码或出示卡。"
    next_en = "Name the operator with --by, and give the password or show the card."


class AssuranceTooLow(Fault):
    """Showing a card is not enough for money that goes back."""

    code = "assurance_too_low"
    exit = Exit.NO
    zh = "工号 {operator} 只出示了 {found}，此事需要 {needed}。"
    en = "Operator {operator} proved only {found}; this needs {needed}."
    next_zh = "请输入密码，或用登记了密钥、能签名的操作员卡。"
    next_en = "Give the password, or use an operator's card whose key is registered, which signs."


class SamePerson(Fault):
    """Each of the approvals must come from somebody else."""

    code = "same_person"
    exit = Exit.NO
    zh = "工号 {operator} 已经核准过，必须由另一个人核准。"
    en = "Operator {operator} has approved this already; it must be somebody else."
    next_zh = "请换人核准；没有任何改动生效。"
    next_en = "Let another person approve; nothing was changed."
