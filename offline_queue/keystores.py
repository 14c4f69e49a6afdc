"""Where the key-encrypting key and the newest anchor live: the system's keystore, or a folder by explicit choice.

There is no fall-back from one to the other: whoever configures the folder knows that the disk then holds both lock
and key.
"""

import base64
import os
import threading
import time
from pathlib import Path

from offline_queue.faults import KeysClosed
from offline_queue.place import flush_folder
from offline_queue.ports import Keystore


class SystemKeys:
    """The keystore of the operating system, through ``keyring``. Values stay far below Windows' 2,560 bytes.

    Its backends let out whatever their systems raise, so that any exception means that it cannot be asked.
    """

    def __init__(self, service: str = "yibao-terminal") -> None:
        self._service = service

    def get(self, name: str) -> bytes | None:
        import keyring

        try:
            text = keyring.get_password(self._service, name)
        except Exception as error:
            raise KeysClosed(cause=type(error).__name__) from error
        return None if text is None else base64.b64decode(text)

    def put(self, name: str, secret: bytes) -> None:
        import keyring

        try:
            keyring.set_password(self._service, name, base64.b64encode(secret).decode())
        except Exception as error:
            raise KeysClosed(cause=type(error).__name__) from error


class FileKeys:
    """A folder that only its owner may read, one file per secret. For tests, demonstrations and explicit choice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeysClosed(cause=error.strerror or "unreadable") from error

    def put(self, name: str, secret: bytes) -> None:
        path = self._folder / name
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            known = path.exists()
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(file, secret)
                os.fsync(file)
            finally:
                os.close(file)
            fresh.replace(path)
            if not known:
                flush_folder(self._folder)
                flush_folder(self._folder.parent)
        except OSError as error:
            raise KeysClosed(cause=error.strerror or "not writable") from error


class Unhurried:
    """Another keystore, and a way to put what a crash may lose: a thread does it, nobody waits for a slow keystore.

    What waits is known here at once and elsewhere once it was put; of each name only the newest counts.
    """

    def __init__(self, keys: Keystore, *, rest: float = 0.1, idle: float = 5.0) -> None:
        """Seconds: after each put, so that under load a keystore does not take from the store what a flush costs;
        and with nothing to put, until the thread ends.
        """
        self._keys = keys
        self._rest = rest
        self._idle = idle
        self._waiting: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self._putting = threading.Lock()
        """Taken before ``_changed``, never after it."""
        self._running = False
        self._refused = ""
        """Why the last try failed."""

    def get(self, name: str) -> bytes | None:
        with self._changed:
            if (waits := self._waiting.get(name)) is not None:
                return waits
        with self._putting:
            return self._keys.get(name)

    def put(self, name: str, secret: bytes) -> None:
        with self._putting:
            with self._changed:
                self._waiting.pop(name, None)
            self._keys.put(name, secret)
            self._refused = ""

    def put_soon(self, name: str, secret: bytes) -> None:
        """Put it when there is time. Raises ``KeysClosed`` when the try before failed, and tries all the same."""
        with self._changed:
            self._waiting[name] = secret
            self._changed.notify()
            if not self._running:
                self._start()
            if self._refused:
                raise KeysClosed(cause=self._refused)

    def _start(self) -> None:
        try:
            threading.Thread(target=self._put_all, name="keystore", daemon=True).start()
        except RuntimeError as error:
            raise KeysClosed(cause="no thread") from error
        self._running = True

    def _put_all(self) -> None:
        while self._something_waits():
            with self._putting:
                self._put_oldest()
            time.sleep(self._rest)

    def _something_waits(self) -> bool:
        with self._changed:
            self._running = self._changed.wait_for(lambda: bool(self._waiting), self._idle)
            return self._running

    def _put_oldest(self) -> None:
        with self._changed:
            if not self._waiting:  # put meanwhile by who could wait for it
                return
            name, secret = next(iter(self._waiting.items()))
        try:
            self._keys.put(name, secret)
            self._refused = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the next one is to be tried
            self._refused = str(error.data["cause"]) if isinstance(error, KeysClosed) else type(error).__name__
        with self._changed:
            if self._waiting[name] is secret:
                del self._waiting[name]
