"""The stages of one kind of bill as straight code: run once on symbols, what they do written down and compiled.

Bound stages only add, subtract, multiply, divide and compare, so running them on symbols in place of amounts tells the
whole computation: a list of assignments without calls, look-ups or figures that nobody needs. The stages stay the
one place that says what a policy means; one that chooses its way by an amount cannot be written down, and says so.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

_NAME = re.compile(r"\bv\d+\b")
_CHOICE = re.compile(r"(least|most)\(([^,]+), ([^)]+)\)")


class Branching(Exception):
    """A stage chose its way by an amount."""


class Symbol:
    """An amount that is not known yet: what is done to it goes on the tape."""

    __slots__ = ("name", "tape")

    def __init__(self, tape: "Tape", name: str) -> None:
        self.tape, self.name = tape, name

    def __repr__(self) -> str:
        return self.name

    def __bool__(self) -> bool:
        raise Branching

    __hash__ = object.__hash__

    def __neg__(self) -> Any:
        return self.tape.note(f"-{self}")

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.tape.note(f"{self} + {other}")

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.tape.note(f"{self} - {other}")

    def __mul__(self, other: Any) -> Any:
        return self if _is(other, 1) else 0 if _is(other, 0) else self.tape.note(f"{self} * {other}")

    def __floordiv__(self, other: Any) -> Any:
        return self if _is(other, 1) else self.tape.note(f"{self} // {other}")

    __radd__, __rmul__ = __add__, __mul__


def _is(value: Any, number: int) -> bool:
    return isinstance(value, int) and value == number


def _written(sign: str, *, turned: bool = False) -> Any:
    def operate(self: Symbol, other: Any) -> Any:
        return self.tape.note(f"{other} {sign} {self}" if turned else f"{self} {sign} {other}")

    return operate


for _name, _sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"), ("eq", "=="), ("and", "&"), ("or", "|")):
    setattr(Symbol, f"__{_name}__", _written(_sign))
for _name, _sign in (("rsub", "-"), ("rfloordiv", "//"), ("rand", "&"), ("ror", "|")):
    setattr(Symbol, f"__{_name}__", _written(_sign, turned=True))


class Tape:
    """What was done to the symbols, each operation once; also their arithmetic."""

    def __init__(self) -> None:
        self.steps: dict[str, str] = {}
        """Expression -> the name of its value, in the order of need."""

    def note(self, expression: str) -> Any:
        """The value of an expression."""
        return Symbol(self, self.steps.setdefault(expression, f"v{len(self.steps)}"))

    def given(self, place: str, names: Iterable[str]) -> dict[str, Any]:
        """Symbols for what ``place`` holds under these names when the code runs."""
        return {name: self.note(f"{place}[{name!r}]") for name in names}

    def least(self, a: Any, b: Any) -> Any:
        """The smaller one."""
        return self._choice("least", a, b) if isinstance(a, Symbol) or isinstance(b, Symbol) else min(a, b)

    def most(self, a: Any, b: Any) -> Any:
        """The larger one."""
        return self._choice("most", a, b) if isinstance(a, Symbol) or isinstance(b, Symbol) else max(a, b)

    def _choice(self, word: str, a: Any, b: Any) -> Any:
        return a if a is b else self.note(f"{word}({a}, {b})")

    def compile(self, parameters: str, result: Any, arithmetic: Any = None) -> Callable[..., Any]:
        """A function that returns ``result``, with all it needs and nothing else.

        It calls least and most of ``arithmetic``; without one they become comparisons, right for plain integers.
        """
        scope = {"least": arithmetic.least, "most": arithmetic.most} if arithmetic else {}
        text = self._text(result, scope)
        needed = set(_NAME.findall(text))
        body = [f"return {text}"]
        for expression, name in reversed(self.steps.items()):
            if name in needed:
                needed.update(_NAME.findall(expression))
                body.append(f"{name} = {expression if arithmetic else _CHOICE.sub(_compared, expression)}")
        source = f"def straight({parameters}):\n    " + "\n    ".join(reversed(body))
        exec(source, scope)  # noqa: S102  names, numbers and quoted words only
        made: Callable[..., Any] = scope["straight"]
        return made

    def _text(self, value: Any, scope: dict[str, Any]) -> str:
        """How a value is written in code; what is neither number, text nor symbol goes into the scope."""
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key!r}: {self._text(one, scope)}" for key, one in value.items()) + "}"
        if type(value) is tuple:
            return "(" + "".join(self._text(one, scope) + ", " for one in value) + ")"
        if isinstance(value, msgspec.Struct):
            fields = (getattr(value, name) for name in value.__struct_fields__)
            scope[type(value).__name__] = type(value)
            return f"{type(value).__name__}({', '.join(self._text(one, scope) for one in fields)})"
        if value is None or type(value) in (Symbol, int, str):
            return repr(value)
        name = f"given{len(scope)}"
        scope[name] = value
        return name


def _compared(found: re.Match[str]) -> str:
    word, a, b = found.groups()
    return f"{a} if {a} {'<' if word == 'least' else '>'} {b} else {b}"
