"""What has happened since the last report? Read from the acts of the ledger: drills, changes of policy, persons' decisions.

The time begins after the entries that the last report was made from, never after that report's own entry: whoever writes an
entry that claims to be a report can hide nothing that comes later than it, and it is listed itself.

Entries may have been written by anybody who may append. One that does not say what it must is counted and left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import msgspec
import polars as pl

from ecluse.engine.acts import NO_PERSON
from ecluse.model.assurance import Decided, DrillRun, EarlierReport, Past, PolicyChange
from ecluse.model.drill import DrillDetail, Said
from ecluse.model.drill import Past as Judged
from ecluse.service.drill_runs import DRILL
from ecluse.verify.drill_history import detail_of, history
from ecluse.verify.terms import compare

__all__ = ["COLUMNS", "KINDS", "REPORT", "read_past"]

APPROVED: Final = "policy-approved"
"""Kind of the entry by which a person approves a policy file."""

REPORT: Final = "report"
"""Kind of the entry that a report leaves in the ledger."""

COLUMNS: Final = ("seq", "at", "kind", "account", "detail")

_JUDGING: Final = (DRILL, "acknowledgement", "finding", "told")

KINDS: Final = (*_JUDGING, "application", "hold", "policy", APPROVED, "reopen", REPORT, "retention")
"""Kinds of entries that a report tells of."""


class _Policy(msgspec.Struct):
    digest: str
    written: str = ""
    """Digest of the file; `digest` also changes while limits of closing applications fall."""
    file: str = ""
    by: str = ""
    terms: dict[str, dict[str, Any]] | None = None


class _Approval(msgspec.Struct):
    digest: str
    person: str
    reason: str = ""


class _Report(msgspec.Struct):
    size: int
    files: dict[str, str] = {}


class _Act(msgspec.Struct):
    by: str = ""
    reason: str = ""
    id: str = ""
    key: str = ""
    state: str = ""
    months: int = 0


_Said: TypeAlias = _Policy | _Approval | _Report | _Act

_TYPES: Final[dict[str, type[_Said]]] = {
    "policy": _Policy,
    APPROVED: _Approval,
    REPORT: _Report,
}


@dataclass(frozen=True, slots=True)
class _Entry:
    seq: int
    at: int
    kind: str
    account: str
    said: _Said


def read_past(frames: Iterable[pl.DataFrame], *, since: int | None, now: int) -> Past:
    """Reads what a report tells of the past.

    Args:
        frames: the ledger's entries, oldest first, with `COLUMNS`.
        since: where the report begins when a person says so, microseconds; else after the last report.
        now: when the report is made, by which a drill that never ended is told from one at work.
    """
    entries, said, unreadable = _read(frames)
    reports = [e for e in entries if isinstance(e.said, _Report)]
    first = _first(reports, entries, since)
    begin = reports[-1].at if reports and since is None else since
    changes = _approved(_changes([e for e in entries if isinstance(e.said, _Policy)]), entries)
    return Past(
        since=begin,
        after="asked" if since is not None else "report" if reports else "start",
        drills=_drills(said, first, now),
        changes=tuple(c for c in changes if c.seq >= first),
        decided=tuple(_decided(e) for e in entries if e.seq >= first and type(e.said) is _Act),
        reports=tuple(map(_earlier, reports)),
        in_force=changes[-1].after if changes else "",
        in_force_since=changes[-1].at if changes else None,
        unreadable=unreadable,
    )


def _read(frames: Iterable[pl.DataFrame]) -> tuple[list[_Entry], list[Said], int]:
    """The entries of these kinds that can be read, those that drills are judged by, and how many cannot be read."""
    entries: list[_Entry] = []
    said: list[Said] = []
    unreadable = 0
    for frame in frames:
        wanted = frame.filter(pl.col("kind").is_in(KINDS))
        for seq, at, kind, account, detail in wanted.select(COLUMNS).iter_rows():
            try:
                if kind in _JUDGING:
                    one = Said(seq, at, kind, account, msgspec.json.decode(detail, type=dict[str, Any]))  # fmt: skip
                    if kind == DRILL and detail_of(one) is None:
                        unreadable += 1
                    said.append(one)
                    continue
                read = msgspec.json.decode(detail, type=_TYPES.get(kind, _Act))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                unreadable += 1
                continue
            entries.append(_Entry(seq, at, kind, account, read))
    return entries, said, unreadable


def _first(reports: Sequence[_Entry], entries: Sequence[_Entry], since: int | None) -> int:
    """Number of the first entry of the time that is reported."""
    if since is not None:
        return next(
            (e.seq for e in entries if e.at >= since), entries[-1].seq + 1 if entries else 0
        )
    if not reports:
        return 0
    last = reports[-1]
    assert isinstance(last.said, _Report)
    return max(0, min(last.said.size, last.seq))


def _changes(entries: Sequence[_Entry]) -> list[PolicyChange]:
    """The entries at which another policy set came into force; a person's word on the same one is its signature."""
    changes: list[PolicyChange] = []
    terms: dict[str, dict[str, Any]] | None = None
    for entry in entries:
        said = entry.said
        assert isinstance(said, _Policy)
        person = "" if said.by in NO_PERSON else said.by
        former = changes[-1].after if changes else ""
        after = said.written or said.digest
        if after == former or (said.by == "schedule" and not said.written):
            if person and not changes[-1].signed:
                changes[-1] = replace(changes[-1], signed=person)
            terms = said.terms or terms
            continue
        differ = compare(terms, said.terms) if changes and terms and said.terms else None
        changes.append(
            PolicyChange(entry.seq, entry.at, former, after, said.file, said.by, person, differ)
        )
        terms = said.terms
    return changes


