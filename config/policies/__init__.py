"""Policy packs as bytes. What they mean is known to the adjudication engine alone."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from config.faults import ConfigFault


class NoPack(ConfigFault):
    """There is no policy pack of that name."""

    code = "no_pack"
    zh = "没有名为 {pack} 的政策包；现有：{known}。"
    en = "There is no policy pack named {pack}; there are {known}."
    next_zh = "请写明其中一个，或给出含 pack.toml 的文件夹。"
    next_en = "Name one of them, or give a folder that holds a pack.toml."


def _folders(extra: Path | None) -> dict[str, Traversable]:
    """Packs by id; one in the extra folder goes before a shipped one of the same id."""
    places: list[Traversable] = [files(__name__), *([extra] if extra is not None and extra.is_dir() else [])]
    return {
        folder.name: folder
        for place in places
        for folder in sorted(place.iterdir(), key=lambda entry: entry.name)
        if folder.is_dir() and folder.joinpath("pack.toml").is_file()
    }


def pack_ids(extra: Path | None = None) -> tuple[str, ...]:
    """The ids of all packs, shipped ones and those of a site's own folder."""
    return tuple(sorted(_folders(extra)))


def pack_files(pack_id: str, extra: Path | None = None) -> dict[str, bytes]:
    """A pack's files by name, such as ``pack.toml`` or ``tables/ratio.csv``. Raises NoPack."""
    folders = _folders(extra)
    if pack_id not in folders:
        raise NoPack(pack=pack_id, known=", ".join(sorted(folders)))
    return files_in(folders[pack_id])


def files_in(folder: Traversable) -> dict[str, bytes]:
    """The TOML files of a folder and the tables beside them."""
    found = {entry.name: entry for entry in folder.iterdir() if entry.is_file() and entry.name.endswith(".toml")}
    tables = folder.joinpath("tables")
    if tables.is_dir():
        found |= {f"tables/{entry.name}": entry for entry in tables.iterdir() if entry.name.endswith(".csv")}
    return {name: entry.read_bytes() for name, entry in sorted(found.items())}
