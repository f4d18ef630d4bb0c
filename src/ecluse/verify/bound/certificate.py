"""How is a bound proved to somebody who does not trust us? A document that a short script checks with fractions.

It holds the linear program (each row with the windows from which its cap was computed), a plan that satisfies it, and
dual values. Weak duality does the rest: whatever satisfies the rows is at most the sum of dual values times caps. The
script `ecluse.ledgers.standalone.check_bound` recomputes every cap from the windows and needs Python alone.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from ecluse.model.adversary import ALL, Adversary
from ecluse.model.policy import Budget
from ecluse.verify.bound.bounding import Case

__all__ = ["certificate", "digest_of"]


def certificate(case: Case, adversary: Adversary, *, policy: str) -> dict[str, Any]:
    """The proof of one bound over one horizon, as a JSON document; fractions are written `7/2`.

    Args:
        case: solved.
        adversary: whose it is.
        policy: digest of the policy set.
    """
    assert case.matrix is not None
    assert case.solved is not None
    matrix, solved = case.matrix, case.solved
    return {
        "version": 1,
        "policy": policy,
        "adversary": _adversary(adversary),
        "horizon_us": case.program.horizon,
        "persons": int(solved.bound),
        "plan_takes": sum(solved.values[: matrix.persons]),
        "variables": {"persons": matrix.persons, "names": list(matrix.names)},
        "rows": list(_rows(case)),
        "plan": list(solved.values),
        "proof": [str(y) for y in solved.duals],
    }


def digest_of(document: dict[str, Any]) -> str:
    """SHA-256 of the document's canonical JSON (sorted keys, no white space), in hexadecimal."""
    return sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


def _rows(case: Case) -> Iterator[dict[str, Any]]:
    assert case.matrix is not None
    matrix = case.matrix
    for place, (title, terms, cap) in enumerate(
        zip(matrix.titles, matrix.rows, matrix.caps, strict=True)
    ):
        row: dict[str, Any] = {"name": title, "terms": [list(t) for t in terms], "cap": cap}
        if place < len(case.program.rows):
            source = case.program.rows[place]
            if source.budget is not None:
                row["curve"] = _curve(source.budget, source.duration, source.keys)
        yield row


def _curve(budget: Budget, duration: int, keys: int) -> dict[str, Any]:
    return {
        "budget": budget.id,
        "windows": [[w.length, w.limit] for w in budget.windows],
        "over_us": duration,
        "keys": keys,
    }


def _adversary(adversary: Adversary) -> dict[str, Any]:
    return {
        "id": adversary.id,
        "steals": [
            {
                "kind": s.kind,
                "organization": s.organization,
                "accounts": "all" if s.accounts == ALL else s.accounts,
                "application": s.application,
            }
            for s in adversary.stolen
        ],
        "creates": "unlimited" if adversary.creates is None else adversary.creates,
        "second_factor": adversary.second_factor,
    }
