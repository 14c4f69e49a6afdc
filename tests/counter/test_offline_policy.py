"""What the site signed for an outage: it alone widens, and whatever is wrong with it stores nothing offline."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.faults import BadSettings
from config.settings import load
from offline_queue.faults import BadLimits, LimitReached
from offline_queue.limits import Limit, Unusable
from offline_queue.signed import make_key, sign
from terminal.clock import now
from terminal.counter.checkup import Check, checkup
from terminal.counter.faults import OfflineNotAllowed, SnapshotTooOld
from terminal.counter.settle import commit, settle, try_out
from terminal.counter.till import Till
from terminal.documents import BillState
from tests.world import AMOXICILLIN, World, claim

KEY, OTHER = make_key(), make_key()
WORDS = {
    "allowed": "true", "on_outage": '"local_split"', "per_bill_fen": 40_000, "total_fen": 100_000,
    "per_person_open": 2, "open_items": 50, "hours": 12, "snapshot_hours": 240,
}  # fmt: skip


def signed(version: int = 1, *, key: bytes = KEY, until: str = "9999-12-31", **words: Any) -> bytes:
    """A policy file of the site."""
    lines = {"schema": '"offline-policy/1"', "version": version, "until": until, **WORDS, **words}
    return sign("".join(f"{name} = {value}\n" for name, value in lines.items()).encode(), key)[0]


PUBLIC = sign(b"", KEY)[1]


class Site(World):
    """A world whose settings name a signed policy."""

    def __init__(self, folder: Path, **own: Any) -> None:
        super().__init__(folder, offline={"policy": "offline.signed", "policy_key": PUBLIC, **own})
        self.policy = self.home / "offline.signed"

    def unsign(self) -> None:
        """The settings name no policy any longer."""
        file = self.home / "settings.toml"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith("policy")), encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


def offline(site: World) -> dict[str, Check]:
    """The doctor's lines about outages."""
    return {check.code: check for check in checkup(site.home) if check.part == "offline"}


def meet(site: World, **options: Any) -> None:
    """A bill with the line, so that the person and the centre are known here."""
    with site.till(**options) as till:
        assert settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1))).state is BillState.SETTLED


@pytest.mark.parametrize(
    ("own", "words", "in_force"),
    [
        ({}, {}, {"per_bill_fen": 40_000, "open_items": 50, "hours": 12, "snapshot_hours": 240, "allowed": True}),
        ({}, {"hours": 48, "open_items": 900}, {"hours": 48, "open_items": 900}),
        ({"hours": 99, "open_items": 400}, {}, {"hours": 12, "open_items": 50}),
        ({"hours": 6, "open_items": 0}, {}, {"hours": 6, "open_items": 0}),
        ({"hours": 24}, {"hours": 48}, {"hours": 24}),
        ({"allowed": True}, {"allowed": "false"}, {"allowed": False}),
        ({"allowed": False}, {}, {"allowed": False}),
        ({"on_outage": "full_payment"}, {}, {"on_outage": "local_split"}),
        ({}, {"on_outage": '"full_payment"'}, {"on_outage": "full_payment"}),
        ({"lanes": 3}, {}, {"lanes": 3}),
    ],
)
def test_settings_are_stricter_than_the_signed_policy_or_do_not_count(
    tmp_path: Path, own: dict[str, Any], words: dict[str, Any], in_force: dict[str, Any]
) -> None:
    site = Site(tmp_path, **own)
    site.policy.write_bytes(signed(**words))
    with site.till() as till:
        assert {name: getattr(till.offline, name) for name in in_force} == in_force
    site.close()


