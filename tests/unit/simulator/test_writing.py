import polars as pl
import pytest

from ecluse.simulator.writing import (
    nginx_escaped,
    per_value,
    rfc3339,
    target,
    target_path,
    target_query,
)


def rows(**columns) -> pl.DataFrame:
    plain = {"application": "kairos", "operation": "view", "screen": "", "persons": ["00000001"]}
    row = {name: [columns.get(name, value)] for name, value in plain.items()}
    return pl.DataFrame(row, schema_overrides={"persons": pl.List(pl.String)})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain-0412", "plain-0412"),
        ('a"b', "a\\x22b"),
        ("a\\b", "a\\x5Cb"),
        ("tab\there", "tab\\x09here"),
        ("é", "\\xC3\\xA9"),
        ("\x7f", "\\x7F"),
    ],
)
def test_nginx_escapes(text: str, written: str) -> None:
    assert nginx_escaped(text) == written


def test_per_value_writes_each_value_once_and_null_as_told() -> None:
    seen: list[str] = []

    def write(text: str) -> str:
        seen.append(text)
        return text.upper()

    series = pl.Series("a", ["x", None, "x", "y"])
    assert per_value(series, write, missing="-").to_list() == ["X", "-", "X", "Y"]
    assert seen == ["x", "y"]
    assert per_value(pl.Series("a", [None], dtype=pl.String), write, missing="-").to_list() == ["-"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "/kairos/dossiers/00000001"),
        ({"screen": "parcours"}, "/kairos/dossiers/00000001/parcours"),
        ({"persons": ["00000001", "600000001"]}, "/kairos/dossiers/00000001,600000001"),
        ({"operation": "search", "persons": ["00000001", "00000002"]}, "/kairos/search?ids=00000001,00000002"),
        ({"operation": "login", "persons": []}, "/kairos/login"),
        ({"operation": "asset", "persons": []}, "/static/app.css"),
        ({"application": "a b/c"}, "/a%20b%2Fc/dossiers/00000001"),
    ],
)  # fmt: skip
def test_targets(columns: dict[str, object], expected: str) -> None:
    frame = rows(**columns)
    assert target(frame)[0] == expected
    assert "?".join(filter(None, (target_path(frame)[0], target_query(frame)[0]))) == expected


def test_instants_are_written_in_utc() -> None:
    frame = pl.DataFrame({"at": [1_752_314_400_000_001]})
    assert frame.select(rfc3339()).item() == "2025-07-12T10:00:00.000001Z"
