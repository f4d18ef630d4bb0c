"""What the organization's own files say of a sample's persons."""

import datetime as dt

import polars as pl
import pytest

from ecluse.incident.sample.fingerprint import Field, Wanted, fingerprint
from ecluse.incident.sample.rows import Shape
from ecluse.ledgers.keys import Pseudonymizer
from ecluse.model.claim_file import Changes, People
from ecluse.model.errors import SourceError
from ecluse.sources.sample_facts import match_people, read_changes, read_honey

KEY = bytes(32)
FIELDS = (
    Field("mail", "courriel", "mail"),
    Field("name", "nom", "name"),
    Field("birth", "ne", "date"),
)


def wanted(*, identifier=True):
    return Wanted(
        shape=Shape(form="csv"), identifier=Field("identifier", "id", "exact") if identifier else None, fields=FIELDS, times=(), person_key=KEY, value_key=b"\1" * 32,
    )  # fmt: skip


def person(identifier):
    return Pseudonymizer(KEY).pseudonym(identifier)


PEOPLE = "num;mail;nom;ne\n1;A@b.test;Zoé Martin;1980-01-02\n2;c@d.test;Max Petit;1990-05-06\n3;c@d.test;Léa Roux;1991-01-01\n4;e@f.test;MARTIN Zoe;1980-01-02\n"
FILE = People("people.csv", "num", (("mail", "mail"), ("name", "nom"), ("birth", "ne")))


@pytest.fixture(params=["csv", "parquet"])
def people(request, tmp_path):
    path = tmp_path / f"people.{request.param}"
    if request.param == "csv":
        path.write_text(PEOPLE)
    else:
        rows = [line.split(";") for line in PEOPLE.splitlines()]
        frame = pl.DataFrame(rows[1:], schema=rows[0], orient="row")
        frame.with_columns(pl.col("num").cast(pl.Int64), pl.col("ne").str.to_date()).write_parquet(
            path
        )
    return path


def test_who_is_held_and_which_values_are_true(people):
    asked = wanted()
    found = fingerprint(
        b"id;courriel;nom;ne\n1;a@B.test;martin zoe;02/01/1980\n2;x@y.test;;\n9;;;\n", asked
    )
    matched = match_people(people, FILE, (), wanted=asked, found=found)
    assert matched.held == {person("1"), person("2")}
    assert (matched.compared, matched.agreeing, matched.population) == (4, 3, 4)
    assert matched.places == {person("1"): 0, person("2"): 1}


def test_persons_are_found_by_other_columns_unless_several_share_them(people):
    asked = wanted(identifier=False)
    found = fingerprint(
        b"courriel;nom;ne\na@b.test;;\nc@d.test;;\nc@d.test;petit max;06/05/1990\n;Zoe Martin;1980-01-02\nnobody@no.test;;\n",
        asked,
    )
    matched = match_people(people, FILE, (("mail",), ("name", "birth")), wanted=asked, found=found)
    assert matched.persons == [person("1"), None, person("2"), None, None]
    assert matched.ambiguous == 2, "a mail of two, a name and birth of two"


def test_a_missing_column_or_file_is_named(people, tmp_path):
    found = fingerprint(b"id;courriel;nom;ne\n1;;;\n", wanted())
    with pytest.raises(SourceError, match="no column `phone`"):
        match_people(
            people, People("x", "num", (("mail", "phone"),)), (), wanted=wanted(), found=found
        )
    with pytest.raises(SourceError, match="no file"):
        match_people(tmp_path / "none.csv", FILE, (), wanted=wanted(), found=found)


def test_values_have_intervals_and_those_that_never_were_are_counted(tmp_path):
    path = tmp_path / "changes.csv"
    path.write_text(
        "id,champ,valeur,de,a\n1,mail,a@b.test,2024-01-01,2024-06-01T00:00:00Z\n1,mail,new@b.test,2024-06-01,\n2,mail,c@d.test,,\n9,mail,a@b.test,,\n1,other,x,,\n"
    )
    asked = wanted()
    found = fingerprint(b"id;courriel;nom;ne\n1;A@B.test;;\n2;never@d.test;;\n", asked)
    changes = Changes("changes.csv", "id", "champ", "valeur", "de", "a")
    known, unknown = read_changes(path, changes, wanted=asked, persons=found.persons, found=found)
    assert [(c.person, c.since, c.until) for c in known] == [
        (person("1"), 1_704_067_200_000_000, 1_717_200_000_000_000)
    ]
    assert unknown == 1
    instants = pl.DataFrame(
        {
            "id": ["1"],
            "champ": ["mail"],
            "valeur": ["a@b.test"],
            "de": [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)],
            "a": [None],
        }
    )
    instants.write_parquet(tmp_path / "changes.parquet")
    again, _ = read_changes(
        tmp_path / "changes.parquet", changes, wanted=asked, persons=found.persons, found=found
    )
    assert (again[0].since, again[0].until) == (1_704_067_200_000_000, None)
    path.write_text("id,champ,valeur,de,a\n1,mail,a@b.test,soon,\n")
    with pytest.raises(SourceError, match="`soon` is no instant"):
        read_changes(path, changes, wanted=asked, persons=found.persons, found=found)


def test_honey_persons_are_a_list_or_a_table(tmp_path):
    path = tmp_path / "honey.txt"
    path.write_text("h1\n\nh2\n")
    assert [h.person for h in read_honey(path, key=KEY)] == [person("h1"), person("h2")]
    path.write_text("identifier;account;since\nh1;agent-7;2025-01-01\nh2;;\n")
    first, second = read_honey(path, key=KEY)
    assert (first.person, first.account, first.since) == (
        person("h1"),
        "agent-7",
        1_735_689_600_000_000,
    )
    assert (second.account, second.since) == ("", None)
