"""What reaches a person when something cannot be done: one sentence, whose turn it is, the next step."""

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    NO = 1
    INPUT = 2
    DEVICE = 3
    CENTRE = 4
    STORE = 5


class Fault(Exception):
    """Base of the terminal's errors: a stable code, the data, one sentence and the next step in two languages.

    A subclass fills the templates; the data given to the constructor fills their braces. ``cardio``,
    ``offline_queue`` and ``config`` have bases of the same shape.
    """

    code: ClassVar[str] = "fault"
    exit: ClassVar[Exit] = Exit.NO
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""
    next_zh: ClassVar[str] = ""
    next_en: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.en.format(**data))


class BadDocument(Fault):
    """A document that does not have the promised shape."""

    code = "bad_document"
    exit = Exit.INPUT
    zh = "{file} 第 {place} 处不对：{found}；应为 {expected}。"
    en = "{file}, {place}: {found}; expected {expected}."
    next_zh = "请改正后重新提交；没有任何改动生效。"
    next_en = "Correct it and submit again; nothing was changed."
