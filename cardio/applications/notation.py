"""The notation in which the tables of directories are written, one line each::

    DF01 public                          directory
      EF15 education pin_or_key 88       file: name, what opens it, reference of the key
        2A education digits 01           item: tag, name, codec, length
        40 degrees x3 34                 item that is a list of records, here up to three of them
          57 degree text 03                its parts
      EF07 history                       file of cyclic records
        - begin date 04                    their fields
      EF16 reserve_16 128h               file of so many bytes

Numbers are hexadecimal. Depth is told by two blanks each.
"""

from dataclasses import replace

from cardio.applications.codecs import CODECS, HEX
from cardio.applications.layout import Directory, Field, File, Item, Opens, Shape

NAMED = {codec.name: codec for codec in CODECS}


def parse(table: str) -> tuple[Directory, ...]:
    """The directories of a table; a line that is none of the above fails at import."""
    directories: list[Directory] = []
    for line in table.strip().splitlines():
        words = line.split()
        depth = (len(line) - len(line.lstrip())) // 2
        if depth == 0:
            directories.append(Directory(int(words[0], 16), words[1], ()))
            continue
        *before, last = directories[-1].files or (File(0, ""),)
        if depth == 1:
            before, last = list(directories[-1].files), _file(words)
        elif words[0] == "-":
            _, name, codec, length = words
            fields = (*last.fields, Field(name, NAMED[codec], int(length, 16)))
            last = replace(last, shape=Shape.CYCLIC, fields=fields)
        elif depth == 2:
            last = replace(last, items=(*last.items, _item(words)))
        else:
            *items, template = last.items
            last = replace(last, items=(*items, replace(template, parts=(*template.parts, _item(words)))))
        directories[-1] = replace(directories[-1], files=(*before, last))
    return tuple(directories)


def _file(words: list[str]) -> File:
    number, name, *rest = words
    if rest and rest[0].endswith("h"):
        return File(int(number, 16), name, shape=Shape.BYTES, size=int(rest[0][:-1], 16))
    opens = Opens(rest[0]) if rest else Opens.NOTHING
    return File(int(number, 16), name, opens=opens, key=int(rest[1], 16) if len(rest) > 1 else None)


def _item(words: list[str]) -> Item:
    tag, name, codec, length = words
    if codec.startswith("x"):
        return Item(int(tag, 16), name, HEX, int(length, 16), int(codec[1:]))
    return Item(int(tag, 16), name, NAMED[codec], int(length, 16))
