"""How is a file of criminals parsed? In this process, which can do nothing but read it and answer.

The parent gives the open sample as standard input, a request on a pipe, and takes the answer from standard output. Before the first byte of
the sample is read, the process gives up what it could harm with: it cannot open a file or a socket any more (no descriptor is
left), write to a file, start a process that gains rights, leave a core, or use more memory and time than it was given.

What this is not: another user, a container or a filter of system calls. A fault in the interpreter that lets a sample run its own
code would find a process without descriptors, environment and keys on disk, but with the two keys of this one request in its memory.
"""

import codecs
import ctypes
import io
import os
import resource
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from ecluse.incident.sample.archive import BYTES_MAX, unpack
from ecluse.incident.sample.fingerprint import Fingerprints, Wanted, fingerprint
from ecluse.incident.sample.rows import Refused, Shape

__all__ = ["Answer", "Request", "confine", "main"]

_REQUEST_MAX: Final = 1024 * 1024
_ENCODINGS: Final = (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "cp437",
    "latin-1",
    "ascii",
)
_REHEARSED: Final = (
    b"a;b\nx;1\ny;2\nz;3\n",
    b'[{"a": {"b": 1}}, {"a": ["2024-01-01T00:00:00Z"]}]',
    b'{"a": "\xe9"}\n{"a": 2}\n',
    b"\x1f\x8b no gzip",
    b"PAR1 no Parquet",
)
_BARE: Final = Wanted(
    shape=Shape(form="parquet"), identifier=None, fields=(), times=("at",), person_key=bytes(32), value_key=bytes(32),
)  # fmt: skip
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38


class Request(msgspec.Struct, frozen=True):
    """What the parent asks: fingerprints, and within which limits."""

    wanted: Wanted
    member: str
    memory: int
    seconds: int


class Answer(msgspec.Struct, frozen=True):
    """Fingerprints, or why the sample was refused."""

    found: Fingerprints | None = None
    refused: str = ""


def main(pipe: int) -> NoReturn:
    """Answers one request, and ends."""
    request = _read_request(pipe)
    _prepare(request.wanted)
    confine(memory=request.memory, seconds=request.seconds)
    answer = _answer(request)
    with os.fdopen(1, "wb", closefd=False) as out:
        out.write(msgspec.msgpack.encode(answer))
    os._exit(0)


def confine(*, memory: int, seconds: int) -> None:
    """Gives up everything that parsing does not need; there is no way back."""
    listed = Path("/proc/self/fd")
    highest = max(int(p.name) for p in listed.iterdir()) if listed.is_dir() else 255
    os.closerange(3, highest + 1)
    libc = ctypes.CDLL(None, use_errno=True)
    prctl = getattr(libc, "prctl", None)  # Linux has it
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (value, value))


def _read_request(pipe: int) -> Request:
    with os.fdopen(pipe, "rb") as file:
        return msgspec.msgpack.decode(file.read(_REQUEST_MAX), type=Request)


def _prepare(wanted: Wanted) -> None:
    """Rehearses on samples of our own, so that everything is loaded that could be needed: nothing can be opened later."""
    shape = wanted.shape
    for name in (*_ENCODINGS, *([shape.encoding] if shape.encoding else [])):
        with suppress(LookupError):
            codecs.lookup(name)
    for content in (
        *_REHEARSED,
        _zipped(),
        *([_parquet()] if shape.form in {"", "parquet"} else []),
    ):
        with suppress(Refused):
            fingerprint(unpack(content, ""), wanted)


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", _REHEARSED[0])
    return out.getvalue()


def _parquet() -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - large, and seldom needed
    import pyarrow.parquet as pq  # noqa: PLC0415 - idem

    out = io.BytesIO()
    for compression in ("zstd", "gzip", "brotli", "lz4", "snappy"):
        out.seek(0)
        now = pa.array([0, 1], pa.timestamp("us", "UTC"))
        pq.write_table(pa.table({"a": ["b", "c"], "at": now}), out, compression=compression)
        with suppress(Refused):
            fingerprint(out.getvalue(), _BARE)
    return out.getvalue()


def _answer(request: Request) -> Answer:
    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            content = file.read(BYTES_MAX + 1)
        return Answer(found=fingerprint(unpack(content, request.member), request.wanted))
    except Refused as refused:
        return Answer(refused=str(refused))
    except MemoryError:
        return Answer(refused="it needs more memory than the process that reads it was given")


if __name__ == "__main__":
    main(int(sys.argv[1]))
