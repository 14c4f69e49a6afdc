"""The PSAM in a second slot: a card that holds the issuer's keys and computes with them.

«社会保障（个人）卡规范» part 9 for the files; level data of the diversification: reader specification on
人社信息函〔2016〕38号 §10.3.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from cardio.apdu import Apdu
from cardio.applications.authentication import Cryptograms, Step1, challenge, prove
from cardio.faults import CardFault
from cardio.port import Context
from cardio.reading import NO_TERMINAL
from cardio.session import Card, find_readers, open_session, state_of
from cardio.status import SW

CARD_INFO, TERMINAL, TRANSACTION_NUMBER = 0x15, 0x16, 0x19
"""Short ids of the PSAM's transparent files."""
APPLICATION = b"\xdf\x01"
ENVIRONMENT_KEY = (0x67, 0x0A)
"""Usage byte and identifier of RKSSSE in the PSAM; the usage byte is that of the other reading keys."""


DIRECTORY_KEYS = {
    (0xDF01, 0x88): (0x67, 0x2E),
    (0xDF02, 0x88): (0x67, 0x35),
    (0xDF03, 0x84): (0x67, 0x2B),
    (0xDF03, 0x85): (0x67, 0x2C),
    (0xDF04, 0x84): (0x67, 0x2D),
}
"""Directory and key reference on the card to usage byte and identifier in the PSAM (38号 appendix B)."""


class NoPsam(CardFault):
    """The wanted slot holds no PSAM, or one that does not show its terminal number."""

    code = "no_psam"
    zh = "卡槽 {reader} 中没有可用的 PSAM 卡（{found}）。"
    en = "The slot {reader} holds no usable PSAM ({found})."
    next_zh = "请检查 PSAM 卡是否插好，或改用加密机服务（--hsm）。"
    next_en = "Check that the PSAM sits well, or use a key service (--hsm)."


class PsamLacksKey(CardFault):
    """The PSAM has no key, or no cipher, for this card."""

    code = "psam_lacks_key"
    exit = 1
    zh = "PSAM 卡不支持此卡的密钥或算法（状态 {sw}）。"
    en = "The PSAM has no key or no cipher for this card (status {sw})."
    next_zh = "请改用加密机服务（--hsm），或使用发卡地区的 PSAM 卡。"
    next_en = "Use a key service (--hsm), or a PSAM of the issuing region."


def levels(region: str, historical: bytes) -> tuple[bytes, bytes, bytes]:
    """Level data 1 (province), 2 (region), 3 (card), eight bytes each; regions 33xxxx use four digits on level 2."""
    city = f"{region[:4]}00" if region.startswith("33") else region
    return f"{region[:2]}0000sh".encode(), f"{city}sx".encode(), historical[5:13]


class Psam:
    """See ``cardio.applications.authentication.KeySource``."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self.terminal = NO_TERMINAL

    def open(self, reader: str) -> "Psam":
        """Read the terminal number. Raises NoPsam."""
        answer = self._card.send(Apdu(0x00, 0xB0, 0x80 | TERMINAL, 0x00, le=6))
        if not answer.ok or len(answer.data) != 6:
            raise NoPsam(reader=reader, found=answer.sw)
        self.terminal = answer.data.hex()
        self._card.send(Apdu(0x00, 0xA4, 0x00, 0x00, APPLICATION, le=0x100))
        return self

    def answer(self, step1: Step1, card: Card) -> Cryptograms:
        """Raises PsamLacksKey."""
        where = levels(step1.region, step1.historical)
        return Cryptograms(
            self.compute(ENVIRONMENT_KEY, where, step1.internal_factor, step1.internal_raw),
            self.compute(ENVIRONMENT_KEY, where, step1.external_factor, step1.external_raw),
        )

    def open_directory(self, card: Card, region: str, historical: bytes, directory: int, reference: int) -> None:
        """Prove ourselves to the selected directory with one of its keys. Raises PsamLacksKey, AuthenticationFailed."""
        key = DIRECTORY_KEYS.get((directory, reference))
        if key is None:
            raise PsamLacksKey(sw=str(SW.KEY_NOT_FOUND))
        raw, factor = challenge(card), challenge(card)
        prove(card, reference, self.compute(key, levels(region, historical), factor, raw), raw)

    def compute(self, key: tuple[int, int], where: tuple[bytes, bytes, bytes], factor: bytes, raw: bytes) -> bytes:
        """Authentication data (8 bytes): ``key`` down to the card, session key by ``factor``, ``raw`` under it.

        A PSAM of a province begins below level 1 and refuses it, so it is asked again without.
        """
        province, city, serial = where
        for data in (serial + city + province + factor, serial + city + factor):
            diversified = self._card.send(Apdu(0xBF, 0xDE, *key, data, secret=True))
            if diversified.ok:
                break
        else:
            raise PsamLacksKey(sw=str(diversified.sw))
        computed = self._card.send(Apdu(0x80, 0xFA, 0x00, 0x00, raw, le=8, secret=True))
        if not computed.ok or len(computed.data) != 8:
            raise PsamLacksKey(sw=str(computed.sw))
        return computed.data


@contextmanager
def open_psam(context: Context, wanted: str) -> Iterator[Psam]:
    """Hold the PSAM in the first slot whose name contains ``wanted``. Raises NoReader, NoPsam."""
    reader = find_readers(context, wanted)[0]
    state = state_of(context, reader)
    if not state.present or state.mute:
        raise NoPsam(reader=reader, found="-")
    with open_session(context, state) as card:
        yield Psam(card).open(reader)
