"""Turns decisions into ledger entries: one by one for the live engine, in columns for a replay."""

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from ecluse.engine.history import UNKNOWN_INSTANT, Column, History
from ecluse.engine.outcome import Outcome
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Decision
from ecluse.model.entry import ACCESS, Entry
from ecluse.model.policy import Effect, Mode, PolicySet

__all__ = ["entries", "entry_of"]

_CHUNK_MIN: Final = 1 << 16
_CHUNK_MAX: Final = 1 << 18
_CHUNKS: Final = 20
"""A history is written in about so many segments, within these sizes: memory for few, files for many."""
_FIELDS: Final = {
    "account": "account",
    "account_kind": "kind",
    "session": "session",
    "organization": "organization",
    "lineage": "lineage",
    "application": "application",
    "source": "source",
    "factor": "factor",
    "operation": "operation",
    "categories": "categories",
}
"""Fields of an entry, and the columns of a history that hold them."""


def entry_of(
    request: AccessRequest,
    decision: Decision,
    *,
    at: int,
    pseudonyms: tuple[bytes, ...],
    kind: str = ACCESS,
    facts: dict[str, Any] | None = None,
) -> Entry:
    """Makes the entry of one decision.

    Args:
        request: what was asked.
        decision: what the engine said.
        at: the instant at which the engine decided it (`Engine.clock`), microseconds.
        pseudonyms: 16 bytes for each of the request's persons, in order.
        kind: `access`, or `observed` for an access that happened whatever the decision.
        facts: what else the entry's detail says: `justified`, `stepped_up`, `degraded`, `shadow`, `client`.
    """
    first = decision.reasons[0] if decision.reasons and decision.effect else None
    closing = [r.policy for r in decision.reasons if r.effect is Effect.HOLD and not r.shadow]
    return Entry(
        at=at,
        kind=kind,
        account=request.account,
        account_kind=request.kind or "",
        session=request.session or "",
        organization=request.organization or "",
        lineage=request.lineage or "",
        application=request.application,
        source=request.source or "",
        factor=request.factor or "",
        operation=request.operation or "",
        categories=request.categories,
        persons=pseudonyms,
        own="" if request.own is None else "".join("01"[flag] for flag in request.own),
        created_at=request.created_at,
        bytes=request.bytes,
        effect=decision.effect.word,
        policy=first.policy if first else "",
        window=first.window if first else 0,
        used=first.used if first else 0,
        limit=first.limit if first else 0,
        detail=_detail(closing[1:], facts),
    )


def _detail(also: list[str], facts: dict[str, Any] | None = None) -> str:
    """What has no column of its own; `also` are budgets that closed something besides the one that the entry names."""
    detail = {**({"also": also} if also else {}), **(facts or {})}
    return json.dumps(detail, ensure_ascii=False) if detail else ""


def entries(
    history: History, pseudonyms: npt.NDArray[np.uint8], outcome: Outcome, policies: PolicySet
) -> Iterator[pl.DataFrame]:
    """Gives frames with the columns of `Entry`, refusals included, in the order of the history.

    `pseudonyms` is uint8[rows, 16].
    """
    decided = _decided(len(history), outcome, policies)
    first = history.rows()
    columns = {
        field: column
        for field, name in _FIELDS.items()
        if (column := getattr(history, name)) is not None
    }
    chunk = min(max(len(history) // _CHUNKS, _CHUNK_MIN), _CHUNK_MAX)
    for begin in range(0, len(history), chunk):
        part = slice(begin, min(begin + chunk, len(history)))
        rows = slice(int(first[part.start]), int(first[part.stop]))
        yield pl.DataFrame(
            {
                "at": history.at[part],
                **{field: _words(column, part) for field, column in columns.items()},
                "persons": _persons(
                    pseudonyms[rows], first[part.start : part.stop + 1] - rows.start
                ),
                **_own(history, part, rows),
                **_created(history, part),
                **({} if history.bytes is None else {"bytes": history.bytes[part]}),
                **{name: column[part] for name, column in decided.items()},
            }
        )


def _decided(events: int, outcome: Outcome, policies: PolicySet) -> dict[str, Any]:
    effect = np.zeros(events, np.uint32)
    effect[outcome.event] = outcome.effect
    policy = np.full(events, len(policies.budgets), np.uint32)
    window, used, limit = (np.zeros(events, np.int64) for _ in range(3))
    loud = outcome.effect > 0  # a shadow budget alone leaves a plain permit
    where = outcome.event[loud]
    policy[where] = outcome.budget[loud]
    lengths = [[*(w.length for w in b.windows), 0] for b in policies.budgets]
    limits = [[*(w.limit for w in b.windows), 0] for b in policies.budgets]
    window[where] = [
        lengths[b][w]
        for b, w in zip(outcome.budget[loud].tolist(), outcome.window[loud].tolist(), strict=True)
    ]
    limit[where] = [
        limits[b][w]
        for b, w in zip(outcome.budget[loud].tolist(), outcome.window[loud].tolist(), strict=True)
    ]
    used[where] = outcome.used[loud]
    names = pl.Series([*(b.id for b in policies.budgets), ""], dtype=pl.String)
    details = _details(events, outcome, policies)
    words = pl.Series([e.word for e in Effect], dtype=pl.String)
    return {
        "effect": words.gather(effect),
        "policy": names.gather(policy),
        "window": window,
        "used": used,
        "limit": limit,
        **({} if details is None else {"detail": details}),
    }


def _details(events: int, outcome: Outcome, policies: PolicySet) -> pl.Series | None:
    """Details of the decisions by which several budgets closed something; None when there are none."""
    closing = [b.effect is Effect.HOLD and b.mode is Mode.ENFORCE for b in policies.budgets]
    bits = sum(1 << i for i, closes in enumerate(closing) if closes)
    several = np.flatnonzero(np.bitwise_count(outcome.over & bits) > 1)
    if not several.size:
        return None
    details = [""] * events
    for place in several:
        over, first = int(outcome.over[place]), int(outcome.budget[place])
        also = [
            b.id
            for i, b in enumerate(policies.budgets)
            if closing[i] and over >> i & 1 and i != first
        ]
        details[int(outcome.event[place])] = _detail(also)
    return pl.Series(details, dtype=pl.String)


def _words(column: Column, part: slice) -> pl.Series:
    codes = column.codes[part]
    words = pl.Series([*column.words, ""], dtype=pl.String)
    return words.gather(np.where(codes < 0, len(column.words), codes).astype(np.uint32))


def _persons(names: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> pl.Series:
    flat = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(names), [None, pa.py_buffer(np.ascontiguousarray(names))]
    ).cast(pa.large_binary())
    whole = pl.from_arrow(pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), flat))
    assert isinstance(whole, pl.Series)
    return whole


def _own(history: History, part: slice, rows: slice) -> dict[str, Any]:
    if history.own is None:
        return {}
    digits = (history.own[rows] + ord("0")).tobytes().decode("ascii")
    first = history.rows()[part.start : part.stop + 1] - rows.start
    texts = [digits[a:b] for a, b in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]
    return {"own": ["" if "2" in text else text for text in texts]}


def _created(history: History, part: slice) -> dict[str, Any]:
    if history.created_at is None:
        return {}
    created = pl.Series(np.ascontiguousarray(history.created_at[part]))
    return {"created_at": created.replace(int(UNKNOWN_INSTANT), None)}
