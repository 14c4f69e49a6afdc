"""Operators: who works at this site, how they prove it, and what they may do. No shared and no default password."""

import hmac
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import scrypt
from typing import Any, ClassVar

import msgspec

from terminal.counter.office.person_faults import (
    AssuranceTooLow,
    IncompatibleDuties,
    LockedOut,
    LogInFirst,
    ManagerFirst,
    NotAllowed,
    NotHere,
    OperatorExists,
    PasswordDue,
    UnknownOperator,
    WeakPassword,
    WrongProof,
)
from terminal.counter.office.register import Document, Note, Tally, read, tally, writing
from terminal.counter.office.roles import RIGHTS, RULES, Right, Role, clash
from terminal.counter.till import Till
from terminal.documents import Assurance

_COST = 2**14
"""Of a new password; scrypt then takes 16 MB and about 50 ms."""


class Secret(msgspec.Struct, frozen=True):
    """A password as it is kept: salted and stretched (scrypt, RFC 7914), with the cost it was made at."""

    salt: bytes
    hash: bytes
    set_at: datetime
    temporary: bool
    """Given by somebody else: good for nothing but changing it."""
    cost: int

    @classmethod
    def of(cls, password: str, at: datetime, *, temporary: bool) -> "Secret":
        """Stretches a new password."""
        salt = os.urandom(16)
        return cls(salt, _stretched(password, salt, _COST), at, temporary, _COST)

    def opens(self, password: str) -> bool:
        """Whether this is the password."""
        return hmac.compare_digest(_stretched(password, self.salt, self.cost), self.hash)


class Operator(Document, frozen=True):
    """One person who works here, as last set. ``terminals`` empty: every terminal of the institution."""

    KIND: ClassVar[str] = "operator"
    number: str
    name: str
    roles: tuple[Role, ...]
    institution: str
    terminals: tuple[str, ...] = ()
    card: str = ""
    secret: Secret | None = None
    active: bool = True
    card_key: bytes = b""
    """The public key (Ed25519, 32 bytes) of a card of our own profile; its signature is then asked for every time."""

    @property
    def rights(self) -> frozenset[Right]:
        """What the roles allow together."""
        return frozenset[Right]().union(*(RIGHTS[role] for role in self.roles))


class Try(Document, frozen=True):
    """An attempt to log in."""

    KIND: ClassVar[str] = "login"
    operator: str
    good: bool


@dataclass(frozen=True)
class Password:
    """Proof by knowing. Its text is in no repr, log or fault."""

    text: str

    def __repr__(self) -> str:
        return "Password(...)"


@dataclass(frozen=True)
class CardShown:
    """Proof by holding a card; ``assurance`` is what the reader vouches for."""

    number: str
    assurance: Assurance = Assurance.PRESENTED


Proof = Password | CardShown


@dataclass(frozen=True)
class Session:
    """An operator who has proved to be there."""

    operator: Operator
    assurance: Assurance

    @property
    def number(self) -> str:
        """The operator's number."""
        return self.operator.number

    def require(self, right: Right, least: Assurance = Assurance.PRESENTED) -> None:
        """Raises NotAllowed or AssuranceTooLow."""
        if right not in self.operator.rights:
            raise NotAllowed(operator=self.number, right=right)
        order = tuple(Assurance)
        if order.index(self.assurance) < order.index(least):
            raise AssuranceTooLow(operator=self.number, found=self.assurance, needed=least)


def operators(till: Till) -> dict[str, Operator]:
    """Everybody who ever had a number here, as last set."""
    return {note.document.number: note.document for note in read(till, Operator)}


def acting(till: Till, number: str = "", prove: Callable[[str], Proof] | None = None) -> Session:
    """Who does something: the operator with this proof.

    On a trial set-up without people a name is taken at its word, the settings' operator without one. Raises
    LogInFirst and the faults of ``login``.
    """
    if operators(till):
        if not number or prove is None:
            raise LogInFirst()
        return login(till, number, prove(number))
    site = till.settings
    word = Operator(number or site.operator, site.operator_name, (Role.FIELD, Role.OFFICE), site.institution.code)
    return Session(word, Assurance.PRESENTED)


def add(
    till: Till,
    number: str,
    name: str,
    roles: Collection[Role],
    *,
    by: Session | None,
    password: str = "",
    card: str = "",
    terminals: tuple[str, ...] = (),
    card_key: bytes = b"",
) -> Operator:
    """A new person. The very first is a manager, needs nobody's leave, and keeps the password given.

    Raises OperatorExists, ManagerFirst, LogInFirst, NotAllowed, IncompatibleDuties, WeakPassword.
    """
    new = Operator(number, name, _duties(roles), till.settings.institution.code, terminals, card, card_key=card_key)
    with writing(till) as write:
        known = operators(till)
        if number in known:
            raise OperatorExists(operator=number)
        if not known and Role.MANAGER not in roles:
            raise ManagerFirst()
        if known:
            _manager(by)
        if password:
            new = msgspec.structs.replace(new, secret=_secret(till, new, password, temporary=bool(known)))
        write(new, by.number if by else number)
    return new