@pytest.mark.parametrize(
    ("words", "later", "refusal"),
    [
        ({"per_person_open": 0}, 0, LimitReached),
        ({"allowed": "false"}, 0, OfflineNotAllowed),
        ({"hours": 2}, 3, LimitReached),
        ({"snapshot_hours": 2}, 3, SnapshotTooOld),
        ({}, 3, None),
    ],
)
def test_the_signed_words_hold_at_the_counter(
    site: Site, words: dict[str, Any], later: int, refusal: type[Exception] | None
) -> None:
    site.policy.write_bytes(signed(**words))
    meet(site)
    site.centre.line_down()
    with site.till(clock=lambda: now() + timedelta(hours=later)) as till:
        if refusal is None:
            assert settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1))).state is BillState.PROVISIONAL
            return
        with pytest.raises(refusal):
            settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        assert till.queue.items() == []


TROUBLES: dict[str, tuple[Callable[[Path], object], Unusable]] = {
    "missing": (lambda file: file.unlink(), Unusable.MISSING),
    "a folder": (lambda file: (file.unlink(), file.mkdir()), Unusable.MISSING),
    "altered": (lambda file: file.write_bytes(signed(2).replace(b"= 12\n", b"= 99\n")), Unusable.SIGNATURE),
    "unsigned": (lambda file: file.write_bytes(signed(2).partition(b"# ")[0]), Unusable.SIGNATURE),
    "not hexadecimal": (lambda file: file.write_bytes(signed(2)[:-9] + "签名\n".encode()), Unusable.SIGNATURE),
    "foreign": (lambda file: file.write_bytes(signed(2, key=OTHER)), Unusable.SIGNATURE),
    "an unknown word": (lambda file: file.write_bytes(signed(2, hour=1)), Unusable.SHAPE),
    "below zero": (lambda file: file.write_bytes(signed(2, hours=-1)), Unusable.SHAPE),
    "beyond a calendar": (lambda file: file.write_bytes(signed(2, hours=10**15)), Unusable.SHAPE),
    "expired": (lambda file: file.write_bytes(signed(2, until="2020-01-01")), Unusable.EXPIRED),
    "older": (lambda file: file.write_bytes(signed(1)), Unusable.OLDER),
    "same version": (lambda file: file.write_bytes(signed(2, hours=99)), Unusable.OLDER),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_unusable_policy_stores_nothing_offline_and_leaves_the_rest_alone(site: Site, trouble: str) -> None:
    site.policy.write_bytes(signed(2))
    meet(site)
    spoil, why = TROUBLES[trouble]
    spoil(site.policy)
    with site.till() as till:
        assert settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1))).state is BillState.SETTLED
        assert offline(site)["bad_limits"].zh.startswith("断网不能暂结") and "ready" not in offline(site)
        site.centre.line_down()
        with pytest.raises(BadLimits) as told:
            try_out(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))  # before anybody is asked for money
        assert told.value.data["found"] == why and "管理员" in told.value.next_zh
        assert (till.queue.items(), till.queue.status().not_ready[0].limit) == ([], Limit.POLICY)
    if site.policy.is_dir():
        site.policy.rmdir()
    site.policy.write_bytes(signed(3))
    with site.till() as till:
        assert settle(till, claim("B-3", "zhang", (AMOXICILLIN, 1))).state is BillState.PROVISIONAL


