"""What has happened since the last report? Read from the acts of the ledger: drills, changes of policy, persons' decisions.

The time begins after the entries that the last report was made from, never after that report's own entry: whoever writes an
entry that claims to be a report can hide nothing that comes later than it, and it is listed itself.

Entries may have been written by anybody who may append. One that does not say what it must is counted and left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import msgspec
import polars as pl

from ecluse.engine.acts import NOBODY
from ecluse.model.assurance import Decided, DrillRun, EarlierReport, Past, PolicyChange
from ecluse.model.time import SECOND
from ecluse.verify.terms import compare

__all__ = ["COLUMNS", "KINDS", "REPORT", "read_past"]

APPROVED: Final = "policy-approved"
"""Kind of the entry by which a person approves a policy file."""

REPORT: Final = "report"
"""Kind of the entry that a report leaves in the ledger."""

COLUMNS: Final = ("seq", "at", "kind", "account", "detail")

KINDS: Final = ("application", "drill", "hold", "policy", APPROVED, "reopen", REPORT, "retention")
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


class _Walk(msgspec.Struct):
    application: str = ""
    printed: int | None = None
    read: int = 0


class _Check(msgspec.Struct):
    code: str = ""
    passed: bool | None = None
    after: int | None = None


class _Drill(msgspec.Struct):
    phase: Literal["begin", "end", "check"]
    drill: str = ""
    owner: str = ""
    run: int = 0
    within: int = 0
    acknowledge: int = 0
    stopped_at: int = 0
    walks: tuple[_Walk, ...] = ()
    checks: tuple[_Check, ...] = ()
    passed: bool | None = None
    by: str = ""


_Said: TypeAlias = _Policy | _Approval | _Report | _Act | _Drill

_TYPES: Final[dict[str, type[_Said]]] = {
    "policy": _Policy,
    APPROVED: _Approval,
    REPORT: _Report,
    "drill": _Drill,
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
    entries, unreadable = _read(frames)
    reports = [e for e in entries if isinstance(e.said, _Report)]
    first = _first(reports, entries, since)
    begin = reports[-1].at if reports and since is None else since
    changes = _approved(_changes([e for e in entries if isinstance(e.said, _Policy)]), entries)
    return Past(
        since=begin,
        after="asked" if since is not None else "report" if reports else "start",
        drills=_drills([e for e in entries if isinstance(e.said, _Drill)], first, now),
        changes=tuple(c for c in changes if c.seq >= first),
        decided=tuple(_decided(e) for e in entries if e.seq >= first and type(e.said) is _Act),
        reports=tuple(map(_earlier, reports)),
        in_force=changes[-1].after if changes else "",
        in_force_since=changes[-1].at if changes else None,
        unreadable=unreadable,
    )


def _read(frames: Iterable[pl.DataFrame]) -> tuple[list[_Entry], int]:
    """The entries of these kinds that can be read, and how many cannot."""
    entries, unreadable = [], 0
    for frame in frames:
        wanted = frame.filter(pl.col("kind").is_in(KINDS))
        for seq, at, kind, account, detail in wanted.select(COLUMNS).iter_rows():
            try:
                said = msgspec.json.decode(detail, type=_TYPES.get(kind, _Act))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                unreadable += 1
                continue
            entries.append(_Entry(seq, at, kind, account, said))
    return entries, unreadable


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
        person = "" if said.by in NOBODY else said.by
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


def _drills(entries: Sequence[_Entry], first: int, now: int) -> tuple[DrillRun, ...]:
    """The runs of that time, each from its two or three entries; the last one before when there was none."""
    runs: dict[int, list[_Entry]] = {}
    for entry in entries:
        said = entry.said
        assert isinstance(said, _Drill)
        number = entry.seq if said.phase == "begin" else said.run
        runs.setdefault(number, []).append(entry)
    ended = {n: e for n, e in runs.items() if any(p.seq >= first for p in e)}
    chosen = ended or dict(list(runs.items())[-1:])
    return tuple(_run(parts, now) for parts in chosen.values())


def _run(parts: Sequence[_Entry], now: int) -> DrillRun:
    said = [p.said for p in parts if isinstance(p.said, _Drill)]
    checks = {c.code: c for s in said for c in s.checks}
    walks = next((s.walks for s in reversed(said) if s.walks), ())
    told, acknowledged = checks.get("told"), checks.get("acknowledged")
    state = _state(said, parts[0].at, now)
    failed = [c.code for c in checks.values() if c.passed is False]
    if (
        state == "failed"
        and not failed
        and acknowledged is not None
        and acknowledged.passed is None
    ):
        failed.append("acknowledged")
    return DrillRun(
        drill=next(_first_of(s.drill for s in said), ""),
        at=parts[0].at,
        state=state,
        by=next(_first_of(s.by for s in reversed(said)), ""),
        owner=next(_first_of(s.owner for s in reversed(said)), ""),
        applications=tuple(dict.fromkeys(w.application for w in walks)),
        read=sum(w.read for w in walks) if walks else None,
        printed=sum(w.printed or 0 for w in walks) if walks and all(w.printed is not None for w in walks) else None,
        told_after=None if told is None else told.after,
        acknowledged_after=None if acknowledged is None else acknowledged.after,
        failed=tuple(failed),
    )  # fmt: skip


def _first_of(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if word)


def _state(
    said: Sequence[_Drill], began_at: int, now: int
) -> Literal["passed", "failed", "waiting", "broken"]:
    ends = [s for s in said if s.phase != "begin"]
    if not ends:
        return "waiting" if now < began_at + said[0].within * SECOND else "broken"
    last = ends[-1]
    if last.passed is not None:
        return "passed" if last.passed else "failed"
    if any(c.passed is False for c in last.checks):
        return "failed"
    stopped_at = next((s.stopped_at for s in reversed(ends) if s.stopped_at), began_at)
    allowed = max(s.acknowledge for s in said)
    return "waiting" if now < stopped_at + allowed * SECOND else "failed"
