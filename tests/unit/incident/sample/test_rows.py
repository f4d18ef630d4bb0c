"""The forms in which sellers write, and what is no sample."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.sample.rows import Refused, Shape, read_rows

ROWS = [{"id": "1", "nom": "Zoé"}, {"id": "2", "nom": "Max"}]


def parquet():
    out = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "nom": ["Zoé", "Max"]}), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"id;nom\n1;Zo\xc3\xa9\n2;Max\n", "csv"),
        ("id;nom\n1;Zoé\n2;Max\n".encode("cp1252"), "csv"),
        ("\ufeffid\tnom\n1\tZoé\n2\tMax\n".encode(), "csv"),
        ("id|nom\r\n1|Zoé\r\n2|Max\r\n".encode("utf-16"), "csv"),
        (b'id,nom\n1,"Zo\xc3\xa9"\n\n2,Max', "csv"),
        (json.dumps(ROWS).encode(), "json"),
        (json.dumps({"meta": 1, "data": ROWS}).encode(), "json"),
        ("\n".join(json.dumps(row) for row in ROWS).encode(), "jsonl"),
        (parquet(), "parquet"),
    ],
)
def test_each_form_gives_the_same_rows(content, form):
    table = read_rows(content, Shape())
    assert (table.form, table.rows, list(table.columns), table.unread) == (
        form,
        ROWS,
        ["id", "nom"],
        0,
    )


def test_objects_within_are_laid_flat():
    table = read_rows(b'[{"person": {"id": 7, "tel": ["a", "b"]}, "ok": true}]', Shape())
    assert table.rows == [
        {"person.id": "7", "person.tel.0": "a", "person.tel.1": "b", "ok": "true"}
    ]


def test_without_a_header_columns_are_numbers():
    table = read_rows(b"1;Max\n2;Zoe\n", Shape(header=False))
    assert table.rows[0] == {"1": "1", "2": "Max"}


def test_what_is_no_row_is_counted():
    assert read_rows(b"a;b\n1;2\n1;2;3\n", Shape()).unread == 1
    assert read_rows(b'{"a":1}\nnonsense\n[1]\n', Shape(form="jsonl")).unread == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"PAR1 and no more", b"a;b\n"])
def test_what_is_no_sample_is_refused(content):
    with pytest.raises(Refused):
        read_rows(content, Shape())


def test_too_much_is_refused():
    with pytest.raises(Refused, match="more than 2 rows"):
        read_rows(b"a;b\n1;2\n1;2\n1;2\n", Shape(rows_max=2))
    with pytest.raises(Refused, match="columns"):
        read_rows(json.dumps([{str(n): 1 for n in range(1_001)}]).encode(), Shape())
    with pytest.raises(Refused):
        read_rows(b"[" * 100_000, Shape(form="json"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    try:
        read = bool(read_rows(content, Shape()).rows)
    except Refused as refused:
        read = len(str(refused)) < 100
    assert read
