"""How are the counter's keys named? All carry one hash tag, so that one script may use them together."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec
from redis.crc import key_slot

from ecluse.counters.tallies import Tally
from ecluse.model.decision import Hold
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Key

__all__ = ["Keys", "access_tag", "encoded", "hold_name", "packed_hold", "value_text"]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one counter.

    Attributes:
        name: of the counter; `{name}` is the hash tag.
        fixed: the five that every script takes, as `scripts/keys.lua` says.
    """

    name: str
    fixed: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.name or set(self.name) & set("{}"):
            raise ConfigError(
                f"`{self.name}` cannot be the name of a shared counter",
                help="use letters, digits and hyphens",
            )
        words = ("state", "holds", "chains", "reservations", "expiries")
        object.__setattr__(self, "fixed", tuple(self._key(word) for word in words))

    @property
    def holds(self) -> bytes:
        """The hash of what is closed."""
        return self._key("holds")

    @property
    def topics(self) -> bytes:
        """The hash of what gates tell each other."""
        return self._key("topics")

    @property
    def slot(self) -> int:
        """Where all of them lie on a Redis Cluster."""
        return key_slot(self.topics)

    def prefix(self, tally: Tally) -> str:
        """How the keys of a tally begin."""
        return f"{{{self.name}}}:{tally.tag}:"

    def _key(self, word: str) -> bytes:
        return f"{{{self.name}}}:{word}".encode()


def value_text(value: Any) -> str:
    """A budget's key for a request as text; parts of a combination carry their lengths, so that none runs into another."""
    if isinstance(value, str):
        return value
    return "".join(f"{len(part)}:{part}" for part in value)


def encoded(text: str) -> bytes:
    """Text as bytes, whatever it holds."""
    return text.encode("utf-8", "surrogatepass")


def hold_name(key: Key, name: str) -> bytes:
    """The field of what is closed."""
    return encoded(f"{key.value}:{name}")


def packed_hold(hold: Hold) -> bytes:
    """A hold as the hash of what is closed keeps it."""
    return msgspec.msgpack.encode((hold.policy, hold.at))


def access_tag(gate: str) -> str:
    """What begins the names of a gate's accesses: no two gates decide one access."""
    return blake2b(gate.encode(), digest_size=4).hexdigest()
