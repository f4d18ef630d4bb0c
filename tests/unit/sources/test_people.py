"""The organization's file: every kind gives the same text, and what is wrong is told without a line of it."""

import sqlite3

import polars as pl
import pytest

from ecluse.model.errors import CallerError, SourceError
from ecluse.sources import people
from ecluse.sources.people import people_columns, read_people

ROWS = [("007", "Ärzte; & Co", None), ("8", 'says "no"', "x"), ("9", "two\nlines", "y")]
FRAME = pl.DataFrame(ROWS, schema=["id", "name", "note"], orient="row")


def written(folder, kind):
    path = folder / f"people.{kind}"
    if kind == "csv":
        path.write_bytes(b"\xef\xbb\xbf" + FRAME.write_csv(separator=";").encode())
    elif kind == "tsv":
        FRAME.write_csv(path, separator="\t")
    elif kind == "parquet":
        FRAME.write_parquet(path)
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE p (id TEXT, name TEXT, note TEXT)")
            connection.executemany("INSERT INTO p VALUES (?, ?, ?)", ROWS)
        connection.close()
    return path


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "sqlite"])
def test_every_kind_gives_the_same(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(people, "_ROWS", 2)
    path = written(tmp_path, kind)
    shares = []
    frames = list(read_people(path, ["name", "id"], table="p", progress=shares.append))
    assert people_columns(path, "p") == ["id", "name", "note"]
    assert pl.concat(frames).rows() == [(name, number) for number, name, _ in ROWS]
    assert shares[-1] == 1
    assert pl.concat(read_people(path, ["note"], table="p"))["note"].to_list() == [None, "x", "y"]


@pytest.mark.parametrize(
    ("name", "content", "error", "what"),
    [
        (
            "a.csv",
            b"id;name\n1;Nadia;too much\n",
            SourceError,
            "3 values, and there are 2 headings",
        ),
        ("a.csv", b"id;name\n1;Nad\xefa\n", SourceError, "not text in UTF-8"),
        ("a.csv", b"id;id\n1;Nadia\n", SourceError, "no line of headings"),
        ("a.parquet", b"PAR1Nadia", SourceError, "refuses it"),
        ("a.sqlite", b"Nadia" * 300, SourceError, "refuses it"),
        ("a.docx", b"Nadia", CallerError, "does not say what it is"),
    ],
)
def test_what_is_wrong_is_told_without_quoting_it(tmp_path, name, content, error, what):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=what) as raised:
        list(
            read_people(tmp_path / name, ["id", "name"] if name != "a.docx" else ["id"], table="p")
        )
    assert "Nad" not in str(raised.value) + raised.value.help


def test_what_is_not_there_is_said(tmp_path):
    path = written(tmp_path, "sqlite")
    with pytest.raises(CallerError, match="which table"):
        people_columns(path)
    with pytest.raises(SourceError, match="no such table: other"):
        people_columns(path, "other")
    with pytest.raises(CallerError, match="no column `nom`"):
        list(read_people(path, ["nom"], table="p"))
    with pytest.raises(SourceError, match="no such file"):
        people_columns(tmp_path / "none.db", "p")
