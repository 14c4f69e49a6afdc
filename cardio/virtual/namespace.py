"""Runs inside a private mount and network namespace: a pcscd of our own, and lines from outside to its readers.

Started by ``cardio.virtual.daemon`` as ``unshare -Urmn python -m cardio.virtual.namespace DIRECTORY``. The directory
becomes pcscd's runtime directory, so that its socket is visible outside; ``slot0`` and ``slot1`` in it are sockets
that lead to the driver's ports, which nothing outside can reach. Standard input takes the word "start"; its end ends
everything.
"""

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from cardio.virtual.vpcd import PORT, acknowledge_at_once

SLOTS = 2
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
ALL_MAY_ENTER = "--disable-polkit"
"""From pcscd 2.0 on; the directory's own permissions guard the socket, and polkit may not be there to be asked."""
CONFIGURATION = f"""FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:{PORT:#x}
LIBPATH {DRIVER}
CHANNELID {PORT:#x}
"""


def main(directory: Path) -> None:
    run = Path("/run/pcscd")
    _mount("-t", "tmpfs", "none", "/run")
    run.mkdir()
    _mount("--bind", str(directory), str(run))
    _loopback_up()
    (directory / "readers").mkdir(exist_ok=True)
    (directory / "readers" / "virtual").write_text(CONFIGURATION, encoding="ascii")
    (directory / "no-usb-drivers").mkdir(exist_ok=True)
    for slot in range(SLOTS):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(directory / f"slot{slot}"))
        listener.listen()
        threading.Thread(target=_relay, args=(listener, PORT + slot), daemon=True).start()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever kills the daemon outside does not wait for it
    daemon: subprocess.Popen[bytes] | None = None
    for _ in sys.stdin:
        daemon = _start(directory)
        print(daemon.pid, flush=True)
    if daemon is not None:
        with suppress(ProcessLookupError):
            daemon.kill()


def _start(directory: Path) -> subprocess.Popen[bytes]:
    for leftover in ("pcscd.comm", "pcscd.pid"):
        (directory / leftover).unlink(missing_ok=True)
    log = (directory / "log").open("ab")
    pcscd = shutil.which("pcscd") or "/usr/sbin/pcscd"
    options = subprocess.run([pcscd, "--help"], capture_output=True, text=True, check=False).stdout
    daemon = subprocess.Popen(
        [pcscd, "-f", "-c", str(directory / "readers"), *(word for word in (ALL_MAY_ENTER,) if word in options)],
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PCSCLITE_HP_DROPDIR": str(directory / "no-usb-drivers")},
    )
    while not (directory / "pcscd.comm").exists() and daemon.poll() is None:
        time.sleep(0.002)
    return daemon


def _mount(*arguments: str) -> None:
    subprocess.run(["/bin/mount", *arguments], check=True)


def _loopback_up() -> None:
    """``ip link set lo up`` without needing iproute2."""
    up = struct.pack("16sh", b"lo", 0x1 | 0x40)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, up)


def _relay(listener: socket.socket, port: int) -> None:
    while True:
        outside, _ = listener.accept()
        try:
            inside = socket.create_connection(("127.0.0.1", port))
        except OSError:
            outside.close()
            continue
        for source, sink in ((outside, inside), (inside, outside)):
            threading.Thread(target=_copy, args=(source, sink), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while True:
            acknowledge_at_once(source)
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
