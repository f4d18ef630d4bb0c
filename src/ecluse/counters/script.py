"""What runs on the server? The scripts, put together from `scripts/*.lua`, with the hashes that name them.

Each is one of the main files after the parts that it uses. They are the third implementation of what a
policy means, beside the engine and the compiled replay, and are held to `tests/reference/meaning.py`.
"""

from dataclasses import dataclass, field
from hashlib import sha1
from importlib.resources import files
from typing import Final

__all__ = [
    "DECIDE",
    "DRAWN",
    "ENTER",
    "LOAD",
    "MARK",
    "PUBLISH",
    "REGISTER",
    "SETTLE",
    "TOLD",
    "USAGE",
    "Script",
]


@dataclass(frozen=True, slots=True)
class Script:
    """One script.

    Attributes:
        name: of its main file.
        source: Lua, with the line that asks for what Redis 7 checks before it runs (role, memory).
        sha: SHA-1 of the source, by which the server knows it.
    """

    name: str
    source: bytes = field(repr=False)
    sha: str


_COUNTS: Final = ("keys", "clock", "items", "sums", "windows")
_CHARGES: Final = (*_COUNTS, "chains", "charge")


def _script(name: str, *parts: str, flags: str = "") -> Script:
    folder = files("ecluse.counters") / "scripts"
    texts = [(folder / f"{part}.lua").read_text("utf-8") for part in (*parts, name)]
    source = "\n".join([f"#!lua {flags}".strip(), *texts]).encode()
    return Script(name, source, sha1(source, usedforsecurity=False).hexdigest())


DECIDE: Final = _script("decide", *_CHARGES, "state", "draws", "opening", "reserve")
DRAWN: Final = _script("drawn", "keys", flags="flags=no-writes")
ENTER: Final = _script("enter", "keys")
LOAD: Final = _script("load", *_CHARGES)
MARK: Final = _script("mark", "keys")
PUBLISH: Final = _script("publish", "clock")
REGISTER: Final = _script("register", "keys")
SETTLE: Final = _script("settle", *_CHARGES)
TOLD: Final = _script("told", "keys", flags="flags=no-writes")
USAGE: Final = _script("usage", *_COUNTS, "state", "draws", flags="flags=no-writes")
