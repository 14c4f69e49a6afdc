"""One open data folder: settings, journal, persons, policies and the way to the centre."""

import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from config import profiles
from config.places import kept_packs, policies_folder, store_folder
from config.profiles import Profile
from config.settings import Settings, load
from offline_queue.keystores import FileKeys, SystemKeys, Unhurried
from offline_queue.numbers import Share
from offline_queue.ports import Identity, Keystore
from offline_queue.queue import Queue
from terminal.centre import Centre, Endpoint, Operator
from terminal.clock import Clock, now
from terminal.counter.faults import NoCentreSecret
from terminal.counter.offline_policy import read
from terminal.counter.people import People
from terminal.counter.policies import Policies
from terminal.documents import Institution, InstitutionKind, Tier

if TYPE_CHECKING:
    from offline_queue.hub.end import HubEnd

_SIGNER_SETTING = "centre.secret_file"


class Till:
    """Everything a use case needs; a context manager. Raises the faults of settings, store and keystore on opening.

    ``adopt`` names who decided to go on from an older copy of the store, ``anew`` who gave up a lost one.
    """

    def __init__(
        self, home: Path, *, clock: Clock = now, settings: Settings | None = None, adopt: str = "", anew: str = ""
    ) -> None:
        self.home = home
        self.clock = clock
        self.settings = settings or load(home)
        self.profile = _profile(self.settings)
        self.policies = Policies(policies_folder(home), kept=kept_packs(home))
        offline = read(home, self.settings.offline)
        self.offline = offline.words
        """What may happen in an outage; the settings' own words where none are signed."""
        folder = store_folder(home)
        folder.mkdir(parents=True, exist_ok=True)
        self.queue = Queue.open(
            folder,
            identity=Identity(self.settings.institution.code, self.settings.terminal),
            keys=_keys(self.settings, folder),
            clock=clock,
            limits=offline.limits,
            site_key=bytes.fromhex(self.settings.recovery_key) or None,
            adopt=adopt,
            anew=anew,
        )
        if self.settings.hub.address:
            self.queue.numbers.shares = self._leased
        with self.queue.noting():  # processes that open a new folder at once make its files one after the other
            self.people = People(folder, self.queue.sealer)
        self.tallies: dict[tuple[int, type], Any] = {}
        """By thread and kind; theirs who read the register."""
        self._lines = threading.local()
        self._signer: tuple[str, str] | None = None
        self._reached: bool | None = None
        self._centres: list[Centre] = []
        self.hub: HubEnd | None = None
        """The way to the site's hub, made by the first forwarder and kept for those that follow."""

    def _leased(self, number: int) -> Share:
        """What the site's hub lets this folder give out; a terminal without one never comes here."""
        from terminal.counter.to_hub import Leased

        self.queue.numbers.shares = Leased(self.queue, self.home, self.settings.hub)
        return self.queue.numbers.shares(number)

    @property
    def institution(self) -> Institution:
        """Who settles here, in the words of a claim."""
        site = self.settings.institution
        return Institution(site.code, site.name, site.area, Tier(site.tier), InstitutionKind(site.kind))

    @property
    def centre(self) -> Centre:
        """The centre; each thread keeps one connection of its own. Raises NoCentreSecret."""
        if not hasattr(self._lines, "centre"):
            self._lines.centre = self._connected()
            self._centres.append(self._lines.centre)
        centre: Centre = self._lines.centre
        return centre

    def _connected(self) -> Centre:
        """A way to the centre for the operator of the settings; nothing is sent yet."""
        site = self.institution
        if self._signer is None:  # read once: what a trial was signed with is there for its settlement
            self._signer = _secret(self.settings.centre.secret_file)
        endpoint = Endpoint(self.settings.centre.endpoint, site, *self._signer)
        who = Operator(self.settings.operator, self.settings.operator_name)
        return Centre(self.profile, endpoint, who, self.clock, self.queue.numbers.next)

    def sign_out(self) -> None:
        """Signs the operator out at the centre, on every line of this process. Raises the faults of the centre."""
        if self.profile.sign_in and not sum([centre.sign_out() for centre in self._centres]):
            self.centre.sign_in()  # another process did: a number to end is given only here
            self.centre.sign_out()

    def line(self, reached: bool) -> None:
        """Notes that the centre answered, or did not; stored only when that changes, because storing costs a flush."""
        if reached is not self._reached:
            self.queue.contact(reached)
            self._reached = reached

    def close(self) -> None:
        """Closes every line and store."""
        for centre in self._centres:
            centre.close()
        if self.hub:
            self.hub.close()
        self.people.close()
        self.queue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _secret(file: str) -> tuple[str, str]:
    """Account and secret from the file that the settings name; both empty where they name none."""
    if not file:
        return "", ""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise NoCentreSecret(setting=_SIGNER_SETTING, file=file, found=error.strerror) from error
    except UnicodeDecodeError as error:
        raise NoCentreSecret(setting=_SIGNER_SETTING, file=file, found="不是文本 not text") from error
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    account, secret = pairs.get("account", "").strip(), pairs.get("secret", "").strip()
    if not secret:
        raise NoCentreSecret(setting=_SIGNER_SETTING, file=file, found="没有 secret=… no line secret=…")
    return account, secret


def _profile(settings: Settings) -> Profile:
    profile = profiles.load(settings.centre.profile)
    horizon = settings.offline.settle_horizon_seconds
    if not horizon:
        return profile
    deadlines = msgspec.structs.replace(profile.deadlines, settle_horizon=horizon)
    return msgspec.structs.replace(profile, deadlines=deadlines)


def _keys(settings: Settings, folder: Path) -> Keystore:
    return Unhurried(FileKeys(folder / "keys") if settings.keystore == "file" else SystemKeys())
