"""How does a sample become fingerprints without anybody reading it here? Another process reads it; this one takes the answer.

The sample is opened once, never copied and never written anywhere. The answer is checked as the answer of a stranger: its size, its
shape, and that it fits what was asked.
"""

import hashlib
import io
import os
import selectors
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

import ecluse
from ecluse.incident.sample.archive import BYTES_MAX
from ecluse.incident.sample.fingerprint import Fingerprints, Wanted
from ecluse.model.errors import CallerError, SourceError
from ecluse.sources.isolated import Answer, Request

__all__ = ["Limits", "Read", "read_sample"]

_ANSWER_MAX: Final = 1024 * 1024 * 1024
_RUN: Final = "import sys; sys.path.insert(0, sys.argv[2]); from ecluse.sources.isolated import main; main(int(sys.argv[1]))"
_HELP: Final = (
    "say in the claim file how it is written (`sample:`), or cut a smaller piece out of it"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process that reads may use: bytes of memory, seconds of processor and of waiting."""

    memory: int = 4 * 1024**3
    seconds: int = 300


@dataclass(frozen=True, slots=True)
class Read:
    """Fingerprints of a sample, and by what the file itself is recognised."""

    found: Fingerprints
    sha256: str
    size: int


def read_sample(
    path: Path, wanted: Wanted, *, member: str = "", limits: Limits | None = None
) -> Read:
    """Reads a sample in a process of its own.

    Raises:
        CallerError: when it is no file, or larger than is read.
        SourceError: when the process refused it, or did not come to an end.
    """
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        answer = _asked(file, Request(wanted, member, *_of(limits or Limits())), path)
    if answer.found is None:
        raise SourceError(
            f"`{path}` cannot be read as a sample: {answer.refused[:200]}", help=_HELP
        )
    _check(answer.found, wanted)
    return Read(answer.found, digest, size)


def _of(limits: Limits) -> tuple[int, int]:
    return limits.memory, limits.seconds


def _opened(path: Path) -> "io.BufferedReader":
    # A pipe would keep it waiting, and a folder cannot be read.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise CallerError(f"`{path}` is no ordinary file", help="name the file of the sample")
    file = os.fdopen(descriptor, "rb")
    if found.st_size > BYTES_MAX:
        file.close()
        raise CallerError(f"`{path}` has {found.st_size:,} bytes, more than {BYTES_MAX:,}", help="cut a piece out of it: a few thousand rows say as much")  # fmt: skip
    return file


def _asked(file: "io.BufferedReader", request: Request, path: Path) -> Answer:
    inward, outward = os.pipe()
    root = str(Path(ecluse.__file__).parent.parent)
    child = subprocess.Popen(  # noqa: S603 - this interpreter, with nothing of the caller's in its arguments
        [sys.executable, "-I", "-X", "utf8", "-c", _RUN, str(inward), root],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback would show rows of the sample
        pass_fds=(inward,),
        env={},
        cwd="/",
    )
    try:
        os.close(inward)
        with os.fdopen(outward, "wb") as pipe:
            pipe.write(msgspec.msgpack.encode(request))
        content = _collected(child, request.seconds)
        code = child.wait(timeout=30)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        raise _ended(path, child) from None
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    if content is None or code != 0:
        raise _ended(path, child)
    try:
        return msgspec.msgpack.decode(content, type=Answer)
    except msgspec.MsgspecError:
        raise _ended(path, child) from None


def _collected(child: "subprocess.Popen[bytes]", seconds: int) -> bytes | None:
    """The answer; None when it does not come in time, or is too long."""
    assert child.stdout is not None
    end = time.monotonic() + seconds
    whole = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0:
            if not ready.select(left):
                return None
            piece = os.read(child.stdout.fileno(), 1024 * 1024)
            if not piece:
                return bytes(whole)
            whole += piece
            if len(whole) > _ANSWER_MAX:
                return None
    return None


def _ended(path: Path, child: "subprocess.Popen[bytes]") -> SourceError:
    how = "was stopped at its limits" if (child.poll() or -1) < 0 else "failed"
    return SourceError(
        f"`{path}` cannot be read as a sample: the process that reads it {how}", help=_HELP
    )


def _check(found: Fingerprints, wanted: Wanted) -> None:
    """What another process says is not believed further than it fits."""
    sound = (
        found.rows == len(found.persons) == len(found.values) > 0
        and all(p is None or len(p) == 16 for p in found.persons)
        and all(len(v) == len(wanted.fields) for v in found.values)
        and all(p is None or len(p) == 16 for v in found.values for p in v)
        and all(0 <= n <= found.rows for n in (found.impossible, found.masked, found.invented))
    )
    if not sound:
        raise SourceError(
            "the process that read the sample gave an answer that does not fit", help=_HELP
        )
