"""What does `evidence.yaml` of a register say? Which authority dates evidence packs, and by which certificates it is known.

    version: 1
    timestamp:
      url: https://tsa.example.org/tsr
      certificates: tsa.pem          # beside this file; its root, and those between

Without the file, or without `timestamp`, packs have no timestamp and say so.
"""

import re
from dataclasses import dataclass
from typing import Final

from ecluse.loaders.located import Fields, Reader

__all__ = ["Stamping", "load_evidence"]

_URL: Final = re.compile(r"https?://[^\s<>\"'`]{1,500}")
_TIMESTAMP: Final = ("url", "certificates")


@dataclass(frozen=True, slots=True)
class Stamping:
    """A time-stamping authority.

    Attributes:
        certificates: name of a PEM file, relative to `evidence.yaml`.
    """

    url: str
    certificates: str


def load_evidence(text: bytes | str, *, file: str) -> Stamping | None:
    """Reads the file; None when it names no authority.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, ("version", "timestamp"), what="the evidence settings")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    inner = top.fields("timestamp", _TIMESTAMP, what="the timestamp")
    stamping = None
    if inner is not None:
        shape = "an address such as https://tsa.example.org/tsr"
        url = inner.string("url", "", required=True, pattern=_URL, shape=shape)
        stamping = Stamping(url, inner.string("certificates", "", required=True))
    reader.raise_if_issues()
    return stamping
