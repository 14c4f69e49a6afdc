"""What reaches a person when a setting, profile or pack cannot be used."""

from typing import ClassVar


class ConfigFault(Exception):
    """Base of this package's errors: a stable code, the data, one sentence and the next step in two languages."""

    code: ClassVar[str] = "config"
    exit: ClassVar[int] = 2
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""
    next_zh: ClassVar[str] = ""
    next_en: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.en.format(**data))


class BadSettings(ConfigFault):
    """A settings file that does not have the promised shape."""

    code = "bad_settings"
    zh = "{file} 的 {key} 不对：{found}。"
    en = "{file}, {key}: {found}."
    next_zh = "请改正该文件；`yibao config schema` 列出全部设置。"
    next_en = "Correct the file; `yibao config schema` lists every setting."


class NotSetUp(ConfigFault):
    """The data folder has no settings yet."""

    code = "not_set_up"
    zh = "{file} 不存在：这台终端还没有设置。"
    en = "{file} does not exist: this terminal is not set up yet."
    next_zh = "运行 `yibao config new` 写一份样例，再填入机构编号和中心地址。"
    next_en = "Run `yibao config new` to write an example, then fill in the institution and the centre's address."
