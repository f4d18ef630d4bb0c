"""Which documents were drafted, signed and released? What the log of an incident says of them, and when a signature is refused.

Two different persons release a document. Both sign the same bytes: a file that changed, an exposure that another one has
replaced, or a statement that was rewritten takes the draft out of force, and a new one is drafted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from ecluse.incident.acts import Written
from ecluse.incident.same_person import same_person
from ecluse.model.errors import IntegrityError
from ecluse.model.incident import Signed
from ecluse.model.notice import Drafted, Refusal

__all__ = ["CHECKED", "DRAFTED", "RELEASED", "SIGNED", "Drawn", "documents", "latest", "reasons"]  # fmt: skip

DRAFTED: Final = "document_drafted"
CHECKED: Final = "document_checked"
SIGNED: Final = "document_signed"
RELEASED: Final = "document_released"


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """The detail of `document_drafted`."""

    name: str
    version: int
    kind: str
    signer: str
    made_at: int
    files: dict[str, str]
    exposure: tuple[int, str] | None
    sources: dict[str, str]


class _Named(msgspec.Struct, frozen=True):
    """What a signature says besides: which document, and which bytes."""

    name: str
    version: int
    files: dict[str, str] = {}


def documents(lines: Iterable[Written]) -> tuple[Drafted, ...]:
    """Every document of an incident, in the order in which they were drafted.

    Raises:
        IntegrityError: when an act does not say what it must, or signs what was never drafted.
    """
    found: dict[tuple[str, int], Drafted] = {}
    for line in lines:
        if line.act == DRAFTED:
            drawn = _read(line, Drawn)
            found[drawn.name, drawn.version] = _drafted(drawn, Signed(line.by, line.at))
        elif line.act in {SIGNED, RELEASED}:
            key = _read(line, _Named)
            before = found.get((key.name, key.version))
            if before is None or key.files != dict(before.files):
                raise IntegrityError(f"line {line.n} of the log signs a document that was not drafted so", help="ask who could write there")  # fmt: skip
            signed = Signed(line.by, line.at)
            found[key.name, key.version] = (
                replace(before, first=signed)
                if line.act == SIGNED
                else replace(before, second=signed)
            )
    return tuple(found.values())


def latest(found: Iterable[Drafted], name: str, *, released: bool = False) -> Drafted | None:
    """The last draft of a document, or the last one that was released."""
    those = [d for d in found if d.name == name and (d.released or not released)]
    return those[-1] if those else None


def reasons(
    draft: Drafted,
    *,
    by: str,
    files: Mapping[str, str | None],
    exposure: tuple[int, str] | None,
    sources: Mapping[str, str],
    newer: bool,
) -> Iterator[Refusal]:
    """Why this person may not sign this draft now, whatever it says.

    Args:
        draft: as the log tells it.
        by: who wants to sign.
        files: the SHA-256 of each file of the draft as it lies there now; None for one that is missing.
        exposure: number and digest of the version in force now.
        sources: the SHA-256 of what persons have written, as it is now.
        newer: whether the same document was drafted again since.
    """
    anew = f"draft it anew: `ecluse notice draft {draft.name}`"
    if draft.released:
        yield Refusal("released", draft.name, f"version {draft.version} is released already", "draft the next version when something has changed")  # fmt: skip
    if newer:
        yield Refusal("outdated", draft.name, f"version {draft.version} was followed by another draft", "sign the last one")  # fmt: skip
    if draft.first is not None and same_person(draft.first.by, by):
        yield Refusal("same_person", "by", f"`{by}` has signed already", "a second person signs: --by NAME")  # fmt: skip
    for name, digest in draft.files:
        if files.get(name) is None:
            yield Refusal("altered", name, "the file is missing", f"put it back, or {anew}")
        elif files[name] != digest:
            yield Refusal("altered", name, "the file has changed since it was drafted", f"put it back as it was, or change the statement and {anew}")  # fmt: skip
    if exposure != draft.exposure:
        yield Refusal("outdated", "exposure", f"the draft states {_version(draft.exposure)}, and {_version(exposure)} is in force now", anew)  # fmt: skip
    for name, digest in draft.sources:
        if sources.get(name) != digest:
            yield Refusal("outdated", name, f"`{name}` has changed since the draft", anew)


def _version(exposure: tuple[int, str] | None) -> str:
    return "no exposure" if exposure is None else f"version {exposure[0]} of the exposure"


def _drafted(drawn: Drawn, signed: Signed) -> Drafted:
    return Drafted(
        name=drawn.name,
        version=drawn.version,
        kind=drawn.kind,
        signer=drawn.signer,
        made_at=drawn.made_at,
        drafted=signed,
        files=tuple(sorted(drawn.files.items())),
        exposure=drawn.exposure,
        sources=tuple(sorted(drawn.sources.items())),
    )


def _read(line: Written, kind: Any) -> Any:
    try:
        return msgspec.convert(line.detail, kind)
    except msgspec.ValidationError as error:
        raise IntegrityError(f"line {line.n} of the log: `{line.act}` does not say what it must: {error}", help="a newer version may have written it; or ask who could write there") from None  # fmt: skip
