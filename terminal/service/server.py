"""uvicorn on loopback: one socket, bound before anything is said, no access log."""

import json
import socket

import uvicorn

from config.places import store_folder
from terminal.counter.till import Till
from terminal.service.api import Api
from terminal.service.clients import Clients
from terminal.service.http import application


def serve(till: Till, port: int, certificate: str | None = None, private_key: str | None = None) -> None:
    """Runs until interrupted. Prints one JSON line with the port; binds 127.0.0.1 and nothing else."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited; else an answer waits 40 ms
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
        port = listening.getsockname()[1]
        app = application(Api(till), Clients(store_folder(till.home)), port)
        print(json.dumps({"port": port}), flush=True)
        uvicorn.Server(
            uvicorn.Config(
                app,
                access_log=False,
                log_level="warning",
                server_header=False,
                ssl_certfile=certificate,
                ssl_keyfile=private_key,
                timeout_graceful_shutdown=5,
            )
        ).run([listening])
