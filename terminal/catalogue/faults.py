"""What makes a catalogue, or a file for it, unusable."""

from terminal.faults import Exit, Fault


class BadCatalogueFile(Fault):
    """A file to import that does not have the promised shape; nothing of it was taken."""

    code = "bad_catalogue_file"
    exit = Exit.INPUT
    zh = "目录文件 {file} 第 {row} 行不对：{found}；没有导入任何内容。"
    en = "Catalogue file {file}, row {row}: {found}; nothing was imported."
    next_zh = "请改正该文件或列设置后重新导入。"
    next_en = "Correct the file or the columns and import it again."


class NoCatalogue(Fault):
    """There is no catalogue yet."""

    code = "no_catalogue"
    exit = Exit.INPUT
    zh = "{file} 不存在：还没有导入目录。"
    en = "{file} does not exist: no catalogue was imported yet."
    next_zh = "运行 `yibao catalogue import`。"
    next_en = "Run `yibao catalogue import`."
