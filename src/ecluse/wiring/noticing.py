"""How do the documents of an incident come together? Its folder, what persons wrote, the exposure, and the notices.

The steps of a release, in this order:
  1. a person drafts: files are written, then the act `document_drafted` with their hashes;
  2. the checker looks at the affair as it is now; one reason is enough to refuse;
  3. a person signs these bytes (`document_signed`);
  4. a second person signs the same bytes after both checks again (`document_released`). Nothing goes out by itself.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from ecluse.loaders.controller import load_controller
from ecluse.loaders.defaults import shipped
from ecluse.loaders.statement import load_statement
from ecluse.model.errors import CallerError
from ecluse.model.notice import Affair, Drafted, Refusal
from ecluse.notices.drafts import CHECKED, DRAFTED, RELEASED, SIGNED, documents, latest, reasons
from ecluse.notices.notice import examine, find
from ecluse.registers.documents import digests, file_name, read_document, save
from ecluse.registers.exposures import versions
from ecluse.registers.files import unavailable, write_whole
from ecluse.registers.folder import IncidentFolder, Register
from ecluse.reports.document import docx, html, pdf
from ecluse.reports.document.blocks import Document

__all__ = ["FORMATS", "Desk", "Released", "write_forms"]

FORMATS: Final = ("html", "pdf", "docx", "json")
_HELP: Final = "`ecluse notice init` writes a form to fill in"


@dataclass(frozen=True, slots=True)
class Released:
    """What came of a signature: refused for reasons, or signed; `released` when it was the second one."""

    draft: Drafted
    refusals: tuple[tuple[str, Refusal], ...]
    signed: bool
    released: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The documents of one incident."""

    register: Register
    folder: IncidentFolder

    @classmethod
    def open(cls, root: Path, incident: str) -> "Desk":
        """The desk of an incident.

        Raises:
            CallerError: when there is no such register or incident.
        """
        register = Register(root)
        return cls(register, register.open(incident))

    def affair(self, name: str, *, kind: str, signer: str, at: int) -> Affair:
        """Everything that a document is made from, as it stands now.

        Raises:
            CallerError: when a file that persons write is not there.
            ConfigError: with every fault of such a file.
            IntegrityError: when the log or a frozen exposure is not what it was.
        """
        log = self.folder.log()
        drafted = documents(log.lines)
        return Affair(
            controller=load_controller(_read(self._controller), file=str(self._controller)),
            incident=self.folder.incident(),
            statement=load_statement(_read(self._statement), file=str(self._statement)),
            made_at=at,
            exposures=versions(self.folder.path),
            gravity=self.folder.gravity(),
            kind=kind,
            signer=signer,
            previous=self._previous(drafted, name),
            documents=drafted,
        )

    def documents(self) -> tuple[Drafted, ...]:
        """Every document that was drafted, with its signatures."""
        return documents(self.folder.log().lines)

    def draft(
        self,
        name: str,
        *,
        kind: str,
        signer: str,
        by: str,
        at: int,
        languages: Iterable[str],
        formats: Iterable[str],
        told: Callable[[str], None] = lambda _: None,
    ) -> Drafted:
        """Writes a draft in its languages and formats; what is missing is marked in it.

        Raises:
            CallerError: when there is no such document, or what a format needs is not installed.
            UnavailableError: when the disk refuses; nothing was drafted then.
        """
        notice = find(name)
        head = self.folder.log().head
        affair = self.affair(name, kind=kind, signer=signer, at=at)
        before = latest(affair.documents, name)
        version = 1 if before is None else before.version + 1
        files: dict[str, bytes] = {}
        for language in languages:
            document = notice.build(affair, language)
            for form in formats:
                file = file_name(name, version, language, form)
                told(file)
                files[file] = _written(form, document, partial(_json, notice.data, affair, language))  # fmt: skip
        exposure = affair.exposure
        detail = {
            "name": name,
            "version": version,
            "kind": kind,
            "signer": signer,
            "made_at": at,
            "files": save(self.folder, files),
            "exposure": None if exposure is None else [exposure.number, exposure.digest],
            "sources": self._sources(),
        }
        self.folder.append(DRAFTED, detail, by=by, at=at, after=head)
        return self._draft(name, version)

    def check(self, name: str, *, version: int | None = None) -> tuple[Drafted, tuple[tuple[str, Refusal], ...]]:  # fmt: skip
        """Every reason to refuse a draft, with its language; those of the statement as it is now.

        Raises:
            CallerError: when nothing was drafted.
        """
        draft = self._draft(name, version)
        affair = self.affair(name, kind=draft.kind, signer=draft.signer, at=draft.made_at)
        notice = find(name)
        languages = sorted({file.split(".")[1] for file, _ in draft.files}, reverse=True)
        return draft, tuple((lang, r) for lang in languages for r in examine(notice, affair, lang))

    def checked(self, draft: Drafted, *, refusals: int, by: str, at: int) -> None:
        """Keeps in the log that a draft was checked."""
        detail = {"name": draft.name, "version": draft.version, "refusals": refusals}
        self.folder.append(CHECKED, detail, by=by, at=at)

    def release(self, name: str, *, by: str, at: int, version: int | None = None) -> Released:
        """Signs a draft: the first time it is signed, the second time, by another person, it is released.

        Raises:
            CallerError: when nothing was drafted.
            UnavailableError: when the disk refuses; the signature does not count then.
        """
        head = self.folder.log().head
        draft, refused = self.check(name, version=version)
        exposure = versions(self.folder.path)[-1:]
        newest = latest(self.documents(), name)
        more = reasons(
            draft,
            by=by,
            files=digests(self.folder, [file for file, _ in draft.files]),
            exposure=(exposure[0].number, exposure[0].digest) if exposure else None,
            sources=self._sources(),
            newer=newest is not None and newest.version > draft.version,
        )
        refusals = (*refused, *(("", reason) for reason in more))
        if refusals:
            return Released(draft, refusals, signed=False, released=False)
        act = SIGNED if draft.first is None else RELEASED
        detail = {"name": name, "version": draft.version, "files": dict(draft.files)}
        if draft.first is not None:
            detail["signed_by"] = [draft.first.by, by]
        self.folder.append(
            act, detail, by=by, at=at, after=head
        )  # what was checked is what is signed
        signed = self._draft(name, draft.version)
        return Released(signed, (), signed=True, released=signed.released)

    @property
    def _controller(self) -> Path:
        return self.register.root / "controller.yaml"

    @property
    def _statement(self) -> Path:
        return self.folder.path / "statement.yaml"

    def _sources(self) -> dict[str, str]:
        """The hashes of what persons wrote: two files, and what they decided in the log."""
        paths = (self._controller, self._statement)
        found = {path.name: sha256(_read(path)).hexdigest() for path in paths}
        incident, gravity = self.folder.incident(), self.folder.gravity()
        decided = (incident.title, incident.instants, incident.decisions, gravity)
        return {**found, "incident": sha256(msgspec.json.encode(decided)).hexdigest()}

    def _draft(self, name: str, version: int | None) -> Drafted:
        find(name)
        known = [d for d in self.documents() if d.name == name]
        found = known[-1:] if version is None else [d for d in known if d.version == version]
        if not found:
            what = f"no version {version} of `{name}`" if version else f"no `{name}`"
            raise CallerError(f"{what} was drafted for {self.folder.id}", help=f"draft it: `ecluse notice draft {name}`")  # fmt: skip
        return found[0]

    def _previous(self, drafted: tuple[Drafted, ...], name: str) -> dict[str, Any] | None:
        """The data of the last version that was released, checked against its hash."""
        before = latest(drafted, name, released=True)
        for file, digest in () if before is None else before.files:
            if file.endswith(".json") and digests(self.folder, [file])[file] == digest:
                return read_document(self.folder, file)
        return None


def write_forms(root: Path, incident: str | None, language: str) -> tuple[list[Path], list[Path]]:
    """Writes the forms that are not there yet; returns those that were written and those that were kept.

    Raises:
        CallerError: when there is no such register or incident.
        UnavailableError: when the disk refuses.
    """
    register = Register(root)
    register.ids()
    forms = {root / "controller.yaml": "controller"}
    if incident is not None:
        forms[register.open(incident).path / "statement.yaml"] = "statement"
    kept = [path for path in forms if path.exists()]
    written = [path for path in forms if path not in kept]
    for path in written:
        with unavailable(f"`{path}` cannot be written"):
            write_whole(path, shipped(f"{forms[path]}.{language}.yaml"))
    return written, kept


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CallerError(f"`{path}` is not there", help=_HELP) from None


def _json(data: Callable[[Affair], dict[str, Any]], affair: Affair, language: str) -> bytes:
    whole = {"language": language, **data(affair)}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _written(form: str, document: Document, data: Callable[[], bytes]) -> bytes:
    match form:
        case "html":
            return html.render(document).encode()
        case "pdf":
            return pdf.render(document)
        case "docx":
            return docx.render(document)
    assert form == "json", form
    return data()
