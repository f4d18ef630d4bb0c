"""Disks that stop the world, or refuse, at any one of their operations."""

import errno
import os
import threading
from pathlib import Path

from ecluse.ledgers.disk import Disk


class Crash(BaseException):
    """The power switch."""


class FragileDisk(Disk):
    """Counts operations and dies at one of them: half of a write is done, anything else not at all, and nothing after."""

    def __init__(self, dies_at=None):
        self.done, self.dies_at = 0, dies_at
        self.dead = False
        self._one = threading.RLock()

    def _count(self):
        if self.dead or (self.dies_at is not None and self.done >= self.dies_at):
            self.dead = True
            raise Crash
        self.done += 1

    def write(self, descriptor, data):
        with self._one:
            first = not self.dead
            try:
                self._count()
            except Crash:
                if first:
                    os.write(descriptor, bytes(data)[: len(data) // 2])
                raise
            super().write(descriptor, data)

    def write_at(self, descriptor, data, offset):
        with self._one:
            self._count()
            super().write_at(descriptor, data, offset)

    def sync(self, descriptor):
        with self._one:
            self._count()
            super().sync(descriptor)

    def truncate(self, descriptor, size):
        with self._one:
            self._count()
            super().truncate(descriptor, size)

    def rename(self, source, target):
        with self._one:
            self._count()
            super().rename(source, target)

    def unlink(self, path):
        with self._one:
            self._count()
            super().unlink(path)


class BusyDisk(FragileDisk):
    """Between any two operations somebody else does something: `meanwhile`, unless it is None."""

    meanwhile = None

    def _count(self):
        work, self.meanwhile = self.meanwhile, None  # what it does itself is not interrupted
        if work is not None:
            work()
            self.meanwhile = work
        super()._count()


class UnsyncedDisk(BusyDisk):
    """Remembers what no sync has made safe yet; `lose_power` takes all of it back."""

    def __init__(self, dies_at=None):
        super().__init__(dies_at)
        self._before = {}  # file -> what it holds on the medium, while that differs
        self._renamed = []  # (folder, source, target, what the target was), not synced yet

    def _remember(self, descriptor):
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        file = os.fstat(descriptor).st_ino
        if file not in self._before:
            self._before[file] = place.read_bytes()

    def write(self, descriptor, data):
        with self._one:
            self._remember(descriptor)
            super().write(descriptor, data)

    def write_at(self, descriptor, data, offset):
        with self._one:
            self._remember(descriptor)
            super().write_at(descriptor, data, offset)

    def sync(self, descriptor):
        with self._one:
            super().sync(descriptor)
            self._before.pop(os.fstat(descriptor).st_ino, None)

    def rename(self, source, target):
        with self._one:
            was = target.read_bytes() if target.exists() else None
            super().rename(source, target)
            self._renamed.append((target.parent, source, target, was))

    def sync_folder(self, folder):
        with self._one:
            super().sync_folder(folder)
            self._renamed = [one for one in self._renamed if one[0] != folder]

    def lose_power(self, root):
        """Leaves what the medium has; the process must be gone by now."""
        for path in [path for path in root.rglob("*") if path.is_file()]:
            content = self._before.get(path.stat().st_ino)
            if content is not None:
                path.write_bytes(content)
        for _, source, target, was in reversed(self._renamed):
            target.rename(source)
            if was is not None:
                target.write_bytes(was)


class RefusingDisk(BusyDisk):
    """Refuses one operation, as a full disk does, and goes on."""

    refuses_at = None

    def _count(self):
        super()._count()
        if self.done - 1 == self.refuses_at:
            raise OSError(errno.ENOSPC, "No space left on device")
