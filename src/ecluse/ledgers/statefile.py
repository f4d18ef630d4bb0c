"""What did accounts read, in one file beside the ledger, so that a start need not read millions of entries again?

    "ECLSTAT1" | length of the head u32 | head (JSON) | counts and holds | keyed BLAKE2b-256 of all before

The head says which entries are counted: those below `size`, where a segment of this ledger ends. The file
is believed when it was written with the ledger's keys, and a signed checkpoint names that very segment:
so nobody without the keys can make one that counts less, and none fits that another ledger, or this
one in a past that was since replaced, has made. An older one of this ledger is as good as the newest: what
came after it is read from the ledger. Without a file, or with one that is not believed, everything is.

It holds pseudonyms and names of accounts, as the ledger does; nobody else may read it (mode 0600).
"""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal

import msgspec
import polars as pl

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.disk import Disk, unavailable
from ecluse.ledgers.keys import Keys, load_keys
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.mark import Mark
from ecluse.ledgers.notes import read_notes, signed_manifests
from ecluse.ledgers.reader import read_manifests, scan, take_snapshot
from ecluse.ledgers.segment import Manifest
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import PolicySet
from ecluse.service.rebuild import Read, read_back, read_on
from ecluse.service.rebuild_bytes import pack, unpack
from ecluse.service.rebuild_state import engine_of, state_of

__all__ = ["Head", "Part", "Started", "StateFile", "Unusable", "renew", "start"]

