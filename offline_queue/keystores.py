"""Where the key-encrypting key and the newest anchor live: the system's keystore, or a folder by explicit choice.

There is no fall-back from one to the other: whoever configures the folder knows that the disk then holds both lock
and key.
"""

import base64
import os
from pathlib import Path

from offline_queue.faults import KeysClosed
from offline_queue.place import flush_folder


class SystemKeys:
    """The keystore of the operating system, through ``keyring``. Values stay far below Windows' 2,560 bytes."""

    def __init__(self, service: str = "yibao-terminal") -> None:
        self._service = service

    def get(self, name: str) -> bytes | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            text = keyring.get_password(self._service, name)
        except (KeyringError, OSError, RuntimeError) as error:
            raise KeysClosed(cause=type(error).__name__) from error
        return None if text is None else base64.b64decode(text)

    def put(self, name: str, secret: bytes) -> None:
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(self._service, name, base64.b64encode(secret).decode())
        except (KeyringError, OSError, RuntimeError) as error:
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
