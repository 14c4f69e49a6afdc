"""Tables of text rows: CSV always, Parquet with the extra ``batch``; the same rows say the same in either.

A Parquet column may hold text, whole numbers, decimals, dates, instants with their offset, truth values, or lists of
text (read as words with spaces between). A float is refused, since no amount survives it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from terminal.adjudication.mistakes import nearest
from terminal.faults import BadDocument, Exit, Fault

if TYPE_CHECKING:
    import pyarrow

PARQUET, CSV = ".parquet", ".csv"
_BATCH = 65_536


class BatchNotInstalled(Fault):
    """The extra ``batch`` is missing."""

    code = "batch_not_installed"
    exit = Exit.INPUT
    zh = "没有安装 {missing}，不能做这件事。"
    en = "{missing}, which this needs, is not installed."
    next_zh = "运行 pip install 'yibao-terminal[batch]'；CSV 和一般检查不需要它。"
    next_en = "Run pip install 'yibao-terminal[batch]'; CSV and the usual checks do without."


def is_table(file: str) -> bool:
    """Whether a file's name says that it holds a table."""
    return PurePath(file).suffix.lower() in (PARQUET, CSV)


def rows_of(data: bytes, columns: tuple[str, ...], *, file: str) -> Iterator[dict[str, str]]:
    """The rows of a table, a missing value being empty text. Raises BadDocument, also for a column not in ``columns``.

    A CSV file is UTF-8, or GB18030 as office programs on Chinese systems write it.
    """
    if PurePath(file).suffix.lower() == PARQUET:
        return _parquet_rows(data, columns, file)
    return _csv_rows(data, columns, file)


def table_bytes(columns: Mapping[str, Sequence[Any]], *, file: str) -> bytes:
    """A table as the name of its file says. Raises BatchNotInstalled.

    Columns of fen become yuan: text in CSV, decimals with two places in Parquet; None leaves a cell empty.
    """
    return _as_parquet(columns) if PurePath(file).suffix.lower() == PARQUET else _as_csv(columns)


def _csv_rows(data: bytes, columns: tuple[str, ...], file: str) -> Iterator[dict[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            found = f"byte {error.start} is neither UTF-8 nor GB18030"
            raise BadDocument(file=file, place="-", found=found, expected="a CSV table in UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
    try:
        _known(reader.fieldnames or (), columns, file)
        for row in reader:
            if None in row:
                expected = "as many cells as the first row has"
                raise BadDocument(file=file, place=f"row {reader.line_num}", found="more cells", expected=expected)
            yield row
    except csv.Error as error:
        raise BadDocument(file=file, place=f"row {reader.line_num}", found=str(error), expected="CSV") from error


def _known(names: Iterable[str], columns: tuple[str, ...], file: str) -> None:
    names = list(names)
    if not names:
        raise BadDocument(file=file, place="row 1", found="no columns", expected=", ".join(columns))
    for name in names:
        if name not in columns:
            raise BadDocument(file=file, place="row 1", found=f'column "{name}"', expected=nearest(name, columns))
        if names.count(name) > 1:
            raise BadDocument(file=file, place="row 1", found=f'column "{name}" twice', expected="each column once")


def _parquet_rows(data: bytes, columns: tuple[str, ...], file: str) -> Iterator[dict[str, str]]:
    arrow = _arrow()
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(io.BytesIO(data))
        schema = table.schema_arrow
    except (arrow.ArrowException, OSError) as error:
        raise BadDocument(file=file, place="-", found="no Parquet file", expected="a Parquet table") from error
    _known(schema.names, columns, file)
    for field in schema:
        if arrow.types.is_floating(field.type):
            expected = "text or a decimal; a binary float loses fen"
            raise BadDocument(file=file, place=f"column {field.name}", found=str(field.type), expected=expected)
    for batch in table.iter_batches(_BATCH):
        texts = [_texts(arrow, column) for column in batch.columns]
        for cells in zip(*texts, strict=True):
            yield dict(zip(schema.names, cells, strict=True))


def _texts(arrow: "pyarrow", column: Any) -> list[str]:
    """A column's cells as text; equal cells become text once."""
    if arrow.types.is_nested(column.type):
        return [_text(value) for value in column.to_pylist()]
    coded = column if arrow.types.is_dictionary(column.type) else column.dictionary_encode()
    words = [_text(value) for value in coded.dictionary.to_pylist()]
    return ["" if code is None else words[code] for code in coded.indices.to_pylist()]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Decimal():
            return _plain(value)
        case list():
            return " ".join(map(str, value))
        case _:
            return str(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _as_csv(columns: Mapping[str, Sequence[Any]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return file.getvalue().encode()


def _as_parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    arrow = _arrow()
    from pyarrow import parquet

    file = io.BytesIO()
    money = arrow.decimal128(18, 2)
    arrays = {
        name: arrow.array(values, arrow.string())
        if all(value is None or isinstance(value, str) for value in values)
        else arrow.array([None if value is None else Decimal(str(value)) for value in values], money)
        for name, values in columns.items()
    }
    parquet.write_table(arrow.table(arrays), file, compression="zstd")
    return file.getvalue()


def _arrow() -> "pyarrow":
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        raise BatchNotInstalled(missing="pyarrow") from error
    return pyarrow