_MAGIC: Final = b"ECLSTAT1"
_LENGTH: Final = struct.Struct("<I")
_DIGEST: Final = 32
_PURPOSE: Final = b"ecluse-state"
_HEAD_MAX: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a file that is there is not used.

    Attributes:
        doubtful: whether somebody may have changed it, or the ledger.
    """

    why: str
    doubtful: bool = False


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says of itself.

    Attributes:
        origin: the ledger's.
        size: entries that are counted.
        known: entries that were read; persons of counted entries whom these take back are left out.
        root: of the ledger's tree at `size`, in hexadecimal.
        saved_at: microseconds.
        policy: digest of the policies at the time.
        budgets: their ids.
    """

    origin: str
    size: int
    known: int
    root: str
    saved_at: int
    policy: str
    budgets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries of a ledger, for who only reads: segments outside are not opened.

    Attributes:
        first: the first entry wanted; earlier ones of its segment come as well.
        end: the entry at which to stop; None for all there are.
    """

    root: Path
    first: int = 0
    end: int | None = None

    def scan(
        self, *, since: int | None = None, columns: Sequence[str] = ("seq",)
    ) -> Iterator[pl.DataFrame]:
        """See `reader.scan`; the columns have `seq`."""
        whole = take_snapshot(self.root)
        wanted = tuple(m for m in whole.manifests if m.end > self.first)
        for frame in scan(replace(whole, manifests=wanted), since=since, columns=columns):
            part = frame if self.end is None else frame.filter(pl.col("seq") < self.end)
            if part.height:
                yield part


@dataclass(frozen=True, slots=True)
class Started:
    """What a gate starts with.

    Attributes:
        size: entries of the ledger that are counted.
        how: where the counts come from.
        read: entries that were read from the ledger.
        findings: what a person should know of the snapshot.
    """

    engine: Engine
    size: int
    how: Literal["snapshot", "ledger"]
    read: int
    findings: tuple[Finding, ...] = ()


class StateFile:
    """The snapshot of one ledger's counts.

    Args:
        root: folder of the ledger.
        keys: folder of the keys, unless it is the one in the ledger.

    Raises:
        CallerError: when there is no ledger.
        UnavailableError, IntegrityError: when its keys cannot be read, or are not its own.
    """

    def __init__(self, root: Path, *, keys: Path | None = None, disk: Disk | None = None) -> None:
        self.layout = Layout(root)
        self.path = root / "state"
        self._disk = disk or Disk()
        public = self.layout.read_public_key()
        self._origin = self.layout.read_first_page(public).origin
        self._keys: Keys = load_keys(keys or self.layout.keys, name=self._origin)
        if self._keys.signer.key.public != public.public:
            raise IntegrityError(
                f"the signing key in `{self._keys.folder}` is not this ledger's",
                help="name the right folder with --keys",
            )

    def head(self) -> Head | Unusable | None:
        """What the file says of itself, whether it can be believed or not; None when there is none."""
        content = self._read(len(_MAGIC) + _LENGTH.size + _HEAD_MAX)
        if not isinstance(content, bytes):
            return content
        found = _split(content)
        return found if isinstance(found, Unusable) else found[0]

    def load(self, policies: PolicySet) -> Read | Unusable | None:
        """Reads counts that can be believed and serve the policies; None when there is no file."""
        content = self._read()
        if not isinstance(content, bytes):
            return content
        view = memoryview(content)
        if self._digest(view[:-_DIGEST]) != content[-_DIGEST:]:
            return Unusable("it was altered, or not written with this ledger's keys", doubtful=True)
        found = _split(view[:-_DIGEST])
        if isinstance(found, Unusable):
            return found
        head, begin = found
        if head.origin != self._origin or self._roots().get(head.size) != head.root:
            return Unusable(
                f"after its {head.size} entries no segment of this ledger ends as it says: this is not the ledger "
                "that it was made from, or that ledger was set back",
                doubtful=True,
            )
        try:
            state = unpack(view[begin:-_DIGEST])
        except ValueError as error:
            return Unusable(str(error))
        lacking = state.lacks(policies)
        if lacking:
            return Unusable(f"it has not what the budget `{lacking[0]}` counts")
        return Read(state, head.size, head.known)

    def points(self) -> tuple[Manifest, ...]:
        """The sealed segments that a checkpoint names, in order: a snapshot is made where one of them ends."""
        key = self._keys.signer.key
        notes, _ = read_notes(self.layout.checkpoints, key, self._origin)
        signed = signed_manifests(notes)
        with unavailable(f"the ledger `{self.layout.root}` cannot be read"):
            return tuple(
                m for m in read_manifests(self.layout) if m.digest in signed.get(m.number, set())
            )

    def save(self, read: Read, policies: PolicySet, *, at: int) -> Head:
        """Writes counts in one step; whoever reads finds these or the ones before.

        Args:
            read: its size is where a segment ends.
            policies: that they were counted for.
            at: microseconds.

        Raises:
            CallerError: when no signed segment ends there.
            UnavailableError: when the disk refuses; the file before is kept.
        """
        root = self._roots().get(read.size)
        if root is None:
            raise CallerError(
                f"no sealed segment of the ledger ends after {read.size} entries",
                help="seal the ledger before its counts are saved",
            )
        head = Head(
            origin=self._origin,
            size=read.size,
            known=read.known,
            root=root,
            saved_at=at,
            policy=policies.digest,
            budgets=tuple(read.state.budgets),
        )
        text = msgspec.json.encode(head)
        body = b"".join((_MAGIC, _LENGTH.pack(len(text)), text, pack(read.state)))
        with unavailable(f"the counts cannot be saved in `{self.path}`"):
            self._write(body)
        return head

    def save_engine(self, engine: Engine, *, size: int, at: int) -> Head:
        """Writes what a running engine has counted; a reservation that is still open counts as shown.

        Args:
            engine: it has counted exactly the entries of the ledger.
            size: how many these are; the last of them is sealed.
            at: microseconds.

        Raises:
            CallerError, UnavailableError: see `save`.
        """
        return self.save(Read(state_of(engine), size, size), engine.policies, at=at)

    def _read(self, most: int = -1) -> bytes | Unusable | None:
        try:
            with self.path.open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            return None
        except OSError as error:
            return Unusable(f"it cannot be read: {(error.strerror or str(error)).lower()}")

    def _roots(self) -> dict[int, str]:
        return {manifest.end: manifest.root for manifest in self.points()}

    def _digest(self, *parts: bytes | memoryview) -> bytes:
        digest = blake2b(key=self._keys.signer.derive(_PURPOSE), digest_size=_DIGEST)
        for part in parts:
            digest.update(part)
        return digest.digest()

    def _write(self, body: bytes) -> None:
        """Like `Disk.write_whole`, under a name of this process: two may write at the same time."""
        disk = self._disk
        unfinished = self.path.with_name(f"state.{os.getpid()}.tmp")
        descriptor = disk.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            try:
                disk.write(descriptor, body)
                disk.write(descriptor, self._digest(body))
                disk.sync(descriptor)
            finally:
                os.close(descriptor)
            disk.rename(unfinished, self.path)
        except OSError:
            disk.unlink(unfinished)
            raise
        disk.sync_folder(self.path.parent)


def _split(content: bytes | memoryview) -> tuple[Head, int] | Unusable:
    """The head, and where the counts begin."""
    begin = len(_MAGIC) + _LENGTH.size
    if len(content) >= begin and bytes(content[: len(_MAGIC)]) == _MAGIC:
        (length,) = _LENGTH.unpack(content[len(_MAGIC) : begin])
        try:
            return msgspec.json.decode(content[begin : begin + length], type=Head), begin + length
        except msgspec.MsgspecError:
            pass
    return Unusable("it is cut, or no snapshot of this version of Ecluse")


def start(policies: PolicySet, file: StateFile, *, now: int) -> Started:
    """Brings back what a ledger's accesses have left: from the snapshot and what came after it, or from all entries.

    The result is the same. Whoever writes the ledger calls it before the first decision.

    Args:
        policies: the set in force.
        file: of the ledger.
        now: microseconds.

    Raises:
        IntegrityError, UnavailableError: when the ledger cannot be read.
    """
    root, found = file.layout.root, file.load(policies)
    if isinstance(found, Read):
        read = read_on(policies, found, Part(root, found.size))
        if read is not None:
            engine = engine_of(policies, read.state)
            return Started(engine, read.size, "snapshot", read.size - found.size)
        found = Unusable("an entry after it takes back what it counts, or is older")
    whole = read_back(policies, Part(root), now=now)
    findings = () if found is None else (_finding(file, found),)
    return Started(engine_of(policies, whole.state), whole.size, "ledger", whole.size, findings)


def renew(policies: PolicySet, file: StateFile, *, now: int, settled: int) -> Head | None:
    """Saves the counts while somebody else writes the ledger; it is only read.

    Args:
        policies: those in force, or larger ones.
        file: of the ledger.
        now: microseconds.
        settled: microseconds after which no reservation is open any more: younger entries are left to
            the next snapshot, since persons may still be taken back from them.

    Returns:
        What the file says now; None when no sealed entry is old enough.

    Raises:
        IntegrityError, UnavailableError: when the ledger cannot be read, or the disk refuses.
    """
    size = _settled(file.points(), now - settled)
    if not size:
        return None
    root, former = file.layout.root, file.load(policies)
    acknowledged = max(size, _acknowledged(file.layout))
    read = None
    if isinstance(former, Read):
        head = file.head()
        if former.size >= size and isinstance(head, Head):
            return head
        read = read_on(policies, former, Part(root, former.size, acknowledged), until=size)
    if read is None:
        read = read_back(policies, Part(root, end=acknowledged), now=now, until=size)
    return file.save(read, policies, at=now)


def _settled(points: Sequence[Manifest], before: int) -> int:
    """How many entries the segments have up to the last one that ends before an instant."""
    size = 0
    for manifest in points:
        if manifest.max_at > before:
            break
        size = manifest.end
    return size


def _acknowledged(layout: Layout) -> int:
    """How many entries are surely kept; what is behind may still be taken back by the disk."""
    try:
        return Mark.read(layout.mark.read_bytes(), None).size
    except (ValueError, OSError):
        return 0


def _finding(file: StateFile, found: Unusable) -> Finding:
    return Finding(
        code="snapshot-not-used",
        severity=Severity.MEDIUM if found.doubtful else Severity.LOW,
        what=f"the counts were read from the whole ledger, not from the snapshot `{file.path.name}`: {found.why}",
        help="find out who wrote to the ledger's folder; the counts are right"
        if found.doubtful
        else "nothing is lost; the next snapshot takes its place",
    )