def _approved(changes: Sequence[PolicyChange], entries: Sequence[_Entry]) -> list[PolicyChange]:
    """With the last approval of each file, before or after it came into force."""
    given = {
        e.said.digest: (e.said, e.account)
        for e in entries
        if isinstance(e.said, _Approval) and e.said.person.strip()
    }
    return [
        replace(
            c,
            approved=given[c.after][0].person,
            approved_by=given[c.after][1],
            reason=given[c.after][0].reason,
        )
        if c.after in given
        else c
        for c in changes
    ]


def _decided(entry: _Entry) -> Decided:
    said = entry.said
    assert isinstance(said, _Act)
    what = {"application": said.state, "retention": str(said.months or "")}.get(
        entry.kind, said.key
    )
    return Decided(entry.at, entry.kind, said.id, what, said.by or entry.account, said.reason)


def _earlier(entry: _Entry) -> EarlierReport:
    said = entry.said
    assert isinstance(said, _Report)
    return EarlierReport(entry.at, entry.account, said.size, tuple(sorted(said.files.items())))


def _drills(said: Sequence[Said], first: int, now: int) -> tuple[DrillRun, ...]:
    """The runs of that time, judged with what people did since; the last one before when there was none."""
    told: dict[int, list[DrillDetail]] = {}
    latest: dict[int, int] = {}
    for one in said:
        detail = detail_of(one)
        if detail is not None:
            run = one.seq if detail.phase == "begin" else detail.run
            told.setdefault(run, []).append(detail)
            latest[run] = one.seq
    runs = history(said, now=now)
    since = [run for run in runs if latest[run.run] >= first]
    return tuple(_run(run, told[run.run]) for run in since or runs[-1:])


def _run(run: Judged, told: Sequence[DrillDetail]) -> DrillRun:
    walks = next((detail.walks for detail in reversed(told) if detail.walks), ())
    held = [walk for walk in walks if walk.enforced]
    printed = [walk.printed for walk in held if walk.printed is not None]
    return DrillRun(
        drill=run.drill,
        at=run.at,
        state=_state(run),
        by=next((detail.by for detail in reversed(told) if detail.by), ""),
        owner=run.owner,
        applications=tuple(dict.fromkeys(walk.application for walk in walks)),
        read=sum(walk.read for walk in held) if held else None,
        printed=sum(printed) if held and len(printed) == len(held) else None,
        told_after=run.after("told"),
        acknowledged_after=run.after("acknowledged"),
        failed=run.failed,
    )


def _state(run: Judged) -> Literal["passed", "failed", "waiting", "broken"]:
    if run.passed is None:
        return "waiting"
    if run.passed:
        return "passed"
    return "broken" if "ended" in run.failed else "failed"
