"""Why a desk does not open."""

from terminal.faults import Exit, Fault


class NoTerminal(Fault):
    """Standard input or output is no terminal: screens cannot be shown."""

    code = "no_terminal"
    exit = Exit.INPUT
    zh = "这里不是终端窗口，不能显示收费界面。"
    en = "This is not a terminal; the desk cannot be shown."
    next_zh = "请在终端窗口中运行 yibao desk；程序调用请用 yibao settle --json。"
    next_en = "Run yibao desk in a terminal window; programs use yibao settle --json."


class DeskRunning(Fault):
    """Another desk works on this data folder."""

    code = "desk_running"
    exit = Exit.STORE
    zh = "本机已有一个收费窗口在运行（进程 {pid}，自 {since}）。"
    en = "A desk is already running on this data folder (process {pid}, since {since})."
    next_zh = "请回到那个窗口；一个数据目录只开一个收费窗口。"
    next_en = "Go back to that window; one data folder has one desk."


class BadKeymap(Fault):
    """The keys of this site cannot be used."""

    code = "bad_keymap"
    exit = Exit.INPUT
    zh = "按键设置 {file} 不能用：{found}；应为 {expected}。"
    en = "The keys in {file} cannot be used: {found}; expected {expected}."
    next_zh = "请改正后再打开收费窗口。"
    next_en = "Correct it and open the desk again."
