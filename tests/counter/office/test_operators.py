"""People: who may log in where, with what, and what one person can never hold together."""

from datetime import datetime, timedelta

import pytest

from cardio.applications.authentication import AuthenticationFailed
from cardio.virtual.chip import Chip
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from terminal.clock import now
from terminal.counter.cards import operator_card
from terminal.counter.office import operators
from terminal.counter.office.operators import CardShown, Password, Session
from terminal.counter.office.person_faults import (
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
from terminal.counter.office.roles import INCOMPATIBLE, RIGHTS, RULES, Right, Role
from terminal.counter.till import Till
from terminal.documents import Assurance
from terminal.faults import Fault
from tests.world import World


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


@pytest.fixture
def secret(till: Till, staff: dict[str, Session]) -> str:
    """The password of 0001, known to nobody else."""
    operators.change(till, "0001", by=staff["0009"], password="first-0001")
    operators.set_password(till, "0001", "first-0001", "secret-0001")
    return "secret-0001"


def test_without_people_the_operator_of_the_settings_acts_and_then_nobody_unnamed(till: Till) -> None:
    trial = operators.acting(till)
    assert (trial.number, trial.assurance) == ("0001", Assurance.PRESENTED)
    assert operators.acting(till, "0005").number == "0005"
    operators.add(till, "0009", "主管甲", [Role.MANAGER], by=None, password="first-0009")
    with pytest.raises(LogInFirst):
        operators.acting(till)
    assert operators.acting(till, "0009", lambda _: Password("first-0009")).number == "0009"


def test_the_first_person_is_a_manager(till: Till) -> None:
    with pytest.raises(ManagerFirst):
        operators.add(till, "0001", "收费员甲", [Role.CASHIER], by=None, password="first-0001")


@pytest.mark.parametrize("pair", INCOMPATIBLE, ids=lambda pair: "+".join(sorted(pair)))
def test_incompatible_duties_are_held_by_two_persons(
    till: Till, staff: dict[str, Session], pair: frozenset[Role]
) -> None:
    with pytest.raises(IncompatibleDuties):
        operators.add(till, "0099", "张三", list(pair), by=staff["0009"], password="first-0099")
    with pytest.raises(IncompatibleDuties):
        operators.change(till, "0004", by=staff["0009"], roles=pair)
    assert "0099" not in operators.operators(till)


def test_nobody_can_request_review_and_audit_one_refund() -> None:
    steps = (Right.REFUND_REQUEST, Right.REFUND_REVIEW, Right.REFUND_AUDIT)
    for one in Role:
        for other in Role:
            held = RIGHTS[one] | RIGHTS[other]
            if frozenset({one, other}) not in INCOMPATIBLE:
                assert sum(step in held for step in steps) <= 1


def test_only_a_manager_changes_people_and_one_manager_always_stays(till: Till, staff: dict[str, Session]) -> None:
    with pytest.raises(NotAllowed):
        operators.change(till, "0004", by=staff["0001"], active=False)
    with pytest.raises(OperatorExists):
        operators.add(till, "0004", "别人", [Role.CASHIER], by=staff["0009"], password="first-0004")
    with pytest.raises(ManagerFirst):
        operators.change(till, "0009", by=staff["0009"], active=False)
    operators.change(till, "0004", by=staff["0009"], active=False)
    with pytest.raises(UnknownOperator):
        operators.login(till, "0004", CardShown("C0004", Assurance.PIN))


def test_a_password_given_by_another_is_good_for_changing_it_only(till: Till, staff: dict[str, Session]) -> None:
    operators.change(till, "0001", by=staff["0009"], password="given-by-0009")
    with pytest.raises(PasswordDue):
        operators.login(till, "0001", Password("given-by-0009"))
    operators.set_password(till, "0001", "given-by-0009", "my-own-secret")
    assert operators.login(till, "0001", Password("my-own-secret")).assurance is Assurance.PIN


@pytest.mark.parametrize("new", ["short", "0001", "收费员甲", "secret-0001"])
def test_a_weak_password_is_refused_and_the_old_one_stays(till: Till, secret: str, new: str) -> None:
    with pytest.raises(WeakPassword):
        operators.set_password(till, "0001", secret, new)
    assert operators.login(till, "0001", Password(secret))


def test_an_old_password_must_be_changed(world: World) -> None:
    clock = Clock()
    with world.till(clock=clock) as till:
        operators.add(till, "0009", "主管甲", [Role.MANAGER], by=None, password="first-0009")
        clock.ahead = RULES.password_age + timedelta(days=1)
        with pytest.raises(PasswordDue):
            operators.login(till, "0009", Password("first-0009"))


def test_wrong_tries_lock_out_for_a_while_in_every_process(world: World) -> None:
    clock = Clock()
    with world.till(clock=clock) as till:
        operators.add(till, "0009", "主管甲", [Role.MANAGER], by=None, password="first-0009")
        for left in reversed(range(RULES.tries)):
            with pytest.raises(WrongProof) as told:
                operators.login(till, "0009", Password("guess"))
            assert told.value.data["left"] == left
    with world.till(clock=clock) as till:
        with pytest.raises(LockedOut):
            operators.login(till, "0009", Password("first-0009"))
        clock.ahead = RULES.locked_for + timedelta(seconds=1)
        assert operators.login(till, "0009", Password("first-0009"))


def test_a_manager_ends_a_lock_out(till: Till, staff: dict[str, Session]) -> None:
    for _ in range(RULES.tries):
        with pytest.raises(WrongProof):
            operators.login(till, "0001", Password("guess"))
    operators.change(till, "0001", by=staff["0009"], password="given-anew")
    operators.set_password(till, "0001", "given-anew", "my-own-secret")
    assert operators.login(till, "0001", Password("my-own-secret"))


def test_a_card_shown_proves_less_than_a_password(till: Till, staff: dict[str, Session]) -> None:
    with pytest.raises(WrongProof):
        operators.login(till, "0001", CardShown("X00000019"))
    operators.change(till, "0004", by=staff["0009"], card="")
    operators.change(till, "0001", by=staff["0009"], card="X00000019")
    shown = operators.login(till, "0001", CardShown("X00000019"))
    assert shown.assurance is Assurance.PRESENTED
    with pytest.raises(Fault) as told:
        shown.require(Right.REFUND_REQUEST, Assurance.PIN)
    assert told.value.code == "assurance_too_low"
    with pytest.raises(WrongProof):
        operators.login(till, "0004", CardShown(""))


GENUINE, COPY = VirtualOperatorCard("OP-0001"), VirtualOperatorCard("OP-0001")


@pytest.mark.parametrize(
    ("registered", "with_key", "chip", "proves"),
    [
        ("OP-0001", True, GENUINE, Assurance.SIGNED),
        ("OP-0001", False, GENUINE, Assurance.PRESENTED),
        ("X00000019", False, card("zhang"), Assurance.PRESENTED),
        ("OP-0001", True, COPY, AuthenticationFailed),
        ("X00000019", True, card("zhang"), AuthenticationFailed),
        ("OP-0002", True, GENUINE, WrongProof),
        ("X00000019", False, card("li"), WrongProof),
    ],
)
def test_a_card_in_the_operators_reader_signs_where_its_key_is_registered(
    till: Till,
    staff: dict[str, Session],
    registered: str,
    with_key: bool,
    chip: Chip,
    proves: Assurance | type[Exception],
) -> None:
    key = GENUINE.public_key if with_key else None
    operators.change(till, "0001", by=staff["0009"], card=registered, card_key=key)
    if isinstance(proves, Assurance):
        shown = operator_card(till, "0001", port=VirtualPort(chip))
        assert operators.login(till, "0001", shown).assurance is proves
    else:
        with pytest.raises(proves):
            operators.login(till, "0001", operator_card(till, "0001", port=VirtualPort(chip)))


def test_a_number_alone_is_no_proof_where_a_key_is_registered(till: Till, staff: dict[str, Session]) -> None:
    operators.change(till, "0001", by=staff["0009"], card="OP-0001", card_key=GENUINE.public_key)
    with pytest.raises(WrongProof):
        operators.login(till, "0001", CardShown("OP-0001"))
    operators.change(till, "0001", by=staff["0009"], card="X00000019")
    assert operators.login(till, "0001", CardShown("X00000019"))


def test_an_operator_is_bound_to_terminals(till: Till, staff: dict[str, Session]) -> None:
    operators.change(till, "0001", by=staff["0009"], terminals=("07",))
    with pytest.raises(NotHere):
        operators.login(till, "0001", CardShown("C0001"))


def test_no_secret_is_told_or_stored_in_the_clear(till: Till, secret: str) -> None:
    with pytest.raises(WrongProof) as told:
        operators.login(till, "0001", Password("my-typing-error"))
    assert "typing" not in f"{told.value!r} {told.value.data} {Password('my-typing-error')!r}"
    files = [file for file in (till.home / "store").rglob("*") if file.is_file()]
    assert not [file for file in files if secret.encode() in file.read_bytes()]
    assert till.queue.verify().intact
