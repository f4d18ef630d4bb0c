"""How does a command keep other processes while it needs them, and none afterwards?"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from ecluse.model.errors import UnavailableError

__all__ = ["Processes"]

_ENDS: Final = 10.0
"""Seconds that a process has to end when it is asked to."""
_STARTS: Final = 120.0
"""Seconds that one has to begin its work."""
_LOOKS: Final = 0.05


class Processes:
    """Processes in sessions of their own, so that Ctrl-C reaches only the command; all have ended when the block has."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        self._before: Any = None  # what SIGHUP did

    def run(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        """Runs one to its end.

        Raises:
            UnavailableError: when it fails.
        """
        self.start("step", command, folder=folder, environment=environment, log=log)
        process, _ = self._running["step"]
        while process.poll() is None:
            time.sleep(_LOOKS)
        if process.returncode:
            raise _failed(command[-1], log)
        self.stop("step")

    def start(
        self, name: str, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path, out: Path | None = None
    ) -> None:  # fmt: skip
        """Starts one; what it prints goes into `log`, or its standard output into `out`."""
        with log.open("ab") as told, (out or log).open("ab") as printed:
            self._running[name] = (
                subprocess.Popen(  # noqa: S603 - our own commands
                    command,
                    cwd=folder,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=told,
                    start_new_session=True,
                ),
                log,
            )

    def wait_for(self, name: str, ready: Callable[[], bool]) -> None:
        """Waits until it does its work.

        Raises:
            UnavailableError: when it ends before, or takes too long.
        """
        end = time.monotonic() + _STARTS
        while not ready():
            self.check(name)
            if time.monotonic() > end:
                raise _failed(name, self._running[name][1])
            time.sleep(_LOOKS)

    def check(self, *names: str) -> None:
        """Looks whether these still run.

        Raises:
            UnavailableError: when one does not.
        """
        for name in names:
            process, log = self._running[name]
            if process.poll() is not None:
                raise _failed(name, log)

    def is_running(self, name: str) -> bool:
        """Whether it has not ended.

        Raises:
            UnavailableError: when it ended badly.
        """
        process, log = self._running[name]
        if process.poll():
            raise _failed(name, log)
        return process.returncode is None

    def stop(self, *names: str) -> None:
        """Asks these to end, and ends them when they do not."""
        processes = [self._running.pop(name)[0] for name in names if name in self._running]
        for process in processes:
            process.terminate()
        try:
            for process in processes:
                process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also when Ctrl-C comes a second time
            for process in processes:
                process.kill()
                process.wait()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            # a terminal that closes ends the command as SIGTERM does, and not at once, which would leave them behind
            self._before = signal.signal(
                signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM)
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(*list(self._running))
        if self._before is not None:
            signal.signal(signal.SIGHUP, self._before)


def _failed(name: str, log: Path) -> UnavailableError:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    said = f": {lines[-1].strip()}" if lines else ""
    return UnavailableError(f"`{name}` ended or did not begin{said}", help=f"see `{log}`")
