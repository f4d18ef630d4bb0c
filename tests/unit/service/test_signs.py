import json

import pytest

from ecluse.model.errors import SourceError
from ecluse.model.finding import Severity
from ecluse.service.signs import read_signs, read_warnings

HONEY = {"code": "honey-read", "severity": "high", "what": "`a` read nobody", "about": "a", "over": False}  # fmt: skip


def rows(*said):
    return [(n, 10 * n, kind, detail if isinstance(detail, str) else json.dumps(detail)) for n, (kind, detail) in enumerate(said)]  # fmt: skip


def test_findings_refusals_and_holds_are_signs():
    found = rows(
        ("finding", HONEY),
        ("finding", {**HONEY, "over": True, "severity": "critical"}),
        ("hold", {"key": "account", "name": "b", "by": "C", "reason": "stolen"}),
    )
    refused = [("a", "partner", "deny", 5, 9, 12), ("c", "partner", "justify", 1, 2, 3)]
    read = read_signs(found, refused, accounts=frozenset("abc"))
    assert [(s.id, s.severity, s.first_at, s.last_at) for s in read.signs] == [
        ("honey-read:a", Severity.CRITICAL, 0, 10),
        ("held:b", Severity.HIGH, 20, 20),
        ("refused:a:partner:deny", Severity.MEDIUM, 5, 9),
        ("refused:c:partner:justify", Severity.LOW, 1, 2),
    ]
    assert read.signs[2].what == "`a` was refused 12 times by `partner` (deny)"
    assert (read.apart, read.unreadable) == ((), 0)


def test_what_is_about_no_account_stands_apart():
    silent = {**HONEY, "code": "silent-application", "about": "portal"}
    session = {"key": "session", "name": "s-1"}
    read = read_signs(rows(("finding", silent), ("hold", session)), [], accounts=frozenset("a"))
    assert (read.signs, read.apart) == ((), ("silent-application:portal", "held:s-1"))


@pytest.mark.parametrize("detail", ["", "{", "[]", '{"code": "x"}', '{"code":"x","severity":"grave"}', '{"code":"","severity":"high"}'])  # fmt: skip
def test_an_entry_that_does_not_say_what_it_must_is_counted(detail):
    read = read_signs(rows(("finding", detail)), [], accounts=frozenset("a"))
    assert (read.signs, read.unreadable) == ((), 1)


def test_warnings_are_read_from_lines():
    text = b'{"account": "a", "received_at": "2026-11-27T17:00:00Z", "source": "CERT", "summary": "for sale"}\n\n'
    (sign,) = read_warnings(text, file="w.jsonl")
    assert (sign.code, sign.account, sign.first_at) == ("warning", "a", 1_795_798_800_000_000)
    assert sign.what == "CERT warned of `a`: for sale"


@pytest.mark.parametrize(
    "line",
    [b"{", b"\xff", b'{"account": "a"}', b'{"account": "a", "received_at": "noon", "source": "s"}', b'{"account": "", "received_at": "2026-11-27", "source": "s"}', b'{"account": "a", "received_at": "2026-11-27", "source": "s", "password": "x"}'],
)  # fmt: skip
def test_a_line_that_is_no_warning_is_named(line):
    good = b'{"account": "a", "received_at": "2026-11-27", "source": "s"}\n'
    with pytest.raises(SourceError, match=r"w.jsonl:2: this is no warning"):
        read_warnings(good + line, file="w.jsonl")
