"""What do the commands about documents share? The register, the incident, who acts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ecluse.cli._options import TEXT, TextPath
from ecluse.reports.text import visible

if TYPE_CHECKING:
    from ecluse.model.notice import Drafted, Refusal
    from ecluse.wiring.noticing import Desk

__all__ = [
    "FORMATS",
    "by_option",
    "desk_of",
    "document_json",
    "incident_option",
    "refusal_lines",
    "refusals_json",
    "register_option",
    "state_of",
    "version_option",
    "who",
]

FORMATS: Final = ("html", "pdf", "docx", "json")
Command = TypeVar("Command", bound=Callable[..., Any])

register_option = click.option(
    "--register",
    "root",
    envvar="ECLUSE_REGISTER",
    required=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the register; also from ECLUSE_REGISTER.",
)
incident_option = click.option("--incident", envvar="ECLUSE_INCIDENT", required=True, type=TEXT, help="Which one, such as 2026-0001; also from ECLUSE_INCIDENT.")  # fmt: skip
by_option = click.option("--by", type=TEXT, help="Your name; the user of the operating system when left out.")  # fmt: skip
version_option = click.option("--version", "number", type=click.IntRange(1), help="Which draft; the last one when left out.")  # fmt: skip


def who(by: str | None) -> str:
    """The name that was given, or the user of the operating system."""
    from ecluse.cli._asked import operator_name

    return by or operator_name()


def desk_of(root: Path, incident: str) -> "Desk":
    """The documents of an incident.

    Raises:
        CallerError: when there is no such register or incident.
    """
    from ecluse.wiring.noticing import Desk

    return Desk.open(root, incident)


def document_json(draft: "Drafted") -> dict[str, Any]:
    """A document and its signatures, for `--json`."""
    from ecluse.model.time import format_instant

    signatures = [s for s in (draft.first, draft.second) if s is not None]
    return {
        "document": draft.name,
        "version": draft.version,
        "kind": draft.kind,
        "state": state_of(draft),
        "drafted_by": draft.drafted.by,
        "drafted_at": format_instant(draft.drafted.at),
        "signatures": [{"by": s.by, "at": format_instant(s.at)} for s in signatures],
        "exposure": None if draft.exposure is None else list(draft.exposure),
        "files": dict(draft.files),
    }


def state_of(draft: "Drafted") -> str:
    """`drafted`, `signed` once, or `released`."""
    if draft.released:
        return "released"
    return "drafted" if draft.first is None else "signed"


def refusals_json(refusals: "tuple[tuple[str, Refusal], ...]") -> list[dict[str, str]]:
    """Reasons to refuse, for `--json`."""
    return [
        {"language": lang, "code": r.code, "where": r.where, "what": r.what, "help": r.help}
        for lang, r in refusals
    ]


def refusal_lines(refusals: "tuple[tuple[str, Refusal], ...]") -> list[str]:
    """Reasons to refuse, for people: the same one in both languages once."""
    together: dict[Refusal, list[str]] = {}
    for lang, reason in refusals:
        together.setdefault(reason, []).append(lang)
    lines = []
    for r, langs in together.items():
        named = f" ({', '.join(filter(None, langs))})" if any(langs) else ""
        lines += [f"{r.code}{named} in {visible(r.where)}: {r.what}", f"  help: {r.help}"]
    return lines
