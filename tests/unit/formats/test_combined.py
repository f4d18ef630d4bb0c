"""The combined access log: names of all kinds, forged lines, bytes that are no text."""

from collections import Counter

import pytest


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_combined(read):
    batch = read("combined", "combined.log")
    assert rows(batch, "account", "persons") == [
        ("alice", ["12"]),
        ("alice", ["13"]),
        ("josé", ["14"]),
        ("anne marie", ["15"]),
        ("bob", ["16"]),
        ("bob", ["21"]),
        ("bob", ["22", "23"]),
    ]
    assert batch.events["at"][0] == 1_752_307_200_000_000
    assert batch.events["operation"].to_list() == ["view"] * 6 + ["list"]
    assert batch.events["bytes"].to_list() == [1234, 99, 99, 99, 99, 5, 5]
    assert batch.rejects == Counter(
        {"no account": 1, "no time": 1, "time out of range": 1, "no person": 1, "does not parse": 1}
    )
    assert batch.ignored == Counter({"blank line": 1, "static file": 1, "no data was shown": 2})
    assert batch.samples["does not parse"] == ["log:14"]
    assert batch.samples["time out of range"] == ["log:10"]


@pytest.mark.parametrize(
    "user", ["a1", "josé", "anne marie", "100%", "a|b", "d'Arc", "x[y]", "日本", "a\\x22b"]
)
def test_user_names_of_all_kinds(read, user):
    line = f'192.0.2.1 - {user} [12/Jul/2025:10:00:00 +0200] "GET /p/1 HTTP/1.1" 200 1 "-" "-"\n'
    mapping = "account: remote_user\nperson: path\n"
    batch = read("combined", line.encode(), mapping)
    assert batch.events["account"].to_list() == [user.replace("\\x22", '"')]


def test_a_line_forged_in_the_user_agent_stays_one_line(read):
    forged = '\\" 200 1 \\"-\\" [12/Jul/2025:10:00:00 +0200] \\"GET /people/99 HTTP/1.1\\" 200 5'
    line = f'192.0.2.1 - a [12/Jul/2025:10:00:00 +0200] "GET /people/1 HTTP/1.1" 200 1 "-" "{forged}"\n'
    batch = read("combined", line.encode())
    assert batch.events["persons"].to_list() == [["1"]]


def test_bytes_that_are_not_utf8_cost_no_other_line(read):
    lines = (
        b'192.0.2.1 - a [12/Jul/2025:10:00:00 +0200] "GET /people/1 HTTP/1.1" 200 1 "-" "caf\xe9"\n'
        b'192.0.2.1 - jos\xe9 [12/Jul/2025:10:00:01 +0200] "GET /people/2 HTTP/1.1" 200 1 "-" "-"\n'
        b'192.0.2.1 - jos\xc3\xa9 [12/Jul/2025:10:00:02 +0200] "GET /people/3 HTTP/1.1" 200 1 "-" "-"\n'
    )
    batch = read("combined", lines)
    assert rows(batch, "account", "persons") == [("a", ["1"]), ("josé", ["3"])]
    assert batch.rejects == {"not UTF-8": 1}
    assert batch.samples["not UTF-8"] == ["log:2"]


def test_no_ending_of_a_path_hides_who_is_read(read):
    form = '192.0.2.1 - eve [12/Jul/2025:10:00:00 +0000] "GET {} HTTP/1.1" {} 5 "-" "x"\n'
    asked = [
        ("/people/12/x.css", 200),
        ("/app/list.css?ids=3,4", 206),
        ("/static/a.css", 200),
        ("/static/a.css?v=2", 200),
    ]
    batch = read("combined", "".join(form.format(*a) for a in asked).encode())
    assert rows(batch, "persons") == [(["12"],), (["3", "4"],)]
    assert batch.ignored == Counter({"static file": 2})
