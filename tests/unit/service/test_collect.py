"""Columns of a log become a history without losing, mixing or reordering anything."""

from dataclasses import dataclass, field

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.directories.table_directory import TableDirectory
from ecluse.ledgers.keys import Pseudonymizer
from ecluse.model.batch import EventBatch
from ecluse.service.collect import Collector

NAMES = Pseudonymizer(bytes(32))
words = st.sampled_from(["a", "b", "c", "é ü", ""])
maybe = st.none() | words


@dataclass
class Log:
    events: list = field(default_factory=list)


events = st.lists(
    st.tuples(
        st.integers(0, 9),
        words,
        st.lists(st.sampled_from("pqrst"), unique=True, max_size=3),
        maybe,
        maybe,
    ),
    min_size=1,
    max_size=20,
)
shapes = st.sampled_from(["list", "one", "categorical"])


def frame(rows, shape):
    """The rows as a format would give them; `one` and `categorical` keep one person an event."""
    columns = {
        "at": pl.Series([r[0] for r in rows], dtype=pl.Int64),
        "account": pl.Series([r[1] for r in rows], dtype=pl.String),
        "application": pl.Series([r[3] for r in rows], dtype=pl.String),
    }
    if shape == "list":
        columns["persons"] = pl.Series([r[2] for r in rows], dtype=pl.List(pl.String))
        columns["organization"] = pl.Series([r[4] for r in rows], dtype=pl.String)
    else:
        columns["person"] = pl.Series([(r[2] or ["z"])[0] for r in rows], dtype=pl.String)
    if shape == "categorical":
        columns["account"] = columns["account"].cast(pl.Categorical)
        columns["application"] = columns["application"].cast(pl.Categorical)
    return pl.DataFrame(columns)


@given(st.lists(st.tuples(events, shapes), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_history_says_what_the_batches_said(batches):
    collector = Collector(NAMES, 1, TableDirectory())
    expected = []
    for rows, shape in batches:
        collector.add(EventBatch(frame(rows, shape), lines=len(rows)))
        for at, account, persons, application, organization in rows:
            several = persons if shape == "list" else [(persons or ["z"])[0]]
            body = organization if shape == "list" else None
            expected.append(
                (
                    at,
                    account,
                    several,
                    application or ("" if application == "" else "(unknown)"),
                    body,
                )
            )
    expected.sort(key=lambda e: e[0])
    collected = collector.finish()
    got = [
        (at, r.account, r.persons, r.application, r.organization)
        for at, r in collected.history.requests()
    ]
    assert got == [
        (
            at,
            account,
            tuple(NAMES.person_id(NAMES.pseudonym(p)) for p in persons),
            application,
            body,
        )
        for at, account, persons, application, body in expected
    ]
    assert [bytes(n) for n in collected.pseudonyms] == [
        NAMES.pseudonym(p) for e in expected for p in e[2]
    ]


def test_numbers_are_told_apart_as_they_are():
    collector = Collector(None, 1, TableDirectory())
    table = pl.DataFrame({"at": [1, 2, 3], "account": ["a"] * 3, "person": [7, -7, 7]})
    collector.add(EventBatch(table, lines=3))
    assert collector.finish().history.person.tolist() == [7, 2**64 - 7, 7]


def test_nothing_at_all_is_a_history_too():
    collected = Collector(NAMES, 1, TableDirectory()).finish()
    assert len(collected.history) == 0
    assert collected.pseudonyms.shape == (0, 16)
    assert list(collected.history.requests()) == []


def test_facts_come_from_the_directory_and_the_log_s_organization_wins():
    accounts = pl.DataFrame(
        {
            "account": ["a", "b"],
            "kind": ["adviser", None],
            "organization": ["o1", "o2"],
            "created_at": [5, 6],
            "created_by": [None, "a"],
        },
        schema={
            "account": pl.String,
            "kind": pl.String,
            "organization": pl.String,
            "created_at": pl.Int64,
            "created_by": pl.String,
        },
    )
    caseload = pl.DataFrame({"account": ["a"], "person": ["p"]})
    collector = Collector(None, 1, TableDirectory(accounts=accounts, caseload=caseload))
    table = pl.DataFrame(
        {
            "at": [10, 11, 12],
            "account": ["a", "b", "new"],
            "persons": [["p", "q"], ["p"], ["p"]],
            "organization": [None, "mine", None],
        }
    )
    collector.add(EventBatch(table, lines=3))
    first, second, third = (r for _, r in collector.finish().history.requests())
    assert (first.kind, first.organization, first.lineage, first.created_at, first.own) == (
        "adviser",
        "o1",
        "a",
        5,
        (True, False),
    )
    assert (second.kind, second.organization, second.lineage, second.own) == (
        None,
        "mine",
        "a",
        (False,),
    )
    assert (third.organization, third.lineage, third.created_at) == (None, "new", 12)


@given(events, shapes, st.sets(st.tuples(words, st.sampled_from("pqrst")), min_size=1))
@settings(max_examples=100, deadline=None)
def test_the_caseload_is_asked_whatever_the_shape_of_the_log(rows, shape, followed):
    """`ecluse convert` writes accounts coded; a caseload holds plain texts."""
    caseload = pl.DataFrame(sorted(followed), schema=["account", "person"], orient="row")
    collector = Collector(None, 1, TableDirectory(caseload=caseload))
    collector.add(EventBatch(frame(rows, shape), lines=len(rows)))
    expected = [
        tuple((r[1], p) in followed for p in (r[2] if shape == "list" else (r[2] or ["z"])[:1]))
        for r in sorted(rows, key=lambda r: r[0])
    ]
    assert [r.own for _, r in collector.finish().history.requests()] == expected
