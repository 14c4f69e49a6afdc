"""What makes a centre profile unusable."""

from config.faults import ConfigFault


class UnknownProfile(ConfigFault):
    """A name that no profile has."""

    code = "unknown_profile"
    zh = "没有名为 {name} 的中心配置；现有：{known}。"
    en = "There is no centre profile {name}; there are: {known}."
    next_zh = "请改用其中之一，或给出自己的 .toml 文件。"
    next_en = "Use one of these, or name a .toml file of your own."


class BadProfile(ConfigFault):
    """A profile file that does not have the promised shape."""

    code = "bad_profile"
    zh = "中心配置 {name} 不对：{found}。"
    en = "Centre profile {name}: {found}."
    next_zh = "请改正该文件；default.toml 列出全部键。"
    next_en = "Correct the file; default.toml states every key."
