"""How is the gate set up? Its settings as one frozen tree; `loaders.settings` reads it from a file."""

from dataclasses import dataclass, field
from enum import Enum

from ecluse.model.channel import Channel
from ecluse.model.policy import Window
from ecluse.model.time import DAY, MINUTE, SECOND

__all__ = ["Failure", "Honey", "Listen", "Settings", "SharedCounter", "StepUp"]


class Failure(Enum):
    """What is decided while the shared counter cannot be reached; the operator writes it down."""

    DENY = "deny"
    PERMIT = "permit"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the gate answers; a Unix socket, a TCP address, or both.

    Attributes:
        unix: path of the socket. mode, group: its permissions, which say who may ask.
        tcp: `address:port`; `[::1]:8750` for IPv6.
        certificate, key: PEM files; without them TCP is refused but on loopback.
        client_ca: PEM file of the authority whose certificates clients show (mutual TLS).
    """

    unix: str | None = None
    mode: int = 0o660
    group: str | None = None
    tcp: str | None = None
    certificate: str | None = None
    key: str | None = None
    client_ca: str | None = None


@dataclass(frozen=True, slots=True)
class SharedCounter:
    """Redis or Valkey that several gates share.

    Attributes:
        url: `redis://host:port/0`, `rediss://…`, or `unix:///path`.
        cluster: whether it is a Redis Cluster.
        name: of the counter; gates of one name count together.
        password_file: file with `user:password` or `password`.
        gates: names of all gates that share it; the counter is whole when each has given what its ledger holds.
        gate: the name of this one.
        timeout: microseconds without an answer after which it counts as out of reach.
        when_unreachable: what is decided then.
        allowance: with `permit`, the most distinct persons an account may still read here, per window.
    """

    url: str
    cluster: bool = False
    name: str = "ecluse"
    password_file: str | None = None
    gates: tuple[str, ...] = ("gate",)
    gate: str = "gate"
    timeout: int = SECOND // 4
    when_unreachable: Failure = Failure.DENY
    allowance: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class StepUp:
    """What counts as having given a second factor again (RFC 9470).

    Attributes:
        acr_values: what the identity provider is asked for.
        max_age: seconds since the factors were given.
        factors: kinds that are a second factor; a mailed code is none (CNIL, délibération 2025-019).
    """

    acr_values: tuple[str, ...] = ("urn:ecluse:second-factor",)
    max_age: int = 300
    factors: frozenset[str] = frozenset({"totp", "key", "passkey", "smartcard"})


@dataclass(frozen=True, slots=True)
class Honey:
    """Honey records, and who rehearses thefts with them.

    Attributes:
        persons: file with the identifiers of honey persons, one a line; nobody has any of them.
        accounts: synthetic accounts, used by drills alone.
    """

    persons: str
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set on a gate.

    Attributes:
        clients: file of the enrolled clients.
        routes: file that finds persons in paths, for nginx, Caddy, Traefik and Envoy.
        reservation: microseconds after which an unanswered reservation is kept for good.
        slow: microseconds by which `slow` delays.
        durable: False answers once the entry is with the operating system; a loss of power may then forget entries.
        loss: microseconds of entries that a loss of power may take when not durable.
        contact: whom the person in front of the screen can call, by language.
        snapshot_every: entries between two snapshots of the counts.
        retire: microseconds over which a closing application's limits fall to nothing.
        channels: who is told of findings.
        honey: what belongs to nobody, and the accounts that alone may read it, during a drill.
    """

    listen: Listen = field(default_factory=Listen)
    clients: str | None = None
    routes: str | None = None
    counter: SharedCounter | None = None
    step_up: StepUp = field(default_factory=StepUp)
    reservation: int = MINUTE
    slow: int = 3 * SECOND
    durable: bool = True
    loss: int = SECOND
    contact: tuple[tuple[str, str], ...] = ()
    snapshot_every: int = 500_000
    retire: int = 30 * DAY
    channels: tuple[Channel, ...] = ()
    honey: Honey | None = None
