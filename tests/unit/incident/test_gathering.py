"""Who was exposed, each once: equal to counting by hand, for every mixture of manners, linked persons and categories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.gathering import gather, kinds_of, manner_of
from ecluse.incident.persons import pairs_of

KINDS = [
    ("identity", "view", "a"), ("contact,identity", "list", "a"), ("health", "export", "b"), ("", "", ""),
    ("linked:contact", "view", "a"), ("linked:contact,identity", "search", "b"), ("linked:contact", "Export", ""),
    (",".join(f"c{n:03}" for n in range(130)), "view", "b"),
]  # fmt: skip
GRAVEST = ("exported", "shown", "listed")
accesses = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 99), st.integers(0, len(KINDS) - 1), st.booleans()), max_size=30
)  # fmt: skip


def name(number: int) -> bytes:
    """Some share their first eight bytes; some have the highest bit set."""
    return (number // 3 * (2**63 - 1)).to_bytes(8, "big") + number.to_bytes(8, "big")


@given(accesses)
def test_the_list_is_what_one_counts_by_hand(found):
    kinds = kinds_of(KINDS)
    table = gather(
        pairs_of(b"".join(name(person) for person, *_ in found)), np.array([at for _, at, *_ in found], np.int64),
        np.array([code for *_, code, _ in found], np.int64), np.array([sound for *_, sound in found], bool), kinds,
    )  # fmt: skip
    expected = []
    for person in sorted({person for person, *_ in found}, key=name):
        mine = [(at, KINDS[code], sound) for who, at, code, sound in found if who == person]
        words = {manner: set() for manner in GRAVEST}
        linked = []
        for _, (categories, operation, _), _ in mine:
            own = [word for word in categories.split(",") if word]
            linked.append(bool(own) and all(word.startswith("linked:") for word in own))
            words[manner_of(operation).value] |= {word.removeprefix("linked:") for word in own}
        manners = {manner_of(operation).value for _, (_, operation, _), _ in mine}
        expected.append({
            "person": name(person), "linked": all(linked), "manner": next(m for m in GRAVEST if m in manners),
            "categories": " ".join(sorted(set().union(*words.values()))), "shown": " ".join(sorted(words["shown"])),
            "exported": " ".join(sorted(words["exported"])), "listed": " ".join(sorted(words["listed"])),
            "first_at": min(at for at, *_ in mine), "last_at": max(at for at, *_ in mine), "accesses": len(mine),
            "applications": " ".join(sorted({a for _, (*_, a), _ in mine if a})), "sound": any(s for *_, s in mine),
        })  # fmt: skip
    assert table.to_pylist() == expected


@pytest.mark.parametrize(
    ("operation", "manner"),
    [("list", "listed"), ("SEARCH", "listed"), ("export", "exported"), ("download", "exported"), ("view", "shown"), ("print", "shown"), ("", "shown")],
)  # fmt: skip
def test_an_unknown_operation_shows(operation, manner):
    assert manner_of(operation).value == manner
