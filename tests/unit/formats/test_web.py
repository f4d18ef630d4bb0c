"""Access logs: combined, vhost_combined, nginx_json, w3c and elb, by their samples."""

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


def test_vhost_combined_is_not_taken_for_combined(read):
    batch = read("vhost_combined", "vhost_combined.log")
    assert rows(batch, "account", "source", "application") == [
        ("alice", "192.0.2.1", "portal.example.org:443"),
        ("bob", "2001:db8::1", "portal.example.org:443"),
    ]
    assert batch.rejects == {"does not parse": 1}
    other = read("combined", "vhost_combined.log")
    assert other.rejects == {"does not parse": 2}


def test_nginx_json_takes_the_time_and_the_path_from_what_there_is(read):
    batch = read("nginx_json", "nginx_json.log")
    assert rows(batch, "account", "persons", "at") == [
        ("alice", ["12"], 1_752_307_200_000_000),
        ("bob", ["13"], 1_752_307_201_500_000),
        ("carol", ["14", "15"], 1_752_307_202_000_000),
    ]
    assert batch.rejects == {"does not parse": 1}


def test_w3c_follows_the_fields_that_are_in_force(read):
    batch = read("w3c", "iis.log")
    assert rows(batch, "account", "persons", "source") == [
        ("EXAMPLE\\alice", ["12"], "192.0.2.1"),
        ("EXAMPLE\\bob", ["13", "14"], "192.0.2.2"),
        ("EXAMPLE\\bob", ["15"], "192.0.2.2"),
        ("carol", ["16"], "192.0.2.3"),
    ]
    assert batch.events["at"][3] == 1_752_307_203_000_000
    assert batch.rejects == {"wrong number of fields": 1}
    assert batch.ignored == {"directive": 5, "no data was shown": 1}


def test_w3c_without_a_header_cannot_be_read(read):
    batch = read("w3c", b"2025-07-12 08:00:00 192.0.2.9 GET /people/12 - 443 a 192.0.2.1 - 200\n")
    assert batch.rejects == {"does not parse": 1}


def test_elb_reads_both_kinds(read):
    batch = read("elb", "elb.log")
    assert rows(batch, "account", "persons", "at") == [
        ("192.0.2.1", ["12"], 1_752_307_200_186_641),
        ("2001:db8::1", ["13"], 1_752_307_201_945_958),
    ]
    assert batch.rejects == {"does not parse": 1, "wrong number of fields": 1}
    assert batch.ignored == {"no data was shown": 1}


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
