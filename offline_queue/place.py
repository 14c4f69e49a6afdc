"""Whether a folder can keep what it acknowledges, and how much room it has."""

import os
import shutil
from pathlib import Path

from offline_queue.faults import UnfitFolder

_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "fuse.sshfs",
    "fuse.glusterfs",
    "davfs",
    "fuse",
}
"""File systems whose flush or locks do not mean what SQLite needs (sqlite.org, "How To Corrupt", section 2.1)."""

MOUNTS = Path("/proc/self/mounts")
"""Where Linux tells what is mounted; missing elsewhere."""

PART = ".part"
"""Ends the name of what is being written; it counts when it has its own name."""

_RESERVE = 1 << 20
"""Bytes; some fifty outcomes."""

_SYNCED = {
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "icloud drive",
    "com~apple~clouddocs",
    "nutstore",
    "坚果云",
    "baidunetdisk",
    "百度网盘",
    "weiyun",
}
"""Folders that a synchroniser copies and puts back behind our back."""


def check(folder: Path) -> None:
    """Raise ``UnfitFolder`` for a network or cloud-synchronised place."""
    resolved = folder.resolve()
    for part in resolved.parts:
        if part.casefold() in _SYNCED or part.casefold().startswith("onedrive -"):
            raise UnfitFolder(folder=folder, found=part)
    if (kind := _file_system(resolved)) in _NETWORK:
        raise UnfitFolder(folder=folder, found=kind)


def free_bytes(folder: Path) -> int:
    """Room left for us; none on a disk that does not answer."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


class Reserve:
    """Room put aside, so that what is on the wire when the disk fills up can still be written down."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "reserve"

    def put_aside(self) -> bool:
        """Have the room, or say that there is none."""
        if self._file.exists():
            return True
        try:
            with self._file.open("wb") as file:
                file.write(bytes(_RESERVE))
        except OSError:
            self._file.unlink(missing_ok=True)
            return False
        return True

    def there(self) -> bool:
        """Whether somebody has put it aside: a store has been here."""
        return self._file.exists()

    def give_up(self) -> bool:
        """Make the room free; says whether there was any."""
        had = self._file.exists()
        self._file.unlink(missing_ok=True)
        return had


def flush_file(file: Path) -> None:
    """Make a file's bytes durable."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows does this by itself, and cannot open a folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _file_system(folder: Path) -> str:
    """Type of the file system with the longest mount point above the folder; empty where the system does not say."""
    try:
        lines = MOUNTS.read_text().splitlines()
    except OSError:
        return ""
    found = {fields[1].replace("\\040", " "): fields[2] for fields in map(str.split, lines) if len(fields) > 2}
    return next((found[name] for name in map(str, (folder, *folder.parents)) if name in found), "")
