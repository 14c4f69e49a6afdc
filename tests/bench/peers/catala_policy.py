"""The policy as Catala's compiler would write it in Python, with the types of ``catala_types``.

Written by hand from this source; every literal and every position is made where it stands, as the compiler does::

    scope Bill:
      definition total equals sum money of (map each line among lines to line.amount)
      definition own_pay equals sum money of
        (map each line among (list of line among lines such that line.item_class with pattern C) to line.amount)
      definition over_limit equals $0
      definition first_self_pay equals sum money of
        (map each line among (list of line among lines such that line.item_class with pattern B) to line.amount * 10%)
      definition in_scope equals total - own_pay - over_limit - first_self_pay
      definition deductible equals $1,800
      exception definition deductible under condition in_scope < $1,800 consequence equals in_scope
      definition fund equals (in_scope - deductible) * 50%
      exception definition fund under condition (in_scope - deductible) * 50% > $20,000 consequence equals $20,000
"""

from enum import Enum

from tests.bench.peers.catala_types import (
    Array,
    Bool,
    CatalaEnum,
    CatalaError,
    CatalaStruct,
    CatalaTuple,
    Decimal,
    Money,
    Option,
    SourcePosition,
    handle_exceptions,
)


class ItemClass(CatalaEnum):
    """The class of a line."""

    class Code(Enum):
        """Its cases."""

        A = 0
        B = 1
        C = 2


class Line(CatalaStruct):
    """A line of a bill."""

    fields = {"amount": "amount", "item_class": "class"}


class Bill(CatalaStruct):
    """What the scope answers."""

    fields = {
        name: name
        for name in ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible", "fund")
    }  # fmt: skip


class BillIn(CatalaStruct):
    """What the scope is asked."""

    fields = {"lines_in": "lines"}


def lines_of(claim):
    """The lines of a claim as the scope takes them."""
    return Array([
        Line(amount=Money(int(line.amount)), item_class=ItemClass(ItemClass.Code[str(line.item_class)]))
        for line in claim.lines
    ])  # fmt: skip


def figures(lines):
    """The six figures, in the order in which the other contenders give them."""
    done = bill(BillIn(lines_in=lines))
    return tuple(map(int, (
        done.total, done.own_pay, done.over_limit, done.first_self_pay, done.deductible, done.fund,
    )))  # fmt: skip


def bill(bill_in):
    lines = bill_in.lines_in

    def plus(acc, item):
        return acc + item

    def amount(line):
        return line.amount

    pos = SourcePosition(
        filename="bill.catala_en", start_line=2, start_column=14, end_line=2, end_column=19, law_headings=["Article 1"]
    )
    total__1 = Option(CatalaTuple(lines.map(amount).fold_left(plus, Money("0.00")), pos))
    if total__1.value is not None:
        total = total__1.value[0]
    else:
        raise CatalaError(pos)

    def is_c(line):
        if line.item_class.code == ItemClass.Code.A:
            return Bool(False)
        if line.item_class.code == ItemClass.Code.B:
            return Bool(False)
        return Bool(True)

    pos = SourcePosition(
        filename="bill.catala_en", start_line=3, start_column=14, end_line=3, end_column=21, law_headings=["Article 1"]
    )
    own_pay__1 = Option(CatalaTuple(lines.filter(is_c).map(amount).fold_left(plus, Money("0.00")), pos))
    if own_pay__1.value is not None:
        own_pay = own_pay__1.value[0]
    else:
        raise CatalaError(pos)

    pos = SourcePosition(
        filename="bill.catala_en", start_line=5, start_column=14, end_line=5, end_column=24, law_headings=["Article 1"]
    )
    over_limit__1 = Option(CatalaTuple(Money("0.00"), pos))
    if over_limit__1.value is not None:
        over_limit = over_limit__1.value[0]
    else:
        raise CatalaError(pos)

    def is_b(line):
        if line.item_class.code == ItemClass.Code.A:
            return Bool(False)
        if line.item_class.code == ItemClass.Code.B:
            return Bool(True)
        return Bool(False)

    def tenth(line):
        return line.amount * Decimal("1/10")

    pos = SourcePosition(
        filename="bill.catala_en", start_line=6, start_column=14, end_line=6, end_column=28, law_headings=["Article 1"]
    )
    first_self_pay__1 = Option(CatalaTuple(lines.filter(is_b).map(tenth).fold_left(plus, Money("0.00")), pos))
    if first_self_pay__1.value is not None:
        first_self_pay = first_self_pay__1.value[0]
    else:
        raise CatalaError(pos)

    pos = SourcePosition(
        filename="bill.catala_en", start_line=8, start_column=14, end_line=8, end_column=22, law_headings=["Article 1"]
    )
    in_scope__1 = Option(CatalaTuple((total - own_pay - over_limit - first_self_pay), pos))
    if in_scope__1.value is not None:
        in_scope = in_scope__1.value[0]
    else:
        raise CatalaError(pos)

    pos = SourcePosition(
        filename="bill.catala_en", start_line=10, start_column=24, end_line=10, end_column=34,
        law_headings=["Article 2"],
    )  # fmt: skip
    if in_scope < Money("1800.00"):
        exception = Option(CatalaTuple(in_scope, pos))
    else:
        exception = Option(None)
    deductible__1 = handle_exceptions(Array([exception]))
    if deductible__1.value is None:
        pos = SourcePosition(
            filename="bill.catala_en", start_line=9, start_column=14, end_line=9, end_column=24,
            law_headings=["Article 2"],
        )  # fmt: skip
        deductible__1 = Option(CatalaTuple(Money("1800.00"), pos))
    if deductible__1.value is not None:
        deductible = deductible__1.value[0]
    else:
        raise CatalaError(pos)

    pos = SourcePosition(
        filename="bill.catala_en", start_line=12, start_column=24, end_line=12, end_column=28,
        law_headings=["Article 3"],
    )  # fmt: skip
    if ((in_scope - deductible) * Decimal("1/2")) > Money("20000.00"):
        exception = Option(CatalaTuple(Money("20000.00"), pos))
    else:
        exception = Option(None)
    fund__1 = handle_exceptions(Array([exception]))
    if fund__1.value is None:
        pos = SourcePosition(
            filename="bill.catala_en", start_line=11, start_column=14, end_line=11, end_column=18,
            law_headings=["Article 3"],
        )  # fmt: skip
        fund__1 = Option(CatalaTuple(((in_scope - deductible) * Decimal("1/2")), pos))
    if fund__1.value is not None:
        fund = fund__1.value[0]
    else:
        raise CatalaError(pos)

    return Bill(
        total=total, own_pay=own_pay, over_limit=over_limit, first_self_pay=first_self_pay, in_scope=in_scope,
        deductible=deductible, fund=fund,
    )  # fmt: skip
