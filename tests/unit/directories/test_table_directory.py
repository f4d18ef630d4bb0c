"""Live and in bulk, a directory tells the same facts; unlisted accounts are newborn."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.directories.table_directory import TableDirectory, open_directory
from ecluse.loaders.estate import default_estate
from ecluse.model.account import AccountFacts
from ecluse.model.errors import CallerError
from ecluse.model.estate import Estate
from ecluse.ports import Directory

SCHEMA = dict.fromkeys(("account", "kind", "organization", "created_by"), pl.String) | {
    "created_at": pl.Int64
}


def accounts(*rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def events(*rows, **columns):
    frame = pl.DataFrame(rows, schema={"at": pl.Int64, "account": pl.String}, orient="row")
    return frame.with_columns(**columns)


TABLE = accounts(("anna", "manager", "north", None, 100), ("ben", "partner", None, "anna", None))


def test_without_tables_every_account_is_established_and_its_own_lineage():
    directory: Directory = open_directory(default_estate(), folder=None)
    assert directory.facts("x", 5) == AccountFacts(lineage="x", created_at=0)
    assert directory.own("x", ["1"]) is None
    joined = directory.join(events((5, "x")))
    assert joined.to_dicts() == [
        {
            "at": 5,
            "account": "x",
            "organization": None,
            "account_kind": None,
            "lineage": "x",
            "created_at": 0,
        }
    ]
    assert directory.findings() == ()


def test_facts_come_from_the_table_and_the_event_keeps_its_organization():
    directory = TableDirectory(accounts=TABLE)
    frame = events(
        (5, "anna"), (6, "ben"), (7, "anna"), organization=pl.Series([None, "own", "east"])
    )
    assert directory.join(frame).select(
        "account_kind", "organization", "lineage", "created_at"
    ).rows() == [
        ("manager", "north", "anna", 100),
        ("partner", "own", "anna", None),
        ("manager", "east", "anna", 100),
    ]
    assert directory.facts("ben", 9) == AccountFacts(kind="partner", lineage="anna")


def test_unlisted_accounts_are_newborn_and_a_finding():
    directory = TableDirectory(accounts=TABLE)
    joined = directory.join(events((9, "new"), (7, "new"), (8, "anna")))
    assert joined["created_at"].to_list() == [7, 7, 100]
    assert joined["lineage"].to_list() == ["new", "new", "anna"]
    assert directory.join(events((50, "new")))["created_at"].to_list() == [7]
    assert directory.facts("new", 60).created_at == 7
    assert directory.facts("newer", 60) == AccountFacts(lineage="newer", created_at=60)
    (finding,) = directory.findings()
    assert finding.code == "unlisted-accounts"
    assert "2 accounts" in finding.what
    assert "`new`, `newer`" in finding.what


def test_own_is_aligned_with_the_persons():
    directory = TableDirectory(
        caseload=pl.DataFrame({"account": ["a", "a", "b"], "person": ["1", "2", "3"]})
    )
    frame = events(
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "a"),
        persons=pl.Series([["2", "3", "1"], ["3"], ["1"], []]),
    )
    joined = directory.join(frame)
    assert joined["own"].to_list() == [[True, False, True], [True], [False], []]
    assert joined.schema["own"] == pl.List(pl.Boolean)
    assert joined["persons"].to_list() == frame["persons"].to_list()
    assert directory.own("a", ["2", "3", "1"]) == (True, False, True)
    assert directory.own("c", ["1"]) == (False,)


@pytest.mark.parametrize("dtype", [pl.String, pl.Int64, pl.UInt64])
def test_own_with_one_person_an_event(dtype):
    directory = TableDirectory(caseload=pl.DataFrame({"account": ["a"], "person": ["17"]}))
    frame = events((1, "a"), (2, "a"), person=pl.Series(["17", "18"]).cast(dtype))
    assert directory.join(frame)["own"].to_list() == [[True], [False]]


def test_open_directory_reads_tables_beside_the_estate(tmp_path):
    (tmp_path / "accounts.csv").write_text(
        "account,kind,organization,created_at,created_by\na,k,o,2025-01-01,\n", encoding="utf-8"
    )
    (tmp_path / "case.csv").write_text("account,person\na,1\n", encoding="utf-8")
    estate = Estate((), (), (), accounts_table="accounts.csv", caseload_table="case.csv")
    directory = open_directory(estate, folder=tmp_path)
    assert directory.facts("a", 0).organization == "o"
    assert directory.own("a", ["1", "2"]) == (True, False)


def test_an_empty_table_and_no_events():
    directory = TableDirectory(
        accounts=accounts(),
        caseload=pl.DataFrame(schema={"account": pl.String, "person": pl.String}),
    )
    empty = events(persons=pl.Series([], dtype=pl.List(pl.String)))
    joined = directory.join(empty)
    assert joined.height == 0
    assert {"account_kind", "organization", "lineage", "created_at", "own"} <= set(joined.columns)


names = st.sampled_from(["a", "b", "c", "d", "e"])
persons = st.lists(st.sampled_from(["1", "2", "3"]), unique=True, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(names, st.sampled_from([None, "a", "b"]), st.integers(0, 9)),
        unique_by=lambda r: r[0],
        max_size=4,
    ),
    st.lists(st.tuples(names, st.sampled_from(["1", "2", "3"])), max_size=6),
    st.lists(st.tuples(names, persons), max_size=8),
)
def test_bulk_and_live_agree(listed, caseload, asked):
    """In the order of time, `join` tells of every event what `facts` and `own` tell of it alone."""
    rows = [(n, "k", None, c if (c or "z") < n else None, at) for n, c, at in listed]
    relations = pl.DataFrame(
        caseload, schema={"account": pl.String, "person": pl.String}, orient="row"
    )
    bulk, live = (TableDirectory(accounts=accounts(*rows), caseload=relations) for _ in range(2))
    lists = pl.Series([p for _, p in asked], dtype=pl.List(pl.String))
    frame = events(*((at, n) for at, (n, _) in enumerate(asked)), persons=lists)
    for row in bulk.join(frame).iter_rows(named=True):
        facts = live.facts(row["account"], row["at"])
        assert facts.kind == row["account_kind"]
        assert facts.lineage == row["lineage"]
        assert facts.created_at == row["created_at"]
        assert live.own(row["account"], row["persons"]) == tuple(row["own"])


BORN = {"kind": "partner", "organization": "north", "created_by": "ben", "at": 500}


class TestAccountsCreatedAtRunTime:
    """An account that is added is new, and charges its creator's lineage; nothing known is loosened by it."""

    def test_it_is_as_young_as_it_is_and_in_the_lineage_of_its_creator(self):
        directory: Directory = TableDirectory(accounts=TABLE)
        directory.add("child", **BORN)
        assert directory.facts("child", 900) == AccountFacts(
            kind="partner", organization="north", lineage="anna", created_at=500
        )
        assert directory.creators("child") == ("ben", "anna")
        directory.add("grandchild", **(BORN | {"created_by": "child"}))
        assert directory.facts("grandchild", 900).lineage == "anna"
        assert directory.descendants("anna") == {"ben", "child", "grandchild"}
        assert directory.findings() == ()

    def test_a_creator_that_nobody_knows_is_the_first_of_the_line(self):
        directory = TableDirectory(accounts=TABLE)
        directory.add("child", **(BORN | {"created_by": "elsewhere"}))
        assert directory.facts("child", 900).lineage == "elsewhere"

    def test_without_a_creator_it_is_a_lineage_of_its_own(self):
        directory = TableDirectory(accounts=TABLE)
        directory.add("child", **(BORN | {"created_by": None}))
        assert directory.facts("child", 900).lineage == "child"
        assert directory.creators("child") == ()
        directory.add("grandchild", **(BORN | {"created_by": "child"}))
        assert directory.facts("grandchild", 900).lineage == "child"

    def test_without_a_table_it_is_new_among_established_accounts(self):
        directory = TableDirectory()
        directory.add("child", **(BORN | {"kind": None, "created_by": "boss"}))
        assert directory.facts("child", 900).created_at == 500
        assert directory.facts("child", 900).lineage == "boss"
        assert directory.facts("boss", 900) == AccountFacts(lineage="boss", created_at=0)
        joined = directory.join(events((900, "child"), (901, "boss")))
        assert joined.select("account_kind", "organization", "lineage", "created_at").rows() == [
            (None, "north", "boss", 500),
            (None, None, "boss", 0),
        ]
        assert directory.findings() == ()

    def test_an_account_that_was_seen_before_is_no_older_for_it(self):
        directory = TableDirectory(accounts=TABLE)
        assert directory.facts("child", 300).created_at == 300
        directory.add("child", **BORN)
        assert directory.facts("child", 900).created_at == 500
        assert directory.findings() == ()  # it is listed now
        assert directory.facts("late", 700).created_at == 700
        directory.add("late", **BORN)  # seen by a clock that was ahead
        assert directory.facts("late", 900).created_at == 700

    @pytest.mark.parametrize(
        ("account", "creator", "message"),
        [
            ("anna", "ben", "in the accounts table already"),
            ("ben", "anna", "in the accounts table already"),
            ("child", "anna", "was added before"),
            ("new", "new", "not new"),
            ("old", "child", "not new"),
        ],
    )
    def test_what_is_known_cannot_be_created_again(self, account, creator, message):
        table = accounts(*TABLE.rows(), ("cleo", "partner", None, "old", 3))
        directory = TableDirectory(accounts=table)
        directory.add("child", **BORN)
        names = ("anna", "ben", "cleo", "child", "old")
        before = [(directory.facts(n, 900), directory.creators(n)) for n in names]
        with pytest.raises(CallerError, match=message) as caught:
            directory.add(account, **(BORN | {"created_by": creator, "at": 1}))
        assert caught.value.help
        assert [(directory.facts(n, 900), directory.creators(n)) for n in names] == before

    def test_there_is_an_end_to_them(self, monkeypatch):
        monkeypatch.setattr("ecluse.directories.table_directory.MAX_ADDED", 1)
        directory = TableDirectory()
        directory.add("one", **BORN)
        with pytest.raises(CallerError, match="1 accounts were added"):
            directory.add("two", **BORN)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(names, st.sampled_from([None, "a", "b"])), unique_by=lambda r: r[0]),
    st.lists(st.tuples(names, names, st.integers(0, 20)), max_size=6),
    st.lists(names, max_size=8),
    st.booleans(),
)
def test_adding_loosens_nothing_and_bulk_agrees(listed, added, asked, table):
    """Whoever was known keeps age, lineage, kind and creators; live and in bulk the same is told of everybody."""
    rows = [(n, "k", None, c if (c or "z") < n else None, 3) for n, c in listed]
    directory = TableDirectory(accounts=accounts(*rows) if table else None)
    known = [n for n, _ in listed] if table else []
    for name, creator, at in added:
        before = {n: (directory.facts(n, 30), directory.creators(n)) for n in known}
        try:
            directory.add(name, kind="new", organization=None, created_by=creator, at=at)
        except CallerError:
            assert name in known or name == creator or directory.descendants(name)
        else:
            assert name not in known
            known.append(name)
            assert directory.facts(name, 30).created_at == at
            assert directory.facts(name, 30).lineage == directory.creators(name)[-1]
        assert all((directory.facts(n, 30), directory.creators(n)) == before[n] for n in before)
    frame = events(*((30 + at, n) for at, n in enumerate(asked)))
    for row in directory.join(frame).iter_rows(named=True):
        facts = directory.facts(row["account"], row["at"])
        assert (facts.kind, facts.lineage, facts.created_at) == (
            row["account_kind"],
            row["lineage"],
            row["created_at"],
        )
