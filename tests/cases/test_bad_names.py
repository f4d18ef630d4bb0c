"""Names that strangers chose come through exactly where programs read, and harmless where people do."""

import json

import polars as pl
import pytest

from cases.hostile import run, spawned, succeeds
from cases.hostile_files import AT, MAP, NAMES, POLICY
from ecluse.reports.text import plain

ACTING = (
    "a\nb",
    "a\tb",
    "\x1b[31mred",
    "\x1b]0;t\x07",
    "a\u202eb",
    "\u200b",
    "\u2028",
    "a\x00b",
    "\x7f",
)
"""Names that do something to a terminal: no account has one, so their events are rejects of that reason."""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """A log in which each account reads four persons and is held at the second, decided into a ledger."""
    folder = tmp_path_factory.mktemp("names")
    rows = [
        {"t": AT + 10 * number + i, "a": name, "p": f"{name[:20]}/{i}"}
        for number, name in enumerate((*NAMES, *ACTING))
        for i in range(4)
    ]
    (folder / "log").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "map.yaml").write_text(MAP + "max_reject_share: 0.3\n")
    (folder / "policy.yaml").write_text(POLICY)
    words = ("--map", folder / "map.yaml", "--policy", folder / "policy.yaml")
    ran = run(
        "replay",
        folder / "log",
        *words,
        "--ledger",
        folder / "ledger",
        "--html",
        folder / "r.html",
        "--json",
    )
    return folder, words, succeeds(ran).document


def test_names_are_exact_in_json(replayed):
    _, _, found = replayed
    assert {s["account"] for s in found["stopped"]} == {n for n in NAMES if n != "-"}
    assert found["rejects"] == {"control character": 4 * len(ACTING), "no account": 4}


def test_names_are_harmless_in_the_terminal_and_the_page(replayed):
    folder, words, _ = replayed
    shown = succeeds(run("replay", folder / "log", *words)).out
    assert "zoé" in shown
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("name", [n for n in NAMES if n != "-"])
def test_the_exposure_of_every_name(replayed, name):
    folder, _, _ = replayed
    words = ("exposure", "--ledger", folder / "ledger", f"--account={name}")
    found = succeeds(run(*words, "--json")).document
    assert (found["account"], found["persons"], found["refused"]) == (name, 2, 2)
    assert plain(name) in succeeds(run(*words)).out


@pytest.mark.parametrize("name", ACTING)
def test_asking_for_a_name_that_acts_does_nothing(replayed, name):
    folder, _, _ = replayed
    words = ("exposure", "--ledger", folder / "ledger", f"--account={name}")
    assert succeeds(run(*words, "--json")).document["account"] == name
    ran = succeeds(run(*words))
    assert plain(name) in ran.out
    assert plain(name) in ran.err


def test_the_ledger_answers_with_exact_names(replayed):
    folder, _, _ = replayed
    sql = "SELECT DISTINCT account FROM entries WHERE kind = 'access'"
    rows = succeeds(run("ledger", "query", folder / "ledger", sql, "--json")).document["rows"]
    assert {row["account"] for row in rows} == {n for n in NAMES if n != "-"}
    for extra in ((), ("--csv",)):
        succeeds(run("ledger", "query", folder / "ledger", sql, *extra))


def test_a_query_cannot_draw_on_the_terminal(replayed):
    folder, _, _ = replayed
    sql = "SELECT chr(27) || '[2J' AS \"a\x1b[31m\", 'nan'::DOUBLE AS b, '[red]x' AS c"
    shown = succeeds(run("ledger", "query", folder / "ledger", sql)).out
    assert "\\x1b[2J" in shown
    assert "[red]x" in shown
    found = succeeds(run("ledger", "query", folder / "ledger", sql, "--json"))
    assert found.document["rows"] == [{"a\x1b[31m": "\x1b[2J", "b": "nan", "c": "[red]x"}]


def test_names_survive_a_table(replayed):
    folder, words, found = replayed
    succeeds(run("convert", folder / "log", *words[:2], "--out", folder / "t.parquet"))
    again = succeeds(run("replay", folder / "t.parquet", *words[2:], "--json")).document
    assert again["stopped"] == found["stopped"]


def test_a_table_with_names_that_act(tmp_path):
    frame = pl.DataFrame(
        {
            "at": [AT * 10**6] * 3,
            "account": ["\x1b[2J", "a\u202eb", "a"],
            "person": ["1", "\x1b", "3"],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    ran = run("replay", tmp_path / "t.parquet", "--json")
    assert ran.document["error"]["message"].startswith("2 of 3 events cannot be used")


def test_every_name_reads_where_the_terminal_has_ascii_alone(replayed):
    """No coercion of the locale, no UTF-8 mode: Python prints ASCII, and what it lacks is spelled out."""
    folder, words, found = replayed
    plainest = {
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "NO_COLOR": "1",
        "COLUMNS": "20",
    }
    shown = succeeds(spawned("replay", folder / "log", *words, env=plainest))
    assert shown.out.isascii()
    assert "zo\\xe9" in shown.out
    exact = succeeds(spawned("replay", folder / "log", *words, "--json", env=plainest))
    assert exact.document["stopped"] == found["stopped"]


def test_names_of_files_are_shown_not_obeyed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("\x1b[2J.log", "a\nb.log", "é\udcff.log", "-f.log", "%s|'\".log"):
        (tmp_path / "map.yaml").write_text(MAP)
        (tmp_path / name).write_text(json.dumps({"t": AT, "a": "a", "p": "1"}) + "\n")
        words = (
            "--map",
            "map.yaml",
            "--html",
            tmp_path / f"{name}.html",
            "--ledger",
            tmp_path / "ledger",
        )
        succeeds(run("replay", *words, "--", name))
        succeeds(run("replay", *words, "--json", "--", name))
    found = succeeds(run("replay", "--map", "map.yaml", "--json", "é\udcff.log"))
    assert found.document["sources"] == ["é\ufffd.log"]