def test_a_policy_that_expires_while_the_desk_runs_stores_nothing_more(site: Site) -> None:
    site.policy.write_bytes(signed(until=f"{now():%Y-%m-%d}"))
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    moment = [now()]

    def clock() -> datetime:
        return moment[0]

    with site.till(clock=clock) as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        site.centre.line_down()
        trial = try_out(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        moment[0] = midnight
        with pytest.raises(BadLimits, match=Unusable.EXPIRED):
            commit(till, trial)
        assert till.queue.items() == []


def test_a_desk_with_the_older_policy_stops_storing_once_a_newer_one_is_in_force(site: Site) -> None:
    site.policy.write_bytes(signed(1, per_person_open=9))
    with site.till() as desk:
        settle(desk, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        site.policy.write_bytes(signed(2, per_person_open=0))
        with site.till():
            pass
        site.centre.line_down()
        with pytest.raises(BadLimits, match=Unusable.SUPERSEDED):
            settle(desk, claim("B-1", "zhang", (AMOXICILLIN, 1)))


def test_a_line_lost_in_the_middle_of_a_bill_keeps_nothing_without_a_policy(site: Site) -> None:
    site.policy.write_bytes(signed())
    meet(site)
    site.policy.unlink()
    with site.till() as till:
        trial = try_out(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        site.centre.line_down()
        with pytest.raises(BadLimits):
            commit(till, trial)
        assert till.queue.items() == []


def notes(till: Till) -> list[tuple[str, dict[str, object]]]:
    """What the chain tells of policies."""
    return [(event.kind, event.changes) for event in till.queue.events() if event.kind.startswith("limits")]


def test_the_chain_tells_each_change_of_the_policy_once(site: Site) -> None:
    digests = []
    for version in (1, 1, 2):
        site.policy.write_bytes(signed(version))
        with site.till() as till:
            digests.append(till.queue.policy().digest)
    site.unsign()
    for _ in range(2):
        with site.till() as till:
            seen = notes(till)
            assert till.queue.closed() is None and till.queue.verify().intact
    first, again, second = digests
    assert first == again != second
    assert seen == [
        ("limits", {"version": 1, "digest": first}),
        ("limits", {"version": 2, "digest": second}),
        ("limits_unsigned", {}),
    ]
    assert "此前用过已签名的政策第 2 版" in offline(site)["limits_unsigned"].zh


def test_unsigned_settings_hold_as_they_are_and_the_doctor_says_so(world: World) -> None:
    meet(world)
    found = offline(world)
    assert found["limits_unsigned"].ok and found["ready"].ok
    world.centre.line_down()
    with world.till() as till:
        assert settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1))).state is BillState.PROVISIONAL
        assert till.offline == till.settings.offline and notes(till) == []


@pytest.mark.parametrize(
    "own", [{"policy": "offline.signed"}, {"policy_key": PUBLIC}, {"policy": "offline.signed", "policy_key": "00"}]
)
def test_a_policy_and_its_key_are_named_together(tmp_path: Path, own: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match="policy_key"):
        World(tmp_path, offline=own)


def test_the_office_signs_and_the_terminal_shows_what_is_in_force(tmp_path: Path) -> None:
    file, key = tmp_path / "offline.toml", tmp_path / "site.pem"
    file.write_bytes(signed(4).partition(b"# ")[0])
    world = World(tmp_path)
    try:
        code, (made,), _ = world.run("config", "sign-offline", str(file), "--key", str(key), "--new-key", "--json")
        assert (code, made["version"], key.stat().st_mode & 0o077) == (0, 4, 0)
        code, nothing, said = world.run("config", "sign-offline", str(file), "--key", str(key), "--new-key", "--json")
        assert (code, nothing) == (2, []) and "没有签发" in said
        settings = world.home / "settings.toml"
        settings.write_text(
            f"{settings.read_text('utf-8')}policy = {made['file']!r}\npolicy_key = '{made['policy_key']}'\n", "utf-8"
        )
        assert load(world.home).offline.policy == made["file"]
        code, (shown,), _ = world.run("config", "offline", "--json")
        assert (code, shown["signed"], shown["version"], shown["words"]["hours"]) == (0, True, 4, 12)
        Path(made["file"]).write_bytes(b"torn")
        code, (shown,), _ = world.run("config", "offline", "--json")
        assert (code, shown["usable"], shown["version"], shown["newest"]) == (1, False, 0, 4)
        assert shown["why"] == Unusable.SIGNATURE and "管理员" in shown["next_zh"]
        code, (status,), _ = world.run("queue", "status", "--json")
        assert status["not_ready"][0]["found"] == Unusable.SIGNATURE
        file.write_text("version = 5\n", "utf-8")
        assert world.run("config", "sign-offline", str(file), "--key", str(key), "--json")[0] == 2
    finally:
        world.close()