def change(
    till: Till,
    number: str,
    *,
    by: Session,
    roles: Collection[Role] | None = None,
    active: bool | None = None,
    card: str | None = None,
    card_key: bytes | None = None,
    terminals: tuple[str, ...] | None = None,
    password: str | None = None,
) -> Operator:
    """A manager's change of what is given; a password set this way must be changed by its owner and ends a lock-out.

    Raises NotAllowed, UnknownOperator, IncompatibleDuties, WeakPassword, ManagerFirst when no manager would be left.
    """
    _manager(by)
    key = b"" if card_key is None and card is not None else card_key  # another card has not the former one's key
    given: dict[str, object] = {"active": active, "card": card, "card_key": key, "terminals": terminals}
    changes = {name: value for name, value in given.items() if value is not None}
    with writing(till) as write:
        known = operators(till)
        if number not in known:
            raise UnknownOperator(operator=number)
        if roles is not None:
            changes["roles"] = _duties(roles)
        if password is not None:
            changes["secret"] = _secret(till, known[number], password, temporary=True)
            write(Try(number, good=True), by.number)
        changed = msgspec.structs.replace(known[number], **changes)
        left = {**known, number: changed}.values()
        if not any(other.active and Role.MANAGER in other.roles for other in left):
            raise ManagerFirst()
        write(changed, by.number)
    return changed


def set_password(till: Till, number: str, old: str, new: str) -> None:
    """A person's own change of password. Raises WrongProof, LockedOut, NotHere, UnknownOperator, WeakPassword."""
    operator = _proved(till, number, Password(old))
    if new == old:
        raise WeakPassword(least=RULES.least_length)
    with writing(till) as write:
        write(msgspec.structs.replace(operator, secret=_secret(till, operator, new, temporary=False)), number)


def login(till: Till, number: str, proof: Proof) -> Session:
    """Somebody who proves to be this operator. A password counts as much as a PIN: both are known, not held.

    Every try is in the register. Raises UnknownOperator, NotHere, LockedOut, WrongProof, PasswordDue.
    """
    operator = _proved(till, number, proof)
    if isinstance(proof, CardShown):
        return Session(operator, proof.assurance)
    secret = operator.secret
    if secret is None or secret.temporary or abs(till.clock() - secret.set_at) > RULES.password_age:
        raise PasswordDue(operator=number)
    return Session(operator, Assurance.PIN)


def _proved(till: Till, number: str, proof: Proof) -> Operator:
    with writing(till) as write:
        operator = operators(till).get(number)
        if operator is None or not operator.active:
            raise UnknownOperator(operator=number)
        site = till.settings
        if operator.institution != site.institution.code or (
            operator.terminals and site.terminal not in operator.terminals
        ):
            raise NotHere(operator=number, terminal=site.terminal)
        left = RULES.tries - _wrong_in_a_row(till, number)
        good = _matches(operator, proof)
        write(Try(number, good), number)
    if not good:
        raise WrongProof(operator=number, left=left - 1)
    return operator


class _Tries(Tally):
    """Wrong tries since each operator's last good one."""

    KINDS = (Try,)

    def __init__(self) -> None:
        self.wrong: dict[str, list[datetime]] = {}

    def take(self, note: Note[Any]) -> None:
        """A good try ends the row."""
        if note.document.good:
            self.wrong.pop(note.document.operator, None)
        else:
            self.wrong.setdefault(note.document.operator, []).append(note.at)


def _wrong_in_a_row(till: Till, number: str) -> int:
    """Wrong tries since the last good one; raises LockedOut while they are too many and too fresh."""
    wrong = tally(till, _Tries).wrong.get(number, [])
    if len(wrong) < RULES.tries:
        return len(wrong)
    rest = RULES.locked_for - abs(till.clock() - wrong[-1])
    if rest.total_seconds() > 0:
        raise LockedOut(operator=number, minutes=-(-int(rest.total_seconds()) // 60))
    return RULES.tries - 1


def _matches(operator: Operator, proof: Proof) -> bool:
    if isinstance(proof, CardShown):
        if operator.card_key and proof.assurance is not Assurance.SIGNED:
            return False
        return bool(operator.card) and hmac.compare_digest(operator.card.encode(), proof.number.encode())
    return operator.secret is not None and operator.secret.opens(proof.text)


def _manager(by: Session | None) -> None:
    if by is None:
        raise LogInFirst()
    by.require(Right.OPERATORS)


def _duties(roles: Collection[Role]) -> tuple[Role, ...]:
    if pair := clash(roles):
        one, other = sorted(pair)
        raise IncompatibleDuties(one=one, other=other)
    return tuple(sorted(set(roles)))


def _secret(till: Till, operator: Operator, password: str, *, temporary: bool) -> Secret:
    if len(password) < RULES.least_length or password in (operator.number, operator.name):
        raise WeakPassword(least=RULES.least_length)
    return Secret.of(password, till.clock(), temporary=temporary)


def _stretched(password: str, salt: bytes, cost: int) -> bytes:
    return scrypt(password.encode(), salt=salt, n=cost, r=8, p=1, dklen=32)
