"""Files: 9101 up, 9102 down, and the catalogue files 1301-1315 that announce one."""

from terminal.centre.wire import Node
from terminal.centre.words import C20, C30, C200, File, Must, Whole


class Upload(Node, frozen=True):
    """9101 in ``fsUploadIn``; the file as Base64 text travels as ``in``."""

    in_: Must[File] = ""

    filename: Must[C200] = ""
    fixmedins_code: Must[C30] = ""


class UploadRequest(Node, frozen=True):
    """9101 文件上传."""

    fsUploadIn: Must[Upload | None] = None


class StoredFile(Node, frozen=True):
    """Where a file waits. The text gives the number 30 characters; real ones have more."""

    file_qury_no: Must[C200] = ""
    filename: Must[C200] = ""
    fixmedins_code: C30 = ""
    dld_endtime: C30 = ""
    data_cnt: Whole = None


class Download(Node, frozen=True):
    """9102 in ``fsDownloadIn``; the answer is the file itself."""

    file_qury_no: Must[C200] = ""
    filename: Must[C200] = ""
    fixmedins_code: Must[C30] = ""


class DownloadRequest(Node, frozen=True):
    """9102 文件下载."""

    fsDownloadIn: Must[Download | None] = None


class CatalogueVersion(Node, frozen=True):
    """1301-1315 in ``data``: the version at hand; the file brings what is newer."""

    ver: Must[C20] = ""


class CatalogueFileRequest(Node, frozen=True):
    """1301-1303, 1305-1311, 1313-1315 目录下载."""

    data: Must[CatalogueVersion | None] = None
