"""Text measured in terminal cells: a Chinese character takes two, an ambiguous one takes one."""

import unicodedata


def cells(text: str) -> int:
    """How many cells a text takes on screen or paper."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def cut(text: str, width: int) -> str:
    """The longest beginning of a text that fits ``width`` cells."""
    used = 0
    for place, sign in enumerate(text):
        used += cells(sign)
        if used > width:
            return text[:place]
    return text


def left(text: str, width: int) -> str:
    """A text cut or padded on the right to exactly ``width`` cells."""
    text = cut(text, width)
    return text + " " * (width - cells(text))


def right(text: str, width: int) -> str:
    """A text cut or padded on the left to exactly ``width`` cells."""
    text = cut(text, width)
    return " " * (width - cells(text)) + text


def centre(text: str, width: int) -> str:
    """A text in the middle of ``width`` cells."""
    text = cut(text, width)
    return " " * ((width - cells(text)) // 2) + text


def pair(label: str, value: str, width: int) -> str:
    """A label at the left and a value at the right of one line."""
    return left(label, width - cells(value)) + value
