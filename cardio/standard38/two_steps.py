"""The functions whose keys lie with a key service: a step gives the line to send, the next takes the answer.

The card stays powered and held in between. Addresses of the keys in the service: appendix B of the reader
specification on 人社信息函〔2016〕38号.
"""

from contextlib import ExitStack
from dataclasses import dataclass

import msgspec

from cardio.apdu import Apdu
from cardio.applications.authentication import Begun, begin, challenge, finish, prove
from cardio.applications.environment import KEY
from cardio.applications.social_security import NEWEST, Issuer, read_holder, read_issuer, select_environment
from cardio.atr import historical_bytes
from cardio.hsm import step2
from cardio.pin import judge, packed
from cardio.reading import Algorithm
from cardio.standard38.addresses import Address, parse
from cardio.standard38.codes import BadParameter
from cardio.standard38.desk import Desk, answering, today
from cardio.standard38.files import answer, enter

PUK, PUK_ADDRESS, STK_ADDRESS = 0x06, "0090", "0173"
ADDRESSES = {
    (0, KEY): "004C",
    (0xDF01, 0x88): "004F",
    (0xDF02, 0x88): "0064",
    (0xDF03, 0x84): "0193",
    (0xDF03, 0x85): "0196",
    (0xDF04, 0x84): "0182",
}
"""Directory and key reference to the key's address in the service."""
RESET_PIN, UNBLOCK = 0x01, 0x00


@dataclass(frozen=True)
class HolderBegun:
    reader: str
    issuer: Issuer
    begun: Begun


@dataclass(frozen=True)
class FileBegun:
    address: Address
    raw: bytes


@dataclass(frozen=True)
class PinBegun:
    """``mode`` is P2 of the command: new PIN, or the old one unblocked."""

    algorithm: Algorithm
    mode: int
    raw: bytes

    @property
    def header(self) -> str:
        length = 0x04 if self.mode == UNBLOCK else 0x0C if self.algorithm is Algorithm.DES else 0x14
        return bytes((0x84, 0x24, 0x00, self.mode, length)).hex().upper()


@dataclass(frozen=True)
class PinProved:
    header: str


class TwoSteps(Desk):
    """The HSM variants."""

    @answering
    def iReadCardBas_HSM_Step1(self, iType: int) -> str:
        """Eight fields for the key service, the last two empty unless the card is 3.0."""
        with ExitStack() as stack:
            card, reader = stack.enter_context(self.open(iType))
            issuer = read_issuer(card, select_environment(card))
            external = issuer.major >= NEWEST
            begun = begin(card, issuer.code, issuer.algorithm, historical_bytes(card.atr), external=external)
            self.keep(stack, card, HolderBegun(reader, issuer, begun))
            return begun.step1.line()

    @answering
    def iReadCardBas_HSM_Step2(self, pKey: str) -> str:
        """The eleven fields."""
        with self.resumed(HolderBegun) as (_, card, held):
            finish(card, held.begun, step2(pKey, held.begun.step1))
            reading = read_holder(card, held.reader, held.issuer, today(), authenticated=True)
            return msgspec.structs.replace(reading, device=self._device).line38()

    @answering
    def iReadCard_HSM_Step1(self, iType: int, pCardInfo: str, pFileAddr: str) -> str:
        """``algorithm|key address|factor|raw|`` for the one file of ``pFileAddr``."""
        with ExitStack() as stack:
            card, _ = stack.enter_context(self.open(iType))
            issuer = self.same_card(card, pCardInfo)
            address, *others = parse(pFileAddr, issuer.major)
            place = ADDRESSES.get((address.directory.number, address.file.key or -1))
            if others or place is None:
                raise BadParameter(name="pFileAddr", found=pFileAddr[:40])
            enter(card, address.directory.number)
            raw, factor = challenge(card), challenge(card)
            self.keep(stack, card, FileBegun(address, raw))
            return _line(issuer.algorithm, place, factor.hex(), raw.hex())

    @answering
    def iReadCard_HSM_Step2(self, pKey: str) -> str:
        """The file's line; ``pKey`` is the cryptogram and the raw value again, 32 digits."""
        with self.resumed(FileBegun) as (_, card, held):
            prove(card, held.address.file.key or 0, _cryptogram(pKey, held.raw), held.raw)
            return answer(card, held.address)

    @answering
    def iReloadPIN_HSM_Step1(self, iType: int, pCardInfo: str) -> str:
        """``algorithm|key address|factor|raw|`` for the key that lets a PIN be set anew."""
        return self._begin_pin(iType, pCardInfo, RESET_PIN)

    @answering
    def iReloadPIN_HSM_Step2(self, pKey: str, pin: bytearray) -> str:
        """``algorithm|key address|factor|command header|PIN|``: the standard's line carries the new PIN in clear.

        The caller sends it to the key service at once and keeps it nowhere.
        """
        packed(pin)
        return self._prove_pin(pKey, RESET_PIN, pin.decode("ascii"))

    @answering
    def iReloadPIN_HSM_Step3(self, pKey: str) -> str:
        """Send the command the key service made: header, encrypted PIN, MAC."""
        return self._send_pin(pKey)

    @answering
    def iUnblockPIN_HSM_Step1(self, iType: int, pCardInfo: str) -> str:
        """As ``iReloadPIN_HSM_Step1``, for a PIN that stays what it is."""
        return self._begin_pin(iType, pCardInfo, UNBLOCK)

    @answering
    def iUnblockPIN_HSM_Step2(self, pKey: str) -> str:
        """``algorithm|key address|factor|command header||``."""
        return self._prove_pin(pKey, UNBLOCK, "")

    @answering
    def iUnblockPIN_HSM_Step3(self, pKey: str) -> str:
        """Send the command the key service made: header and MAC."""
        return self._send_pin(pKey)

    def _begin_pin(self, kind: int, card_info: str, mode: int) -> str:
        with ExitStack() as stack:
            card, _ = stack.enter_context(self.open(kind))
            issuer = self.same_card(card, card_info)
            raw, factor = challenge(card), challenge(card)
            self.keep(stack, card, PinBegun(issuer.algorithm, mode, raw))
            return _line(issuer.algorithm, PUK_ADDRESS, factor.hex(), raw.hex())

    def _prove_pin(self, key: str, mode: int, plain: str) -> str:
        with self.resumed(PinBegun) as (stack, card, held):
            if held.mode != mode:
                raise BadParameter(name="pKey", found="another operation's step")
            prove(card, PUK, _cryptogram(key, held.raw), held.raw)
            factor = challenge(card)
            self.keep(stack, card, PinProved(held.header))
            return _line(held.algorithm, STK_ADDRESS, factor.hex(), held.header, plain)

    def _send_pin(self, key: str) -> str:
        with self.resumed(PinProved) as (_, card, held):
            command = _octets(key)
            if command[:5].hex().upper() != held.header or len(command) != 5 + command[4]:
                raise BadParameter(name="pKey", found=f"{len(command)} bytes")
            cla, ins, p1, p2 = command[:4]
            judge(card.send(Apdu(cla, ins, p1, p2, command[5:], secret=True)))
            return ""


def _line(*fields: str) -> str:
    return "".join(f"{field.upper()}|" for field in fields)


def _cryptogram(key: str, raw: bytes) -> bytes:
    octets = _octets(key.removesuffix("|"))
    if len(octets) != 16 or octets[8:] != raw:
        raise BadParameter(name="pKey", found=f"{len(octets)} bytes, or another card's")
    return octets[:8]


def _octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise BadParameter(name="pKey", found="no hexadecimal digits") from None
