"""Sealed bytes open only with their key and in their place; keys come from the keystore or not at all."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from offline_queue import FileKeys, Identity
from offline_queue.faults import KeysClosed, NotOurStore, SealBroken
from offline_queue.sealing import SUITES, DataKey, seal, unseal
from offline_queue.vocabulary import Suite
from tests.offline_queue.world import World

KEY = DataKey(7, bytes(range(32)))
PLACE = (b"store", "item", 1, "B1", "request")

DIGESTS = [
    (Suite.INTERNATIONAL, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (Suite.NATIONAL, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
]
"""Of "abc": FIPS 180-4 and GB/T 32905-2016, appendix A.1."""


@pytest.mark.parametrize(("suite", "digest"), DIGESTS, ids=["sha-256", "sm3"])
def test_the_digest_of_each_suite_is_the_standards(suite: Suite, digest: str) -> None:
    assert SUITES[suite].digest(b"abc").hex() == digest


@pytest.mark.parametrize("suite", Suite)
@given(key=st.binary(min_size=1, max_size=150), data=st.binary(max_size=300))
def test_a_keyed_digest_is_the_librarys_hmac(suite: Suite, key: bytes, data: bytes) -> None:
    known = HMAC(key, SUITES[suite].hash())
    known.update(data)
    assert SUITES[suite].keyed(key)(data) == known.finalize()


def test_the_national_suite_encrypts_with_sm4_as_published() -> None:
    """RFC 8998, appendix A.1: SM4-GCM."""
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([byte] * 8) for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    cipher = SUITES[Suite.NATIONAL].cipher(key)
    sealed = cipher.encrypt(nonce, plain, associated)
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert sealed[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"
    assert cipher.decrypt(nonce, sealed, associated) == plain


@pytest.mark.parametrize("suite", Suite)
@given(plain=st.binary(max_size=300))
def test_what_is_sealed_opens_in_its_place(suite: Suite, plain: bytes) -> None:
    assert unseal(SUITES[suite], KEY, seal(SUITES[suite], KEY, 1, plain, PLACE), PLACE) == plain


@pytest.mark.parametrize("suite", Suite)
def test_a_sealed_record_names_the_epoch_it_was_made_in(suite: Suite) -> None:
    for epoch in (1, 2, 1):
        sealed = seal(SUITES[suite], KEY, epoch, b"payload", PLACE)
        assert int.from_bytes(sealed[1:3], "big") == epoch
        assert unseal(SUITES[suite], KEY, sealed, PLACE) == b"payload"


@pytest.mark.parametrize("suite", Suite)
def test_no_bit_of_a_sealed_record_may_change(suite: Suite) -> None:
    sealed = seal(SUITES[suite], KEY, 1, b"payload", PLACE)
    for position in range(len(sealed)):
        for torn in (sealed[:position], sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]):
            with pytest.raises(SealBroken):
                unseal(SUITES[suite], KEY, torn, PLACE)


@pytest.mark.parametrize("moved", range(len(PLACE)))
def test_a_sealed_record_does_not_open_in_another_place(moved: int) -> None:
    sealed = seal(SUITES[Suite.INTERNATIONAL], KEY, 1, b"payload", PLACE)
    elsewhere: list[Any] = list(PLACE)
    elsewhere[moved] = 2 if isinstance(elsewhere[moved], int) else type(elsewhere[moved])()
    with pytest.raises(SealBroken):
        unseal(SUITES[Suite.INTERNATIONAL], KEY, sealed, tuple(elsewhere))


@pytest.mark.parametrize("suite", Suite)
def test_nothing_of_a_person_is_readable_in_the_files(world: World, suite: Suite) -> None:
    queue = world.queue(suite=suite)
    queue.record(world.bill(lane="111111198101011110", key="B1", payload="张三 111111198101011110".encode()))
    queue.close()
    stored = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    for secret in ("张三".encode(), b"111111198101011110"):
        assert secret not in stored
    assert b"B1" in stored


def test_without_its_key_the_store_does_not_open_and_makes_no_new_one(world: World, tmp_path: Path) -> None:
    world.queue().close()
    with pytest.raises(KeysClosed):
        world.queue(keys=FileKeys(tmp_path / "empty"))
    assert not (tmp_path / "empty").exists()
    world.queue()


def test_the_store_of_another_terminal_does_not_open(world: World) -> None:
    world.queue().close()
    with pytest.raises(NotOurStore) as refusal:
        world.queue(identity=Identity("H11010500001", "02"))
    assert refusal.value.data["field"] == "terminal"


def test_what_rests_beside_the_queue_is_sealed_with_its_keys(world: World) -> None:
    sealer = world.queue().sealer
    sealed = sealer.seal(b"snapshot", b"name")
    assert world.queue().sealer.open(sealed, b"name") == b"snapshot"
    with pytest.raises(SealBroken):
        sealer.open(sealed, b"other")
    assert sealer.blind(b"111111198101011110") == world.queue().sealer.blind(b"111111198101011110")
    assert len(sealer.blind(b"")) == 16


def test_an_identity_is_twelve_and_two_characters() -> None:
    for institution, terminal in (("H1101050000", "01"), ("H11010500001", "1"), ("H11010500001", "号码")):
        with pytest.raises(ValueError, match="expected"):
            Identity(institution, terminal)


def test_the_system_keystore_that_does_not_answer_closes_the_queue(world: World, monkeypatch: Any) -> None:
    import keyring
    from keyring.backends.fail import Keyring

    from offline_queue import SystemKeys

    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    with pytest.raises(KeysClosed):
        world.queue(keys=SystemKeys())


def test_the_system_keystore_keeps_what_it_is_given(world: World, monkeypatch: Any) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    from offline_queue import SystemKeys

    class Vault(KeyringBackend):
        priority = 1

        def __init__(self) -> None:
            self.kept: dict[tuple[str, str], str] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            assert len(password.encode("utf-16-le")) < 2560
            self.kept[service, username] = password

    monkeypatch.setattr(keyring.core, "_keyring_backend", Vault())
    world.queue(keys=SystemKeys()).close()
    with world.queue(keys=SystemKeys()) as queue:
        assert queue.verify().intact
