"""Every command, on every bad file: a clear message, a documented code, one document, nothing damaged."""

import json
import shutil
from pathlib import Path

import pytest

from cases.hostile import CODES, fails, run, succeeds
from cases.hostile_files import AT, CONFIGS, LOGS, MAP, PLACES, POLICY, combined, jsonl, place
from ecluse import formats

SAMPLES = Path(__file__).parents[1] / "unit" / "formats" / "samples"
SAMPLE_OF = {path: path.stem for path in sorted(SAMPLES.iterdir())} | {
    SAMPLES / "app.jsonl": "jsonl", SAMPLES / "iis.log": "w3c", SAMPLES / "table.csv": "csv",
}  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """A good log with a mapping and a policy, to be combined with a bad file."""
    (tmp_path / "good.log").write_bytes(combined(100))
    (tmp_path / "good.jsonl").write_text(jsonl(*((i, "a", str(i)) for i in range(10))))
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


@pytest.fixture(scope="module")
def small_ledger(tmp_path_factory):
    """A ledger with ten accesses."""
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "log").write_text(jsonl(*((i, "a", str(i)) for i in range(10))))
    (folder / "map").write_text(MAP)
    succeeds(run("replay", folder / "log", "--map", folder / "map", "--ledger", folder / "ledger"))
    return folder / "ledger"


@pytest.fixture
def ledger(small_ledger, tmp_path):
    """A copy of it, of its own."""
    return Path(shutil.copytree(small_ledger, tmp_path / "evidence"))


def entries(ledger):
    """Verifies a ledger and gives its accesses."""
    assert succeeds(run("ledger", "verify", ledger, "--json")).document["holds"]
    sql = "SELECT seq, account, persons, effect FROM entries WHERE kind = 'access'"
    return succeeds(run("ledger", "query", ledger, sql, "--json")).document["rows"]


def test_the_codes_are_the_documented_ones():
    assert {0, 1, 2, 3, 4, 5, 6, 130, 143} == CODES


@pytest.mark.parametrize("kind", LOGS)
@pytest.mark.parametrize("form", ["auto", "combined", "csv", "jsonl", "cloudtrail", "parquet"])
def test_what_is_no_log_is_refused(files, kind, form):
    bad = files / "bad"
    bad.write_bytes(LOGS[kind])
    for extra in ((), ("--json",)):
        ran = fails(run("replay", bad, "--format", form, *extra), 4)
        assert "bad" in ran.err
    fails(run("convert", bad, "--format", form, "--out", files / "out.parquet"), 4)
    assert not (files / "out.parquet").exists()


@pytest.mark.parametrize("form", formats.names())
@pytest.mark.parametrize("sample", SAMPLE_OF, ids=lambda path: path.name)
def test_every_format_given_to_every_other(sample, form):
    ran = run("replay", sample, "--format", form, "--json")
    if ran.code:
        fails(ran, 4)
    else:  # one format may hold another, such as vhost_combined a combined line; then nothing was rejected quietly
        assert succeeds(ran).document["events"] + sum(ran.document["ignored"].values()) > 0


LINTED = ("--policy", "--estate", "--settings", "--routes", "--map")


@pytest.mark.parametrize("kind", PLACES)
def test_where_there_is_nothing_to_read(files, kind):
    bad = place(kind, files)
    good, out = files / "good.log", files / "out.parquet"
    fails(run("replay", bad, "--json"), 2)
    fails(run("convert", bad, "--out", out, "--json"), 2)
    assert not out.exists()
    for option in ("--policy", "--estate", "--map"):
        fails(run("replay", good, "--format", "combined", option, bad, "--json"), 2, 6)
    for command in ("policy check", "policy show", "estate check"):
        fails(run(*command.split(), bad, "--json"), 2, 6)
    fails(run("policy", "check", files / "policy.yaml", "--estate", bad), 2, 6)
    for option in LINTED:
        fails(run("lint", option, bad, "--json"), 2, 6)
    fails(run("exposure", "--ledger", bad, "--account", "a", "--json"), 2)
    for command in ("verify", "checkpoint", "seal", "retain", "show"):
        fails(run("ledger", command, bad, "--json"), 2)
    fails(run("ledger", "query", bad, "SELECT 1"), 2)
    fails(run("ledger", "prove", bad, "0"), 2)


@pytest.mark.parametrize("kind", [*LOGS, "good"])
def test_a_file_is_no_ledger(files, kind):
    bad = files / "bad"
    bad.write_bytes(LOGS.get(kind, combined(3)))
    before = bad.read_bytes()
    for command in ("init", "verify", "checkpoint", "seal", "retain", "show"):
        fails(run("ledger", command, bad), 2)
    fails(run("replay", files / "good.log", "--ledger", bad), 2)
    fails(run("exposure", "--ledger", bad, "--account", "a"), 2)
    assert bad.read_bytes() == before


