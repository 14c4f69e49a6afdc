"""Lines of a basket changed before the trial: quantity, discount, prescription. The price always follows the amount."""

from datetime import date
from pathlib import Path

import msgspec

from terminal.counter.faults import BadDiscount, NoPrescription
from terminal.documents import Line, decode
from terminal.money import Fen, MoneyText, Price, Quantity, amount_of, divide, parse_rate, parse_yuan

_FOLDER = "prescriptions"


class Prescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a doctor's program leaves for the counter: ``prescriptions/<number>.json`` in the data folder."""

    number: str
    lines: tuple[Line, ...]
    written: date | None = None


def fetch(home: Path, number: str) -> Prescription | None:
    """The prescription with this number, or None. Raises NoPrescription for a file about another, BadDocument."""
    file = home / _FOLDER / f"{number}.json"
    if not number.isalnum() or not file.is_file():
        return None
    found = decode(file.read_bytes(), Prescription, file=file.name)
    if found.number != number or not found.lines:
        raise NoPrescription(number=number)
    return found


def counted(line: Line, quantity: Quantity) -> Line:
    """Another quantity at the same price."""
    return msgspec.structs.replace(line, quantity=quantity, amount=amount_of(line.price, quantity))


def discounted(line: Line, text: str) -> Line:
    """``"90%"`` of the amount, or the amount itself (``"19.80"``); the price becomes amount / quantity.

    Raises BadDiscount for what is neither, or more than before.
    """
    try:
        if text.endswith("%"):
            rate = parse_rate(text)
            amount = Fen(divide(line.amount * rate.numerator, rate.denominator))
        else:
            amount = parse_yuan(text)
    except MoneyText as error:
        raise BadDiscount(found=text) from error
    price = Price(divide(amount * 10**8, line.quantity))
    if not 0 <= amount <= line.amount or amount_of(price, line.quantity) != amount:
        raise BadDiscount(found=text)
    return msgspec.structs.replace(line, amount=amount, price=price)
