"""How did drills go? Every run that a ledger tells of, judged with what people did since."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ecluse.model.drill import Check, DrillDetail, Past, Said
from ecluse.model.time import SECOND
from ecluse.verify.drill import judge_alarm, verdict

__all__ = ["detail_of", "history"]

_ALARM = frozenset({"raised", "told", "acknowledged"})


def detail_of(said: Said) -> DrillDetail | None:
    """What an entry of a drill says; None for other kinds, and for what a later version wrote."""
    if said.kind != "drill":
        return None
    written: dict[str, Any] = said.detail
    try:
        return msgspec.convert(written, DrillDetail)
    except msgspec.ValidationError:
        return None


def history(said: Sequence[Said], *, now: int) -> tuple[Past, ...]:
    """The runs in their order.

    Args:
        said: what the ledger tells, in the order of its entries.
        now: the instant, microseconds: what has not come by now may be late.
    """
    begun: dict[int, tuple[Said, DrillDetail]] = {}
    ended: dict[int, DrillDetail] = {}
    for entry in said:
        detail = detail_of(entry)
        if detail is None:
            continue
        if detail.phase == "begin":
            begun[entry.seq] = entry, detail
        elif detail.phase == "end":
            ended[detail.run] = detail
    return tuple(
        _past(entry, detail, ended.get(run), _until_next(run, begun, said), now)
        for run, (entry, detail) in begun.items()
    )


def _until_next(
    run: int, begun: dict[int, tuple[Said, DrillDetail]], said: Sequence[Said]
) -> list[Said]:
    """What was said of a run: until the next one of the same account begins, whose alarm is another."""
    account = begun[run][1].account
    after = [n for n, (_, detail) in begun.items() if n > run and detail.account == account]
    end = min(after, default=None)
    return [s for s in said if s.seq > run and (end is None or s.seq < end)]


def _past(
    entry: Said, begin: DrillDetail, end: DrillDetail | None, said: Sequence[Said], now: int
) -> Past:
    if end is None:
        over = now - entry.at > begin.within * SECOND
        what = "it began and did not end" if over else "it runs"
        checks: tuple[Check, ...] = (
            Check(code="ended", passed=False if over else None, what=what),
        )
    elif end.stopped_at:
        kept = [c for c in end.checks if c.code not in _ALARM]
        checks = (*kept, *judge_alarm(end, said, now=now))
    else:
        checks = end.checks
    first = next((w for w in (end.walks if end else ()) if w.enforced), None)
    return Past(
        run=entry.seq,
        at=entry.at,
        drill=begin.drill,
        account=begin.account,
        owner=begin.owner,
        printed=None if first is None else first.printed,
        read=None if first is None else first.read,
        passed=verdict(checks),
        checks=checks,
    )