def test_a_folder_of_something_else_is_no_ledger_and_stays_as_it_was(files):
    other = files / "photos"
    other.mkdir()
    (other / "holiday.png").write_bytes(LOGS["png"])
    fails(run("replay", files / "good.log", "--ledger", other, "--json"), 2)
    fails(run("ledger", "verify", other), 2)
    assert [p.name for p in other.iterdir()] == ["holiday.png"]


@pytest.mark.parametrize("kind", CONFIGS)
def test_what_is_no_policy_estate_or_mapping_is_refused_at_its_place(files, kind):
    bad = files / "bad.yaml"
    bad.write_bytes(CONFIGS[kind])
    good = files / "good.jsonl"
    for words in (
        ("policy", "check", bad),
        ("policy", "show", bad),
        ("policy", "check", files / "policy.yaml", "--estate", bad),
        ("estate", "check", bad),
        *(("lint", option, bad) for option in LINTED),
        ("replay", good, "--map", bad),
        ("replay", good, "--map", files / "map.yaml", "--policy", bad),
        ("replay", good, "--map", files / "map.yaml", "--estate", bad),
    ):
        ran = fails(run(*words, "--json"), 3)
        assert f"{bad}:" in ran.err
        assert all(issue["line"] >= 1 for issue in ran.document["error"]["issues"])


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",), ("--nonsense",), ("replay",), ("replay", "x", "--nonsense"), ("replay", "x", "--way", "none"),
        ("replay", "good.log", "--format", "nonsense"), ("replay", "good.log", "--zone", "Europe/Nowhere"),
        ("replay", "good.log", "--zone", "../../etc/passwd"), ("replay", "good.log", "--language", "de"), ("convert", "good.log"),
        ("replay", "good.log", "--html", "none/r.html"), ("replay", "good.log", "--html", "."),
        ("replay", "good.log", "--html", "good.log/r.html"), ("convert", "good.log", "--out", "none/o.parquet"),
        ("convert", "good.log", "--out", "."), ("convert", "good.log", "--out", "/dev/null", "--force"),
        ("exposure", "--account", "a"), ("exposure", "--ledger", "evidence"),
        ("exposure", "--ledger", "evidence", "--account", "a", "--from", "tomorrow"),
        ("exposure", "--ledger", "evidence", "--account", "a", "--from", "0001-01-01T00:00:00+23:59"),
        ("exposure", "--ledger", "evidence", "--account", "a", "--from", "2025-07-13", "--to", "2025-07-12"),
        ("exposure", "--ledger", "evidence", "--account", "a", "--out", "persons.doc"),
        ("exposure", "--ledger", "evidence", "--account", "a", "--out", "none/p.csv"),
        ("exposure", "--ledger", "evidence", "--account", "a", "--resolve", "good.log"),
        ("exposure", "--ledger", "evidence", "--account", "\udcff"), ("ledger",), ("ledger", "nonsense"),
        ("ledger", "init", "evidence"), ("ledger", "init", "new", "--months", "37"), ("ledger", "init", "new", "--months", "24"),
        ("ledger", "init", "new", "--origin", "a b"), ("ledger", "query", "evidence", "DROP TABLE entries"),
        ("ledger", "query", "evidence", "SELECT"), ("ledger", "query", "evidence", ""), ("ledger", "query", "evidence", "\udcff"),
        ("ledger", "query", "evidence", "SELECT * FROM read_csv('good.log')"), ("ledger", "query", "evidence", "SELECT \x00"),
        ("ledger", "prove", "evidence"), ("ledger", "prove", "evidence", "-1"), ("ledger", "prove", "evidence", "99"), ("ledger", "verify", "evidence", "--key", "nonsense"),
        ("ledger", "verify", "evidence", "--witnessed", "none"), ("ledger", "retain", "evidence", "--months", "1"),
        ("simulate",), ("simulate", "kairos"), ("simulate", "nonsense", "--out", "s"), ("simulate", "kairos", "--out", "good.log"),
        ("simulate", "kairos", "--out", "evidence"), ("simulate", "kairos", "--out", "s", "--seed", "-1"),
        ("simulate", "kairos", "--out", "s", "--scale", "nan"), ("simulate", "kairos", "--out", "s", "--full", "--scale", "1"),
        ("demo", "--out", "evidence", "--force"), ("demo", "--out", "good.log"), ("formats", "nonsense"), ("formats", "--mapping"),
        ("policy", "schema", "nonsense"), ("policy", "default", "--out", "policy.yaml"), ("policy", "default", "--out", "none/p.yaml"),
        ("estate", "example", "--out", "policy.yaml"), ("estate", "example", "--out", "."),
    ],
    ids=lambda words: " ".join(words).encode("ascii", "backslashreplace").decode().replace("\0", ""),
)  # fmt: skip
def test_a_wrong_command_line(files, ledger, monkeypatch, words):
    monkeypatch.chdir(files)
    before = sorted(p.name for p in files.iterdir())
    fails(run(*words), 2)
    fails(run(*words, "--json"), 2)
    assert sorted(p.name for p in files.iterdir()) == before
    assert (files / "policy.yaml").read_text() == POLICY
    assert len(entries(ledger)) == 10


