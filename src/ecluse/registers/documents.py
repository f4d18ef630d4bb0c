"""Where do the documents of an incident lie? In its folder, `documents/NAME-vN.LANGUAGE.FORMAT`, each written whole."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec

from ecluse.model.errors import CallerError
from ecluse.registers.files import unavailable, write_whole
from ecluse.registers.folder import IncidentFolder

__all__ = ["digests", "file_name", "read_document", "save"]

_NAME: Final = re.compile(r"[a-z0-9_]+-v[0-9]+\.(fr|en)\.(html|pdf|docx|json|csv)")


def file_name(name: str, version: int, language: str, form: str) -> str:
    """The name of a document's file, such as `cnil-v1.fr.html`."""
    return f"{name}-v{version}.{language}.{form}"


def save(folder: IncidentFolder, files: Mapping[str, bytes]) -> dict[str, str]:
    """Writes the files of a draft, each as a whole, and returns their SHA-256 (hex).

    Raises:
        UnavailableError: when the disk refuses; what was released before is as it was.
    """
    place = folder.part("documents")
    for name, content in files.items():
        assert _NAME.fullmatch(name), name
        with unavailable(f"`{place / name}` cannot be written"):
            write_whole(place / name, content)
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def digests(folder: IncidentFolder, names: list[str]) -> dict[str, str | None]:
    """The SHA-256 (hex) of files as they lie there now; None for one that is missing.

    Raises:
        UnavailableError: when one cannot be read.
    """
    return {name: _digest(folder, name) for name in names}


def read_document(folder: IncidentFolder, name: str) -> dict[str, object]:
    """The data of a document.

    Raises:
        CallerError: when the file is no JSON document.
        UnavailableError: when it cannot be read.
    """
    path = folder.path / "documents" / name
    with unavailable(f"`{path}` cannot be read"):
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=dict[str, object])
    except msgspec.DecodeError as error:
        raise CallerError(f"`{path}` is no document: {error}", help="put it back from a copy") from None  # fmt: skip


def _digest(folder: IncidentFolder, name: str) -> str | None:
    if not _NAME.fullmatch(name):
        return None  # a log that was written by hand names no other file
    path = folder.path / "documents" / name
    with unavailable(f"`{path}` cannot be read"):
        try:
            return sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            return None
