"""Targets and keys over columns: which events draw on a budget, and by which key."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ecluse.detectors.targets import OpenHours
from ecluse.engine.history import UNKNOWN_INSTANT, Column, History
from ecluse.model.policy import Hours, Key, Target
from ecluse.model.time import MINUTE

__all__ = ["Flags", "event_keys", "event_mask", "in_a_log"]

Flags: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int32]

_SLOT = 15 * MINUTE
_CODES_MAX = 1 << 31  # codes are int32


def event_mask(history: History, target: Target) -> Flags | None:
    """Which events satisfy the target's conditions on the event; None for all of them.

    The condition on the caseload is about persons, and is left to the caller. In a log nothing is
    justified or stepped up: a target that asks for it concerns no event.
    """
    masks = [
        np.zeros(len(history), np.bool_) if target.justified or target.stepped_up else None,
        _word_mask(history.kind, target.kinds),
        _word_mask(history.organization, target.organizations),
        _word_mask(history.application, target.applications),
        _word_mask(history.operation, target.operations),
        _word_mask(history.factor, target.factors),
        _category_mask(history.categories, target.categories),
        _age_mask(history, target),
        None if target.hours is None else _hours_mask(history, target.hours),
    ]
    found = [m for m in masks if m is not None]
    return np.asarray(np.logical_and.reduce(found)) if found else None


def in_a_log(target: Target) -> Target:
    """The same events of a log, without the conditions that hold for all of them: nothing is justified or stepped up."""
    return replace(target, justified=target.justified or None, stepped_up=target.stepped_up or None)


def event_keys(history: History, per: tuple[Key, ...]) -> tuple[Codes, int]:
    """Codes each event's key, -1 where a part of it is unknown.

    Returns:
        int32 codes and their number; codes of one key type are dense only as far as the columns are.
    """
    codes, number = _key_codes(history, per[0])
    for key in per[1:]:
        more, width = _key_codes(history, key)
        joint = codes.astype(np.int64) * width + more
        joint[(codes < 0) | (more < 0)] = -1
        number *= width
        if number > min(max(1 << 20, 4 * len(history)), _CODES_MAX):
            joint, number = _compact(joint)
        codes = joint.astype(np.int32)
    return codes, number


def _key_codes(history: History, key: Key) -> tuple[Codes, int]:
    if key is Key.SYSTEM:
        return np.zeros(len(history), np.int32), 1
    column: Column | None = getattr(history, key.value)
    if column is None and key is Key.LINEAGE:
        column = history.account
    if column is None:
        return np.full(len(history), -1, np.int32), 1
    return column.codes, max(1, len(column.words))


def _compact(codes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], int]:
    found, dense = np.unique(codes, return_inverse=True)
    if found.size and found[0] == -1:
        return dense.astype(np.int64) - 1, max(1, found.size - 1)
    return dense.astype(np.int64), max(1, found.size)


def _word_mask(column: Column | None, allowed: frozenset[str] | None) -> Flags | None:
    if allowed is None or column is None:
        return None
    table = np.array([*(w in allowed for w in column.words), True])
    return np.asarray(table[column.codes])


def _category_mask(column: Column | None, allowed: frozenset[str] | None) -> Flags | None:
    if not allowed or column is None:
        return None
    table = np.array([*(not w or not allowed.isdisjoint(w.split(",")) for w in column.words), True])
    return np.asarray(table[column.codes])


def _age_mask(history: History, target: Target) -> Flags | None:
    if history.created_at is None or (target.younger_than is None and target.older_than is None):
        return None
    unknown = history.created_at == UNKNOWN_INSTANT
    age = history.at - np.where(unknown, 0, history.created_at)
    matches = np.ones(len(history), np.bool_)
    if target.younger_than is not None:
        matches &= age < target.younger_than
    if target.older_than is not None:
        matches &= age >= target.older_than
    return np.asarray(matches | unknown)


def _hours_mask(history: History, hours: Hours) -> Flags:
    slot, minute = history.at // _SLOT, history.at % _SLOT // MINUTE
    distinct, place = np.unique(slot, return_inverse=True)
    opens = OpenHours(hours)
    table = np.array(
        [[int(s) * _SLOT + m * MINUTE in opens for m in range(_SLOT // MINUTE)] for s in distinct],
        np.bool_,
    ).reshape(-1, _SLOT // MINUTE)
    return np.asarray(table[place, minute])
