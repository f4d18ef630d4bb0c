"""Which tables and pages does a pack get besides what is only copied? Those that a person opens first, made from the facts."""

import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import msgspec

from ecluse.model.evidence import Left, PackContent, PackFacts
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Incident
from ecluse.model.notice import Affair
from ecluse.model.time import format_instant
from ecluse.notices.complaint import NOTICE as COMPLAINT
from ecluse.notices.notice import LANGUAGES
from ecluse.registers.bag import Bag
from ecluse.reports.cells import line
from ecluse.reports.document import html
from ecluse.reports.document import pdf as print_form
from ecluse.reports.document.blocks import Document
from ecluse.reports.document.drawing import svg
from ecluse.reports.evidence.lineage import lineage
from ecluse.reports.evidence.readme import readme
from ecluse.reports.evidence.tally import ACCOUNT_COLUMNS, ACT_COLUMNS, SESSION_COLUMNS, Tally

__all__ = ["CUSTODY", "custody_rows", "pack_pages"]

CUSTODY: Final = ("evidence_packed", "evidence_handed")
"""Acts of the incident's log that make its custody."""

CUSTODY_COLUMNS: Final = ("time", "act", "by", "pack", "sha256", "to", "why", "how")

_KINDS: Final = (
    ("data/ledgers/", "entries.csv", "entries"),
    ("data/ledgers/", "tree.bin", "tree"),
    ("data/ledgers/", ".jsonl", "ocsf"),
    ("data/ledgers/", "checkpoints", "checkpoints"),
    ("data/ledgers/", "public.key", "key"),
    ("data/ledgers/", "ledger.note", "ledger_note"),
    ("data/ledgers/", "segments.csv", "segments"),
    ("data/exposures/", ".json", "exposure"),
    ("data/exposures/", ".csv", "persons"),
    ("data/incident/", "", "log"),
    ("data/sealed/", "", "sealed"),
    ("data/documents/", "", "document"),
    ("data/claims/", "", "claim"),
    ("data/attachments/", "", "attachment"),
    ("data/policies/", "", "policy"),
    ("data/README.", "", "readme"),
    ("data/complaint.", "", "complaint"),
    ("data/lineage.svg", "", "lineage"),
    *((f"data/tables/{name}.", "", name) for name in ("chronology", "accounts", "sessions", "acts", "warnings", "custody", "clock", "software")),
)  # fmt: skip


def pack_pages(
    bag: Bag,
    facts: PackFacts,
    incident: Incident,
    versions: Sequence[ExposureVersion],
    tally: Tally,
    *,
    affair: Affair | None,
) -> PackFacts:
    """Writes them into the bag; gives the facts with all files."""
    accounts = tally.accounts()
    sessions = list(tally.sessions())
    facts = replace(
        facts,
        accounts=tuple(accounts),
        sessions=len({row[:2] for row in sessions}),
        sources=tuple(sorted({row[2] for row in sessions if row[2]})),
    )
    _table(bag, "accounts", ACCOUNT_COLUMNS, tally.account_rows())
    _table(bag, "sessions", SESSION_COLUMNS, sessions)
    _table(bag, "acts", ACT_COLUMNS, (act.row() for act in tally.acts))
    _table(bag, "chronology", ("time", "what", "by", "source"), _chronology(incident, tally))
    _table(bag, "custody", CUSTODY_COLUMNS, custody_rows(bag.read("data/incident/log.jsonl")))
    _json(bag, "data/tables/clock.json", asdict(facts.clock))
    machine = {"python": platform.python_version(), "system": platform.platform()}
    _json(bag, "data/tables/software.json", {"ecluse": facts.version, **machine})
    drawn = lineage(accounts, tally.creators()) if accounts else None
    if drawn is not None:
        bag.add("data/lineage.svg", svg(drawn).encode())
    zone = "UTC"
    if affair is not None:
        zone = affair.controller.zone
        for language in LANGUAGES:
            _page(bag, f"data/complaint.{language}", COMPLAINT.build(affair, language))
    else:
        facts = replace(facts, left=(*facts.left, Left("complaint")))
    known = _contents(bag)
    coming = [PackContent(f"data/{name}", what, 0, "") for name, what in (("inventory.csv", "inventory"), ("evidence.json", "evidence"))]  # fmt: skip
    first = PackContent("data/README.fr.html", "readme", 0, "")
    facts = replace(facts, contents=(first, *known, *coming))
    for language in ("fr", "en"):
        page = readme(facts, incident, versions, drawn, affair, language=language, zone=zone)  # type: ignore[arg-type]
        _page(bag, f"data/README.{language}", page)
    rows = ((c.name, c.what, str(c.size), c.digest) for c in _contents(bag))
    bag.add(
        "data/inventory.csv",
        "".join(map(line, [("file", "kind", "bytes", "sha256"), *rows])).encode(),
    )
    return facts


def custody_rows(log: bytes) -> Iterator[tuple[str, ...]]:
    """What the incident's log says of packs: who made or handed over which, to whom, when and why."""
    for text in log.splitlines():
        act = msgspec.json.decode(text, type=dict[str, Any])
        if act["act"] in CUSTODY:
            said = act["detail"]
            words = [
                str(said.get(name, "")) for name in ("pack", "tagmanifest", "to", "why", "how")
            ]
            yield format_instant(act["at"]), act["act"], act["by"], *words


def _table(bag: Bag, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with bag.file(f"data/tables/{name}.csv") as file:
        file.write(line(columns).encode())
        for row in rows:
            file.write(line(row).encode())


def _chronology(incident: Incident, tally: Tally) -> Iterator[tuple[str, ...]]:
    rows = [(step.at, step.what, step.signed.by, step.source) for step in incident.timeline]
    rows += [(i.at, i.kind.value, i.signed.by, i.source) for i in incident.instants]
    for act in tally.acts:
        _, seq, _, kind, what, name, by, reason, _ = act.row()
        told = " ".join(part for part in (kind, what, name) if part)
        rows.append(
            (act.at, f"{told}: {reason}" if reason else told, by, f"entry {seq} of {act.ledger}")
        )
    for at, *words in sorted(rows, key=lambda row: row[0]):
        yield format_instant(at), *words


def _page(bag: Bag, name: str, page: Document) -> None:
    bag.add(f"{name}.html", html.render(page).encode())
    if print_form.installed():
        bag.add(f"{name}.pdf", print_form.render(page))


def _json(bag: Bag, name: str, document: Any) -> None:
    bag.add(name, msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def _contents(bag: Bag) -> tuple[PackContent, ...]:
    return tuple(
        PackContent(name, _kind(name), listed.size, listed.digest)
        for name, listed in sorted(bag.payload.items())
    )


def _kind(name: str) -> str:
    return next(
        kind for begin, end, kind in _KINDS if name.startswith(begin) and name.endswith(end)
    )
