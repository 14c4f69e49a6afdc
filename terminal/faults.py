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


class _Told(str):
    """Words of a refusal: themselves in English and in JSON, ``{found.zh}`` in the Chinese sentence."""

    @property
    def zh(self) -> str:
        from terminal.refusal_words import in_chinese  # a bill that is in order needs none of it

        return in_chinese(self)


class BadDocument(Fault):
    """A document that does not have the promised shape."""

    code = "bad_document"
    exit = Exit.INPUT
    zh = "{file}，{place.zh} 处不对：{found.zh}；应为 {expected.zh}。"
    en = "{file}, {place}: {found}; expected {expected}."
    next_zh = "请改正后重新提交；没有任何改动生效。"
    next_en = "Correct it and submit again; nothing was changed."

    def __init__(self, *, file: str, place: str, found: str, expected: str) -> None:
        super().__init__(file=file, place=_Told(place), found=_Told(found), expected=_Told(expected))
