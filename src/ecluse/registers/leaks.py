"""Which earlier leaks does the register know? For each a file that says what it is, and fingerprints of its persons in their order.

REGISTER/leaks/NAME.json        what the leak is
REGISTER/leaks/NAME.parquet     `person` and `values`: 16-byte fingerprints under a key of their own, one row a person

A fingerprint says nothing to whoever lacks the pseudonym key, and is not the pseudonym of the ledger either.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.incident.attribution.evidence import Leak
from ecluse.model.claim_file import RegisteredLeak
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.registers.files import make_folder, sync_folder, unavailable, write_whole

__all__ = ["LeakedPerson", "held_against", "leak_print", "leaks", "register_leak"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PRINT: Final = pa.binary(16)
_SCHEMA: Final = pa.schema([("person", _PRINT), ("values", pa.list_(_PRINT))])
_BATCH: Final = 65_536

LeakedPerson = tuple[bytes, tuple[bytes | None, ...]]
"""A person's pseudonym and the fingerprints of the values that leaked, in the order of the leak's fields."""


def leak_print(person: bytes, key: bytes) -> bytes:
    """The fingerprint of a person in a registered leak."""
    return blake2b(person, key=key, digest_size=16, person=b"ecluse-leaked").digest()


def register_leak(
    root: Path, leak: RegisteredLeak, persons: Iterable[LeakedPerson], *, key: bytes
) -> RegisteredLeak:
    """Writes a leak that is new; `size` becomes the number of distinct persons.

    Raises:
        CallerError: when the name is none, is taken, or nobody is in it.
        UnavailableError: when the disk refuses; nothing is registered then.
    """
    if not _NAME.fullmatch(leak.name):
        raise CallerError(f"`{leak.name[:40]}` is no name of a leak", help="write small letters, digits, `.`, `_`, `-`")  # fmt: skip
    folder = root / "leaks"
    record = folder / f"{leak.name}.json"
    with unavailable(f"the leak `{leak.name}` cannot be registered"):
        make_folder(folder)
        if record.exists():
            raise CallerError(f"a leak `{leak.name}` is registered already", help="give another name: what is registered stays")  # fmt: skip
        unfinished = folder / f".{leak.name}.part"
        try:
            size = _write(unfinished, persons, key)
            if not size:
                raise CallerError("nobody could be read from it", help="check `identifier:` in the claim file")  # fmt: skip
            unfinished.replace(folder / f"{leak.name}.parquet")
        finally:
            unfinished.unlink(missing_ok=True)
        done = msgspec.structs.replace(leak, size=size)
        write_whole(record, msgspec.json.format(msgspec.json.encode(done)))
        sync_folder(folder)
    return done


def _write(path: Path, persons: Iterable[LeakedPerson], key: bytes) -> int:
    seen = set[bytes]()
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        names: list[bytes] = []
        values: list[list[bytes | None]] = []
        for person, said in persons:
            name = leak_print(person, key)
            if name in seen:
                continue
            seen.add(name)
            names.append(name)
            values.append(list(said))
            if len(names) == _BATCH:
                writer.write_table(pa.table([names, values], schema=_SCHEMA))
                names, values = [], []
        if names:
            writer.write_table(pa.table([names, values], schema=_SCHEMA))
    return len(seen)


def leaks(root: Path) -> tuple[RegisteredLeak, ...]:
    """Every registered leak, by name.

    Raises:
        IntegrityError: when a file does not say what it must.
    """
    found = []
    folder = root / "leaks"
    with unavailable(f"the leaks in `{root}` cannot be read"):
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            try:
                leak = msgspec.json.decode(path.read_bytes(), type=RegisteredLeak)
            except msgspec.MsgspecError:
                raise IntegrityError(f"`{path}` is not what was written", help="restore it from a copy") from None  # fmt: skip
            if not path.with_suffix(".parquet").is_file():
                raise IntegrityError(f"`{path.with_suffix('.parquet')}` is missing", help="restore it from a copy: a leak that is not held against a sample could be taken for a new one")  # fmt: skip
            found.append(leak)
    return tuple(found)


def held_against(
    root: Path,
    leak: RegisteredLeak,
    persons: list[bytes],
    values: dict[bytes, dict[str, bytes]],
    *,
    key: bytes,
) -> Leak:
    """How a registered leak lies to a sample of these persons, whose values are known by field.

    Raises:
        IntegrityError: when its fingerprints cannot be read.
    """
    prints = [leak_print(person, key) for person in persons]
    sought = np.frombuffer(b"".join(prints), dtype="<u8").reshape(-1, 2)
    order = np.argsort(sought[:, 0], kind="stable")
    first = sought[order, 0]
    places = np.full(len(persons), -1, dtype=np.int64)
    same = compared = 0
    for begin, words, said in _rows(root, leak):
        at = np.minimum(np.searchsorted(first, words[:, 0]), len(first) - 1)
        for row in np.flatnonzero(first[at] == words[:, 0]).tolist():
            for record in _equal(sought, order, int(at[row]), words[row]):
                places[record] = begin + row
                known = values.get(persons[record], {})
                for field, value in zip(leak.fields, said[row].as_py() or [], strict=False):
                    if value is not None and field in known:
                        compared += 1
                        same += value == known[field]
    return Leak(
        name=leak.name, until=leak.until, share=leak.share, size=leak.size, places=places,
        ordered=leak.ordered, same=same, compared=compared,
    )  # fmt: skip


def _rows(root: Path, leak: RegisteredLeak) -> Iterator[tuple[int, npt.NDArray[np.uint64], Any]]:
    path, begin = root / "leaks" / f"{leak.name}.parquet", 0
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows != leak.size:
                raise IntegrityError(f"`{path}` has not the persons that were registered", help="restore it from a copy")  # fmt: skip
            for batch in file.iter_batches(batch_size=_BATCH):
                column = batch.column("person")
                data = column.buffers()[1]
                words = np.frombuffer(data, dtype="<u8").reshape(-1, 2)[column.offset : column.offset + len(column)]  # fmt: skip
                yield begin, words, batch.column("values")
                begin += len(batch)
    except (pa.ArrowException, OSError):
        raise IntegrityError(f"`{path}` cannot be read", help="restore it from a copy") from None


def _equal(
    sought: npt.NDArray[np.uint64],
    order: npt.NDArray[np.intp],
    place: int,
    words: npt.NDArray[np.uint64],
) -> Iterator[int]:
    while place < len(order) and sought[order[place], 0] == words[0]:
        if sought[order[place], 1] == words[1]:
            yield int(order[place])
        place += 1
