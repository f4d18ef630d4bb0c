"""A real PostgreSQL: a cluster of its own on a Unix socket, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

DEADLINE = 120.0
USER = "portal"


def programs() -> Path:
    """The folder of PostgreSQL's programs, the newest if there are several."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    folders = [folder for folder in folders if (folder / "initdb").exists()]
    if not folders:
        pytest.fail("PostgreSQL is missing: install it (Debian: apt-get install postgresql)")
    return folders[-1]


@contextmanager
def postgres() -> Iterator[str]:
    """A server with an empty database; its URL.

    It refuses to run as root, so root lends it the user `postgres`; and since that user may not look into
    pytest's folders, it gets one of its own.
    """
    bin_ = programs()
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        who = _other_user(folder)
        initdb = [bin_ / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "--no-sync"]
        subprocess.run(
            [*initdb, "-E", "UTF8", "--locale=C.UTF-8"], check=True, capture_output=True, cwd="/", **who
        )  # fmt: skip
        log = folder / "log"
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", f"unix_socket_directories={folder}"]  # fmt: skip
        with log.open("wb") as out:
            process = subprocess.Popen(
                [bin_ / "postgres", "-D", folder / "data", *options], stdout=out, stderr=out, cwd="/", **who
            )  # fmt: skip
        try:
            _create(folder, process, log)
            yield f"postgres://{USER}@/{USER}?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)  # end at once, in good order
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _other_user(folder: Path) -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.fail("PostgreSQL does not run as root, and there is no user `postgres`: make one")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _create(folder: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits for the server, and makes the database."""
    end = time.monotonic() + DEADLINE
    while True:
        try:
            with psycopg.connect(
                host=str(folder), user=USER, dbname="postgres", autocommit=True
            ) as link:
                link.execute(f"CREATE DATABASE {USER}")
                return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not answer:\n{log.read_text()}") from None
            time.sleep(0.05)
