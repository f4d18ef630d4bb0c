"""Which files and addresses make a gate, and what do they say?"""

from dataclasses import dataclass, replace
from pathlib import Path

from ecluse.loaders.clients import load_clients
from ecluse.loaders.routes import load_routes
from ecluse.loaders.settings import load_settings
from ecluse.model.channel import Channel, Mail, Webhook
from ecluse.model.enrolment import Enrolment
from ecluse.model.estate import Estate
from ecluse.model.settings import Listen, Settings
from ecluse.routes.routes import Routes
from ecluse.sources.written import read_written

__all__ = ["GateFiles"]


@dataclass(frozen=True, slots=True)
class GateFiles:
    """The files and addresses of a gate, as the command line names them."""

    policy: Path | None
    estate: Path | None
    ledger: Path
    keys: Path | None = None
    settings: Path | None = None
    unix: Path | None = None
    tcp: str | None = None
    clients: Path | None = None
    routes: Path | None = None

    def read_settings(self) -> Settings:
        """The settings file, over it what the command line says; paths are relative to the settings file.

        Raises:
            ConfigError: with every fault of the file.
        """
        if self.settings is None:
            said, folder = Settings(), Path()
        else:
            said = load_settings(read_written(self.settings), file=str(self.settings))
            folder = self.settings.parent
        listen = _resolved(said.listen, folder)
        if self.unix is not None:
            listen = replace(listen, unix=str(self.unix))
        if self.tcp is not None:
            listen = replace(listen, tcp=self.tcp)
        counter = said.counter
        if counter is not None:
            counter = replace(counter, password_file=_under(folder, counter.password_file))
        return replace(
            said,
            listen=listen,
            counter=counter,
            channels=tuple(_channel(channel, folder) for channel in said.channels),
            honey=None
            if said.honey is None
            else replace(said.honey, persons=str(folder / said.honey.persons)),
            clients=str(self.clients) if self.clients else _under(folder, said.clients),
            routes=str(self.routes) if self.routes else _under(folder, said.routes),
        )

    def read_clients(self, settings: Settings, estate: Estate | None) -> Enrolment:
        """The enrolled clients; nobody but the Unix socket's where there is no file.

        Raises:
            ConfigError: with every fault of the file.
        """
        if settings.clients is None:
            return Enrolment()
        known = None if estate is None else [a.id for a in estate.applications]
        file = Path(settings.clients)
        return load_clients(read_written(file), file=str(file), applications=known)

    def read_routes(self, settings: Settings, estate: Estate | None) -> Routes | None:
        """The routes by which proxies' requests are read; None where there is no file.

        Raises:
            ConfigError: with every fault of the file.
        """
        if settings.routes is None:
            return None
        file = Path(settings.routes)
        return load_routes(read_written(file), file=str(file), estate=estate)


def _under(folder: Path, name: str | None) -> str | None:
    return None if name is None else str(folder / name)


def _channel(channel: Channel, folder: Path) -> Channel:
    """The channel with the files that it names found from the settings file."""
    way = channel.way
    if isinstance(way, Mail):
        return replace(channel, way=replace(way, password_file=_under(folder, way.password_file), ca_file=_under(folder, way.ca_file)))  # fmt: skip
    if isinstance(way, Webhook):
        return replace(channel, way=replace(way, secret_file=str(folder / way.secret_file), ca_file=_under(folder, way.ca_file)))  # fmt: skip
    return replace(channel, way=replace(way, ca_file=_under(folder, way.ca_file)))


def _resolved(listen: Listen, folder: Path) -> Listen:
    return replace(
        listen,
        unix=_under(folder, listen.unix),
        certificate=_under(folder, listen.certificate),
        key=_under(folder, listen.key),
        client_ca=_under(folder, listen.client_ca),
    )