def test_a_witness_that_is_no_text(files, ledger):
    (files / "note").write_bytes(LOGS["noise"])
    fails(run("ledger", "verify", ledger, "--witnessed", files / "note"), 2)
    fails(run("ledger", "prove", ledger, "--since", files / "note", "--json"), 2)
    fails(run("ledger", "verify", ledger, "--key", files / "note"), 2)
    fails(run("ledger", "prove", ledger, "--since", files / "good.log", "--json"), 5)
    fails(
        run(
            "exposure",
            "--ledger",
            ledger,
            "--account",
            "a",
            "--out",
            files / "p.csv",
            "--resolve",
            files / "note",
        ),
        4,
    )
    assert not (files / "p.csv").exists()


@pytest.mark.parametrize(
    "damage", ["public.key", "ledger.note", "wal", "mark", "keys/signing.key", "keys/pseudonym.key"]
)
@pytest.mark.parametrize("how", ["gone", "empty", "noise", "flipped"])
def test_a_damaged_ledger_is_told_and_not_written_to(files, ledger, damage, how):
    path = ledger / damage
    if how == "gone":
        path.unlink()
    else:
        data = path.read_bytes()
        flipped = (
            data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        )
        path.write_bytes({"empty": b"", "noise": LOGS["noise"], "flipped": flipped}[how])
    before = {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file() and p.name != "lock"}
    log = (files / "good.jsonl", "--map", files / "map.yaml")
    fails(run("replay", *log, "--ledger", ledger, "--json"), 5, *([6] if how == "gone" else []))
    after = {p: p.read_bytes() for p in ledger.rglob("*") if p.is_file() and p.name != "lock"}
    assert after == before
    for words in (
        ("verify", ledger),
        ("show", ledger),
        ("query", ledger, "SELECT 1"),
        ("prove", ledger, "0"),
        ("seal", ledger),
    ):
        ran = run("ledger", *words, "--json")
        assert ran.code in {0, 2, 5, 6}
        assert "Traceback" not in ran.err
        assert isinstance(json.loads(ran.out), dict)
    if damage != "keys/pseudonym.key" and "keys" not in damage:
        assert run("ledger", "verify", ledger).code == 5


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_log_without_events_is_said_to_decide_nothing(files, content):
    (files / "empty").write_bytes(content)
    fails(run("replay", files / "empty", "--json"), 4)
    for form in ("combined", "csv", "jsonl"):
        ran = succeeds(run("replay", files / "empty", "--format", form, "--html", files / "r.html"))
        assert ran.out.startswith("Nothing was decided")
        assert (
            succeeds(run("replay", files / "empty", "--format", form, "--json")).document["events"]
            == 0
        )
    fails(run("convert", files / "empty", "--format", "combined", "--out", files / "o.parquet"), 4)


def test_one_event_and_the_same_file_twice(files, monkeypatch):
    monkeypatch.chdir(files)
    (files / "one").write_text(jsonl((0, "a", "1")))
    one = succeeds(run("replay", "one", "--map", "map.yaml", "--json")).document
    assert (one["events"], one["accounts"], one["persons"], one["permitted"]) == (1, 1, 1, 1)
    twice = succeeds(run("replay", "one", "one", "--map", "map.yaml", "--json")).document
    assert (twice["events"], twice["persons"], twice["refused"]) == (2, 1, 0)


def test_files_that_overlap_in_time_are_decided_in_time(files, monkeypatch):
    monkeypatch.chdir(files)
    (files / "x").write_text(jsonl((0, "a", "1"), (20, "a", "3")))
    (files / "y").write_text(jsonl((10, "a", "2"), (30, "a", "4")))
    words = ("--map", "map.yaml", "--policy", "policy.yaml", "--json")
    (stopped,) = succeeds(run("replay", "y", "x", *words)).document["stopped"]
    assert (stopped["at"], stopped["persons_read"], stopped["persons_attempted"]) == (
        "2025-07-12T08:00:20Z",
        2,
        4,
    )


