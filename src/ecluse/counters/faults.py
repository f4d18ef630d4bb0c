"""What went wrong on the way to the shared counter, in words, and what is to be done about it?

Neither keys nor values appear: they name accounts.
"""

import re
from typing import Final

from redis import exceptions as redis_errors

from ecluse.model.errors import UnavailableError

__all__ = ["unavailable"]

_SAID: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (
        redis_errors.AuthenticationError,
        "does not accept the password",
        "put `user:password` as the server knows it into `password_file`",
    ),
    (
        redis_errors.BusyLoadingError,
        "is still reading its files",
        "wait; the gate tries again by itself",
    ),
    (
        redis_errors.ReadOnlyError,
        "has become a replica",
        "wait for the new master, or give its address",
    ),
    (
        redis_errors.OutOfMemoryError,
        "has no memory left",
        "raise `maxmemory`; docs/redis.md says how much an account takes",
    ),
    (
        redis_errors.NoPermissionError,
        "does not permit what the gate needs",
        "give its user the commands and keys of docs/redis.md",
    ),
    (
        redis_errors.ClusterDownError,
        "is a Redis Cluster that does not cover every slot",
        "look at `redis-cli --cluster check`",
    ),
    (
        redis_errors.MovedError,
        "is on another node of a Redis Cluster",
        "set `cluster: true`",
    ),
    (
        redis_errors.AskError,
        "is moving the counter to another node",
        "wait until the slot has been moved",
    ),
    (
        redis_errors.TryAgainError,
        "is moving the counter to another node",
        "wait until the slot has been moved",
    ),
)  # fmt: skip
_CODES: Final = {
    "NOREPLICAS": (
        "has too few replicas to take writes",
        "bring the replicas back, or lower `min-replicas-to-write`",
    ),
    "MISCONF": (
        "cannot write to its disk",
        "make room on its disk; its log says what failed",
    ),
    "NOAUTH": (
        "asks for a password",
        "name a file with `user:password` in `password_file`",
    ),
    "BUSY": ("is busy with a script of somebody else", "wait, or end it with `SCRIPT KILL`"),
    "ASK": ("is moving the counter to another node", "wait until the slot has been moved"),
    "MOVED": ("is on another node of a Redis Cluster", "set `cluster: true`"),
}
_LINE: Final = re.compile(r"user_script:(\d+):")


def unavailable(error: Exception, what: str) -> UnavailableError:
    """Says what failed.

    Args:
        error: of redis-py, of a socket, or of a deadline.
        what: the script or command that was asked for.
    """
    said, help_ = _words(error, what)
    return UnavailableError(f"the shared counter {said}", help=help_)


def _words(error: Exception, what: str) -> tuple[str, str]:
    if isinstance(error, TimeoutError | redis_errors.TimeoutError):
        return (
            "does not answer in time",
            "look whether its server runs; `timeout` says how long a gate waits",
        )
    for kind, said, help_ in _SAID:
        if isinstance(error, kind):
            return said, help_
    if isinstance(error, OSError | redis_errors.ConnectionError):
        return (
            "cannot be reached",
            "look whether its server runs, and whether address and TLS are right",
        )
    code = str(error).split(" ", 1)[0]
    if code in _CODES:
        return _CODES[code]
    line = _LINE.search(str(error))
    where = f" at line {line[1]}" if line else ""
    return (
        f"failed in `{what}`{where}",
        "look into the log of its server; report it as a fault of the gate",
    )
