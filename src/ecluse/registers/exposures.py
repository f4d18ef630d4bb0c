"""Where do the frozen exposures of an incident lie? In its folder, `exposures/vN.parquet` and `vN.json`, never written again.

The list of persons goes to the disk first, the page about it last: a version is there when its page is. What a killed process
left before that is no version, and its place is taken by the next attempt.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.incident.exposure_digest import SCHEMA, exposure_digest, list_digest
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.exposure import ExposureVersion

__all__ = ["check_list", "freeze", "list_batches", "table_path", "version", "versions"]

_FOLDER: Final = "exposures"
_ROWS: Final = 131_072
_HELP: Final = "put the file back from a copy; a frozen exposure never changes"


def versions(folder: Path) -> tuple[ExposureVersion, ...]:
    """All frozen exposures of the incident whose folder this is, the first one first; each file is checked against its digest.

    Raises:
        IntegrityError: when one is missing or was altered.
        UnavailableError: when one cannot be read.
    """
    place = folder / _FOLDER
    numbers = sorted(_numbers(place))
    for expected, number in enumerate(numbers, start=1):
        if number != expected:
            raise IntegrityError(f"`{_page(folder, expected)}` is missing", help=_HELP)
    return tuple(_read(folder, number) for number in numbers)


def version(folder: Path, number: int | None = None) -> ExposureVersion:
    """One frozen exposure, checked; the last one when no number is given.

    Raises:
        CallerError: when there is none.
        IntegrityError: when it is missing in between, or was altered.
    """
    numbers = sorted(_numbers(folder / _FOLDER))
    if number is None and numbers:
        number = numbers[-1]
    if number is None or number not in numbers:
        what = "no exposure was frozen" if number is None else f"there is no version {number}"
        known = ", ".join(map(str, numbers)) or "none"
        raise CallerError(
            f"`{folder}`: {what}",
            help=f"versions there: {known}; `ecluse exposure --register … --incident …` freezes one",
        )
    return _read(folder, number)


def table_path(folder: Path, number: int) -> Path:
    """The file with the list of persons of a version."""
    return folder / _FOLDER / f"v{number}.parquet"


def list_batches(folder: Path, number: int) -> Iterator[pa.RecordBatch]:
    """The list of a version, some rows at a time.

    Raises:
        IntegrityError: when the file is no such list.
    """
    path = table_path(folder, number)
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                yield batch.cast(SCHEMA)
    except (pa.ArrowException, ValueError) as error:
        raise IntegrityError(f"`{path}` is not a list of persons: {error}", help=_HELP) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def check_list(folder: Path, frozen: ExposureVersion) -> None:
    """Hashes the list of a version itself, not only its file.

    Raises:
        IntegrityError: when it is not the list that was frozen.
    """
    path = table_path(folder, frozen.number)
    try:
        found = list_digest(list_batches(folder, frozen.number))
    except ValueError as error:
        raise IntegrityError(f"`{path}` was altered: {error}", help=_HELP) from None
    if found != frozen.list_digest:
        raise IntegrityError(f"`{path}` was altered: its persons are others", help=_HELP)


def freeze(folder: Path, made: ExposureVersion, table: pa.Table) -> ExposureVersion:
    """Writes the next version, durably and as a whole, and returns it with its number and digests.

    Args:
        folder: of the incident.
        made: the exposure; `number`, `digest`, `list_digest` and `file_digest` are set here.
        table: its list, with the columns of `incident.exposure_digest.SCHEMA`, sorted by person.

    Raises:
        CallerError: when there is no such incident.
        ValueError: when the table is not such a list.
        UnavailableError: when the disk refuses, or another process freezes at this moment.
    """
    if not folder.is_dir():
        raise CallerError(f"`{folder}`: there is no such incident", help="open it first")
    table = table.cast(SCHEMA)
    try:
        (folder / _FOLDER).mkdir(mode=0o700, exist_ok=True)
        with _alone(folder / _FOLDER):
            number = len(versions(folder)) + 1
            path = table_path(folder, number)
            file_digest = _write_list(table, path)
            known = replace(made, number=number, list_digest=list_digest(table.to_batches()))
            frozen = replace(known, digest=exposure_digest(known), file_digest=file_digest)
            page = msgspec.json.format(msgspec.json.encode(frozen), indent=1) + b"\n"
            _write_whole(_page(folder, number), page)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnavailableError(
            f"the exposure cannot be written to `{folder / _FOLDER}`: {reason}",
            help="nothing was frozen, and earlier versions are as they were; make room or give the right, and repeat",
        ) from None
    return frozen


def _numbers(place: Path) -> list[int]:
    names = [path.name for path in place.glob("v*.json")]
    return [int(name[1:-5]) for name in names if name[1:-5].isascii() and name[1:-5].isdigit()]


def _page(folder: Path, number: int) -> Path:
    return folder / _FOLDER / f"v{number}.json"


def _read(folder: Path, number: int) -> ExposureVersion:
    page, path = _page(folder, number), table_path(folder, number)
    try:
        frozen = msgspec.json.decode(page.read_bytes(), type=ExposureVersion)
        with path.open("rb") as file:
            digest = sha256()
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except msgspec.DecodeError as error:
        raise IntegrityError(f"`{page}` was altered: {error}", help=_HELP) from None
    except FileNotFoundError as error:
        raise IntegrityError(f"`{error.filename}` is missing", help=_HELP) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if frozen.number != number or exposure_digest(frozen) != frozen.digest:
        raise IntegrityError(f"`{page}` was altered: it does not fit its digest", help=_HELP)
    if digest.hexdigest() != frozen.file_digest:
        raise IntegrityError(f"`{path}` was altered: it does not fit its digest", help=_HELP)
    return frozen


def _unreadable(path: Path, error: OSError) -> UnavailableError:
    reason = (error.strerror or str(error)).lower()
    return UnavailableError(f"`{path}` cannot be read: {reason}")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Lets one process freeze at a time."""
    descriptor = os.open(place / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UnavailableError(
            f"another process freezes an exposure in `{place}`", help="wait until it has, and look"
        ) from None
    finally:
        os.close(descriptor)


def _write_list(table: pa.Table, path: Path) -> str:
    """Writes the file of the list; returns its digest."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(
            table, unfinished, row_group_size=_ROWS, compression="zstd",
            use_dictionary=[name for name in SCHEMA.names if name != "person"],
        )  # fmt: skip
        unfinished.chmod(0o600)
        digest = sha256()
        with unfinished.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return digest.hexdigest()


def _write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet; it is there as a whole, or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(
            unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)  # unlike a rename it never takes the place of another file
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