def test_standard_input(files):
    text = jsonl((0, "a", "1"), (1, "a", "2")).encode()
    words = ("replay", "-", "--map", files / "map.yaml", "--json")
    assert succeeds(run(*words, "--format", "jsonl", stdin=text)).document["events"] == 2
    fails(run(*words, stdin=text), 4)
    fails(run(*words, "--format", "jsonl", stdin=LOGS["noise"]), 4)
    fails(run(*words, "--format", "jsonl", stdin=LOGS["gz-cut"]), 4)


@pytest.mark.parametrize(("bad", "code"), [(1, 0), (2, 4)])
def test_just_below_and_just_above_the_share_of_rejects(files, bad, code):
    """The mapping allows 0.01: one of a hundred passes, two of a hundred do not."""
    rows = jsonl(*((i, "a", str(i)) for i in range(100 - bad))) + "broken\n" * bad
    (files / "log").write_text(rows)
    ran = run("replay", files / "log", "--format", "jsonl", "--map", files / "map.yaml", "--json")
    if code:
        assert "does not parse 2" in fails(ran, code).err
    else:
        assert succeeds(ran).document["rejects"] == {"does not parse": 1}


def test_lines_without_account_or_person_are_counted_and_too_many_refused(files):
    (files / "log").write_text(
        '{"t":1752307200,"a":"a"}\n{"t":1752307200,"p":"1"}\n{"a":"a","p":"1"}\n'
    )
    words = ("replay", files / "log", "--format", "jsonl", "--map")
    fails(run(*words, files / "map.yaml"), 4)
    (files / "all.yaml").write_text(MAP + "max_reject_share: 1\n")
    found = succeeds(run(*words, files / "all.yaml", "--json")).document
    assert found["rejects"] == {"no account": 1, "no person": 1, "no time": 1}


@pytest.mark.parametrize("change", ["crlf", "bom", "no last line end", "10 MB line"])
def test_odd_but_readable_text(files, change):
    text = (files / "good.jsonl").read_bytes() * 20
    changed = {
        "crlf": text.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + text,
        "no last line end": text.rstrip(b"\n"),
        "10 MB line": text + b"x" * 10_000_000 + b"\n",
    }[change]
    (files / "log").write_bytes(changed)
    found = succeeds(run("replay", files / "log", "--map", files / "map.yaml", "--json")).document
    assert found["events"] == 200
    assert found["rejects"] == ({"line too long": 1} if change == "10 MB line" else {})


def test_what_a_failed_replay_leaves_of_the_ledger_and_the_report(files, ledger):
    (files / "r.html").write_text("before")
    before = entries(ledger)
    for kind in ("gz-cut", "noise", "prose"):
        (files / "bad").write_bytes(LOGS[kind])
        fails(
            run(
                "replay",
                files / "bad",
                "--format",
                "jsonl",
                "--map",
                files / "map.yaml",
                "--ledger",
                ledger,
                "--html",
                files / "r.html",
            ),
            4,
        )
    assert entries(ledger) == before
    assert (files / "r.html").read_text() == "before"


@pytest.mark.parametrize(
    ("seconds", "fate"),
    [(0, "time out of range"), (-1, "time out of range"), (40_000_000, "time out of range"), (4e9, "time out of range"),
     (AT * 1000, "time out of range"), (1e300, "no time"), ("", "no time"), ("soon", "no time"), (None, "no time"), (True, "no time")],
)  # fmt: skip
def test_times_that_cannot_be(files, seconds, fate):
    line = json.dumps({"t": seconds, "a": "a", "p": "1"}) + "\n"
    (files / "log").write_text(line)
    fails(run("replay", files / "log", "--map", files / "map.yaml", "--json"), 4)
    (files / "log").write_text(line + jsonl(*((i, "a", str(i)) for i in range(200))))
    found = succeeds(run("replay", files / "log", "--map", files / "map.yaml", "--json")).document
    assert (found["events"], found["rejects"]) == (200, {fate: 1})


def test_a_clock_that_jumps_back(files):
    """Events are decided in the order of their times, so that jumping back frees nothing."""
    rows = [
        (0, "a", "1"),
        (7200, "a", "2"),
        (10, "a", "3"),
        (20, "a", "4"),
        (-86400 * 300, "a", "5"),
    ]
    (files / "log").write_text(jsonl(*rows))
    words = ("--map", files / "map.yaml", "--policy", files / "policy.yaml")
    found = succeeds(
        run("replay", files / "log", *words, "--ledger", files / "l", "--json")
    ).document
    (stopped,) = found["stopped"]
    assert (stopped["at"], stopped["persons_read"]) == ("2025-07-12T08:00:20Z", 3)
    assert len(entries(files / "l")) == 5
