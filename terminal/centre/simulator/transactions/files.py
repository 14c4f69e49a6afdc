"""Files up and down: 9101, 9102."""

import base64

from terminal.centre.simulator import files, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.wire import Node, Refusal


def upload(call: Call) -> Node:
    """9101: the bytes travel as Base64 text; the answer stands directly in ``output``."""
    node = call.node("fsUploadIn")
    try:
        data = base64.b64decode(wire.text(node, "in"), validate=True)
    except ValueError:
        raise Refusal("FSI-文件内容不是Base64") from None
    return files.keep(call, wire.text(node, "filename"), call.code, data)


def download(call: Call) -> bytes:
    """9102: the answer's body is the file itself."""
    return files.find(call, call.node("fsDownloadIn"))
