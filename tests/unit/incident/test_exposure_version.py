"""The numbers of a version, counted by hand."""

import pyarrow as pa

from ecluse.incident.exposure_digest import SCHEMA
from ecluse.incident.exposure_version import numbers_of
from ecluse.model.exposure import CategoryCount, CategorySet


def row(number, manner, *, shown="", exported="", listed="", linked=False, minor=None, protected=None, state=None):  # fmt: skip
    words = " ".join(sorted({*shown.split(), *exported.split(), *listed.split()}))
    return {
        "person": bytes([number]) * 16, "linked": linked, "manner": manner, "categories": words, "shown": shown,
        "exported": exported, "listed": listed, "first_at": 1, "last_at": 2, "accesses": 1, "minor": minor,
        "protected": protected, "member_state": state,
    }  # fmt: skip


LIST = pa.Table.from_pylist(
    [
        row(1, "shown", shown="health identity", listed="identity", minor=True, state="BE"),
        row(2, "exported", exported="identity", shown="identity", minor=False, state="FR", protected=True),
        row(3, "listed", listed="identity", state="BE"),
        row(4, "shown", shown="contact", linked=True, minor=True, state="DE"),
    ],
    schema=SCHEMA,
)  # fmt: skip


def test_a_person_counts_once_under_the_gravest_manner():
    found = numbers_of(LIST, home="FR", told=True)
    assert (found.persons, found.shown, found.exported, found.listed, found.linked) == (3, 1, 1, 1, 1)  # fmt: skip
    assert found.categories == (
        CategoryCount("health", 1, shown=1),
        CategoryCount("identity", 3, shown=1, exported=1, listed=1),
    )
    assert found.sets == (CategorySet(("identity",), 2), CategorySet(("health", "identity"), 1))
    assert sum(own.persons for own in found.sets) == found.persons
    assert (found.minors, found.protected, found.member_states) == (1, 1, (("BE", 2),))


def test_without_a_source_the_numbers_are_unknown_and_not_zero():
    found = numbers_of(LIST, home="FR", told=False)
    assert (found.minors, found.protected, found.member_states) == (None, None, None)
    empty = numbers_of(SCHEMA.empty_table(), home="FR", told=True)
    assert (empty.persons, empty.categories, empty.minors, empty.member_states) == (0, (), 0, ())
