"""Where things are on disk: one data folder per terminal."""

import os
from pathlib import Path


def home(explicit: str | None = None) -> Path:
    """The data folder: the argument, else ``YIBAO_HOME``, else the place the system gives to programs."""
    if chosen := explicit or os.environ.get("YIBAO_HOME"):
        return Path(chosen).expanduser().absolute()
    import platformdirs  # only needed where no folder was named

    return Path(platformdirs.user_data_dir("yibao-terminal", appauthor=False))


def settings_file(folder: Path) -> Path:
    """The settings of this terminal."""
    return folder / "settings.toml"


def store_folder(folder: Path) -> Path:
    """The queue's database and keys."""
    return folder / "store"


def copies_folder(folder: Path) -> Path:
    """Copies of the store, where the settings name no other place."""
    return folder / "copies"


def policies_folder(folder: Path) -> Path:
    """Policy packs of this site, beside the shipped ones."""
    return folder / "policies"


def kept_packs(folder: Path) -> Path:
    """Made of the policy packs and made again when it is gone."""
    return folder / "kept-packs"


def log_folder(folder: Path) -> Path:
    """Logs, one file per day."""
    return folder / "log"


def catalogue_file(folder: Path) -> Path:
    """What the insurance says about items."""
    return folder / "catalogue.db"


def prices_file(folder: Path) -> Path:
    """What the house sells them for."""
    return folder / "prices.csv"


def price_index(folder: Path) -> Path:
    """Made of the price list and made again when it is gone."""
    return folder / "prices.db"


def keymap_file(folder: Path) -> Path:
    """This site's own keys of the desk."""
    return folder / "keymap.toml"
