"""Run-time types as Catala's Python programs reckon with, for the policy in ``catala_policy``.

Catala's compiler needs OCaml and its Python run time is on no package index, so these are written anew after what is
public of release 1.x: values that cannot be assigned to, money as a number of cents that every product rounds half away
from zero, decimals as exact fractions, comparisons that check both types and answer with a boxed truth, optional
values, source positions, and exceptions of which at most one may apply. Dates, texts and traces are left out.
"""

from fractions import Fraction
from functools import reduce


class Value:
    """What cannot be changed once it is made."""

    __slots__ = ()

    def __new__(cls, *parts, **fields):
        if parts:
            return super().__new__(cls, *parts)
        made = super().__new__(cls)
        for name, value in fields.items():
            object.__setattr__(made, name, value)
        return made

    def __setattr__(self, *_):
        raise NotImplementedError

    def compare(self, other, position=None):
        if type(self) is not type(other):
            raise CatalaError(position)
        return super().__gt__(other) - super().__lt__(other)

    def __eq__(self, other, position=None):
        return Bool(super().__eq__(other))

    def __lt__(self, other, position=None):
        return Bool(self.compare(other, position) < 0)

    def __le__(self, other, position=None):
        return Bool(self.compare(other, position) <= 0)

    def __gt__(self, other, position=None):
        return Bool(self.compare(other, position) > 0)

    def __add__(self, other):
        return type(self)(super().__add__(other))

    def __sub__(self, other):
        return type(self)(super().__sub__(other))

    def __mul__(self, other):
        return type(self)(super().__mul__(other))


class CatalaError(Exception):
    """No value, two values, or values that cannot be compared; carries source positions."""


class SourcePosition(Value):
    """Where in the text of the law a definition stands."""

    __slots__ = ("end_column", "end_line", "filename", "law_headings", "start_column", "start_line")

    def __new__(cls, filename, start_line, start_column, end_line, end_column, law_headings):
        return super().__new__(
            cls, filename=filename, start_line=start_line, start_column=start_column, end_line=end_line,
            end_column=end_column, law_headings=law_headings,
        )  # fmt: skip


class Bool(Value):
    """A boxed truth."""

    __slots__ = ("value",)

    def __new__(cls, value):
        return super().__new__(cls, value=bool(value))

    def __bool__(self):
        return self.value


class Decimal(Value, Fraction):
    """An exact rational, from text such as ``'1/10'``."""

    __slots__ = ()

    def __new__(cls, value):
        if isinstance(value, Decimal):
            return value
        if isinstance(value, Money):
            exact = Fraction(int(value), 100)
        else:
            exact = value if isinstance(value, Fraction) else Fraction(value)
        made = object.__new__(cls)
        object.__setattr__(made, "_numerator", exact.numerator)
        object.__setattr__(made, "_denominator", exact.denominator)
        return made


class Money(Value, int):
    """Cents; anything but a bare int counts units and is rounded half away from zero."""

    def __new__(cls, value):
        if type(value) is int:
            return super().__new__(cls, value)
        if isinstance(value, Money):
            return value
        cents = Decimal(value) * 100
        above, below = abs(cents.numerator), cents.denominator
        rounded = (2 * above + below) // (2 * below)
        return super().__new__(cls, rounded if cents.numerator >= 0 else -rounded)

    def __mul__(self, other):
        return Money(Decimal(self) * Decimal(other))


class Array(Value, tuple):
    """A list; its functions make new ones."""

    def __new__(cls, items):
        return super().__new__(cls, items)

    def map(self, function):
        return Array([function(item) for item in self])

    def filter(self, function):
        return Array([item for item in self if function(item)])

    def fold_left(self, function, first):
        return reduce(function, self, first)


class CatalaTuple(Value):
    """Several values, as a value and where it was defined."""

    __slots__ = ("value",)

    def __new__(cls, *members):
        return super().__new__(cls, value=members)

    def __getitem__(self, place):
        return self.value[place]


class Option(Value):
    """A value or none."""

    __slots__ = ("value",)

    def __new__(cls, value):
        return super().__new__(cls, value=value)


class CatalaEnum(Value):
    """A case; cases here carry nothing."""

    __slots__ = ("code",)

    def __new__(cls, code):
        return super().__new__(cls, code=code)


class CatalaStruct(Value):
    """A structure; a subclass names its fields in ``fields``."""

    fields: dict[str, str] = {}

    def __new__(cls, **fields):
        if not set(fields).issubset(cls.fields):
            raise CatalaError(f"extra field of {cls}")
        return super().__new__(cls, **fields)


def handle_exceptions(exceptions):
    """The one exception that applies, or none. Raises CatalaError for two."""
    active = [each.value for each in exceptions if each.value is not None]
    if len(active) > 1:
        raise CatalaError([each[1] for each in active])
    return Option(active[0] if active else None)
