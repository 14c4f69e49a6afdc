"""The patient's side of the window: a display and an announcer that remember what they showed and said."""

import re
from dataclasses import dataclass, field


@dataclass
class Led8Simulator:
    """Eight digits and the lamp that is lit; ``digits`` is what a patient reads."""

    lamp: int = 0
    digits: str = ""
    _waiting: bytes = b""

    def feed(self, data: bytes) -> bytes:
        self._waiting += data
        while found := re.match(rb"\x0c|\x1b@|\x1bs([0-4])|\x1bQA([0-9.-]{0,15})\r", self._waiting):
            if found[1]:
                self.lamp = int(found[1])
            elif found[2] is not None:
                self.digits = found[2].decode()
            else:
                self.digits = ""
            self._waiting = self._waiting[found.end() :]
        return b""


@dataclass
class TwoLineSimulator:
    """Two lines of twenty characters in the CD5220 dialect."""

    upper: str = ""
    lower: str = ""
    _waiting: bytes = b""

    def feed(self, data: bytes) -> bytes:
        self._waiting += data
        while found := re.match(rb"\x0c|\x1bQ([AB])([^\r]{0,20})\r", self._waiting):
            text = (found[2] or b"").decode("gb18030")
            if found[1] == b"A":
                self.upper = text
            elif found[1] == b"B":
                self.lower = text
            else:
                self.upper = self.lower = ""
            self._waiting = self._waiting[found.end() :]
        return b""


@dataclass
class SpeechSimulator:
    """A SYN6288: speaks a frame whose length and check are right, answers A for taken and E for refused."""

    spoken: list[str] = field(default_factory=list)
    _waiting: bytes = b""

    def feed(self, data: bytes) -> bytes:
        self._waiting += data
        answer = b""
        while len(self._waiting) >= 3 and len(self._waiting) >= (end := 3 + int.from_bytes(self._waiting[1:3])):
            frame, self._waiting = self._waiting[:end], self._waiting[end:]
            check = 0
            for byte in frame:
                check ^= byte
            if frame[0] == 0xFD and frame[3:5] == b"\x01\x01" and check == 0:
                self.spoken.append(frame[5:-1].decode("gbk"))
                answer += b"A"
            else:
                answer += b"E"
        return answer


@dataclass
class LetterSimulator:
    """A module with recorded phrases; keeps the strings it was sent, one per job."""

    heard: list[str] = field(default_factory=list)

    def feed(self, data: bytes) -> bytes:
        self.heard.append(data.decode("gbk"))
        return b""
