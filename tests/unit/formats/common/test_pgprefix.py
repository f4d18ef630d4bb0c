"""`log_line_prefix` of PostgreSQL, and what stands around audit entries."""

import pytest

from ecluse.formats.common.pgprefix import compile_prefix, iso_time, split_csv


@pytest.mark.parametrize(
    ("prefix", "line", "found"),
    [
        ("%m [%p] %q%u@%d ", "2025-07-12 08:00:00.123 CEST [7] a b@db LOG:  AUDIT: ",
         {"time": "2025-07-12 08:00:00.123 CEST", "pid": "7", "user": "a b", "database": "db"}),
        ("%t:%r:%u@%d:[%p]:", "2025-07-12 08:00:00 UTC:192.0.2.1(40000):u@d:[9]:LOG:  AUDIT: ",
         {"client": "192.0.2.1(40000)", "user": "u"}),
        ("user=%-8u app=%a %%", "user=alice    app=psql %LOG:  AUDIT: ",
         {"user": "alice", "application_name": "psql"}),
        ("%u/%u ", "a/b NOTICE:  AUDIT: ", {"user": "a"}),
        ("", "LOG:  AUDIT: ", {}),
    ],
)  # fmt: skip
def test_prefixes(prefix, line, found):
    match = compile_prefix(prefix).match(line)
    assert match is not None
    assert {name: match.groupdict()[name].strip() for name in found} == found
    assert match.end() == len(line)


@pytest.mark.parametrize("line", ["", "LOG:  AUDIT: ", "x [7] LOG:  AUDIT: ", "a" * 100_000])
def test_lines_that_do_not_begin_so(line):
    assert compile_prefix("%m [%p] %u@%d %a %h ").match(line) is None


def test_times_with_zones():
    assert iso_time("2025-07-12 08:00:00.5 UTC") == "2025-07-12T08:00:00.5+00:00"
    assert iso_time("2025-07-12 08:00:00 +02") == "2025-07-12T08:00:00+02"
    assert iso_time("2025-07-12 08:00:00 CEST") == "2025-07-12T08:00:00"
    assert iso_time("1752307200.5") == "1752307200.5"


def test_records():
    assert split_csv("") == [""]
    assert split_csv('a,,"b ""c"", d"') == ["a", "", 'b "c", d']
    assert len(split_csv('"' * 100_001)) >= 1
