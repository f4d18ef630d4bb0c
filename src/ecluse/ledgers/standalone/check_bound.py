"""Checks certificates of `ecluse bound --certificate FILE` with Python alone: `python check_bound.py FILE`.

For each: every cap follows from the windows written beside it; the plan satisfies every row; the proof satisfies every
column, so that no theft takes more than the sum of proof times cap. All in whole numbers and fractions.
Exit code 0 when all hold, 1 when one does not, 2 when the file cannot be read.
"""

import json
import sys
from fractions import Fraction
from math import floor, gcd
from typing import Any

__all__ = ["check", "main", "most_in"]


def most_in(windows: list[list[int]], duration: int) -> int:
    """The most that sliding windows [length, limit] let into a half-open stretch: R(t) = min(limit + R(t - length))."""
    if duration <= 0:
        return 0
    step = gcd(*(length for length, _ in windows))
    slots = -(-duration // step)
    taken = [0]  # taken[n]: the most in n slots
    period = max(length for length, _ in windows) // step
    for n in range(1, min(slots, 2_000_000) + 1):
        taken.append(min(limit + taken[max(0, n - length // step)] for length, limit in windows))
    if slots < len(taken):
        return taken[slots]
    whole = (slots - len(taken)) // period + 1  # beyond: whole longest windows more, an upper bound
    longest = min(limit for length, limit in windows if length // step == period)
    return taken[slots - whole * period] + whole * longest


def check(document: dict[str, Any]) -> list[str]:
    """What does not hold; nothing when the certificate proves its number."""
    rows, plan = document["rows"], document["plan"]
    proof = [Fraction(text) for text in document["proof"]]
    persons = document["variables"]["persons"]
    faults = [
        f"{row['name']}: the cap does not follow from the windows"
        for row in rows
        if not _cap_follows(row)
    ]
    if min(plan, default=0) < 0 or min(proof, default=Fraction(0)) < 0:
        faults.append("a value is negative")
    if len(proof) != len(rows) or len(plan) != len(document["variables"]["names"]):
        return [*faults, "a value is missing"]
    faults += [
        f"{row['name']}: the plan takes more than the cap"
        for row in rows
        if sum(value * plan[place] for place, value in row["terms"]) > row["cap"]
    ]
    columns = [Fraction(0)] * len(plan)
    for row, y in zip(rows, proof, strict=True):
        for place, value in row["terms"]:
            columns[place] += value * y
    for place, value in enumerate(columns):
        if value < (1 if place < persons else 0):
            faults.append(f"{document['variables']['names'][place]}: the proof does not cover it")
    proved = floor(sum((y * row["cap"] for row, y in zip(rows, proof, strict=True)), Fraction(0)))
    if proved > document["persons"]:
        faults.append(f"the proof gives {proved} persons, not {document['persons']}")
    if sum(plan[:persons]) != document["plan_takes"]:
        faults.append("the plan takes another number than is said")
    return faults


def _cap_follows(row: dict[str, Any]) -> bool:
    curve = row.get("curve")
    if curve is None:
        return True  # a population, or a number of accounts: compare it with the estate and the adversary
    one = most_in(curve["windows"], curve["over_us"])
    per_account = [value for _, value in row["terms"] if value < 0]
    if per_account:
        return row["cap"] == 0 and all(-value >= one for value in per_account)
    return bool(row["cap"] >= one * curve["keys"])


def main(arguments: list[str]) -> int:
    """Checks the certificates of one file, a JSON document or a list of them."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python check_bound.py CERTIFICATES.json\n")
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:  # noqa: PTH123 - as short as can be
            read = json.load(file)
        certificates = read if isinstance(read, list) else read.get("certificates", [read])
        results = [(document, check(document)) for document in certificates]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        sys.stderr.write(f"{arguments[0]}: not a file of certificates: {error}\n")
        return 2
    for document, faults in results:
        name = f"{document['adversary']['id']}, {document['horizon_us'] // 1_000_000:,} s"
        verdict = "holds" if not faults else "DOES NOT HOLD: " + "; ".join(faults)
        sys.stdout.write(f"{name}: at most {document['persons']:,} persons: {verdict}\n")
    return 1 if not results or any(faults for _, faults in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
