import pytest

from ecluse.loaders.labels import load_labels
from ecluse.model.backtest import Case, Label
from ecluse.model.errors import ConfigError
from ecluse.model.time import DAY, parse_instant
from ecluse.reports.backtest_cases import as_table, as_yaml

DAY_3 = parse_instant("2026-06-03")


def labels(text, file="labels.yaml"):
    return load_labels(text.encode(), file=file)


def faults(text, file="labels.yaml"):
    with pytest.raises(ConfigError) as caught:
        labels(text, file)
    return [str(issue) for issue in caught.value.issues]


def test_a_date_is_the_whole_day():
    (one,) = labels(
        "version: 1\nlabels:\n  - {account: ann, from: 2026-06-03, to: 2026-06-04, reason: fair}\n"
    )
    assert one == Label(
        "ann", "", DAY_3, DAY_3 + 2 * DAY - 1, "fair", honest=True, place="labels.yaml:3"
    )


def test_without_an_end_it_is_one_day():
    (one,) = labels(
        "version: 1\nlabels:\n  - {organization: b, from: 2026-06-03T10:00:00Z, reason: x, honest: false}\n"
    )
    assert one.until - one.since == DAY
    assert (one.account, one.organization, one.honest) == ("", "b", False)


def test_what_has_no_reason_is_no_label_yet():
    assert labels('version: 1\nlabels:\n  - {account: ann, reason: ""}\n') == ()
    assert labels("account,reason\nann,\n", "a.csv") == ()
    assert labels("version: 1\nlabels: []\n") == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("version: 2\nlabels: []\n", "version 2 is not known"),
        ("version: 1\nlabels:\n  - {reason: x}\n", "explain every case"),
        ("version: 1\nlabels:\n  - {acount: a, account: a, reason: x}\n", "`acount` is not a key"),
        (
            "version: 1\nlabels:\n  - {account: a, from: 2026-06-03, to: 2026-06-01, reason: x}\n",
            "`to` is before",
        ),
        ("version: 1\nlabels:\n  - {account: a, from: yesterday, reason: x}\n", "yesterday"),
    ],
)
def test_faults_in_yaml_have_a_place(text, what):
    found = faults(text)
    assert any(what in fault and fault.startswith("labels.yaml:") for fault in found), found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("account,why\nann,fair\n", "`why` is not a column"),
        ("account\nann\n", "the column `reason` is missing"),
        ("account,reason,honest\nann,fair,perhaps\n", "neither true nor false"),
        ("account,from,reason\nann,3 June,fair\n", "3 June"),
        ("account,organization,from,reason\n,,,fair\n", "explain every case"),
        ('account,reason\n"ann,fair\n', "not a table"),
    ],
)
def test_faults_in_a_table_have_a_line(text, what):
    assert any(what in fault for fault in faults(text, "labels.csv"))


def test_a_table_that_is_not_text():
    with pytest.raises(ConfigError):
        load_labels(b"\xff\xfe\x00", file="x.csv")


def case(account, reason="", *, honest=True):
    at = DAY_3 + 5
    return Case(
        account,
        "adviser",
        "body",
        at,
        at + 9,
        None,
        "account",
        60_000_000,
        2,
        3,
        "deny",
        4,
        1,
        5,
        reason,
        honest,
    )


ODD = ["ann", "=1+1", "-minus", 'a,b\n"c"', "x: {y}", "caf\u00e9\u202e", "'quoted"]


@pytest.mark.parametrize("write", [(as_table, "c.csv"), (as_yaml, "c.yaml")])
def test_a_cases_file_with_its_reasons_is_a_labels_file(write):
    render, name = write
    cases = [
        case(account, f"fair of {number}", honest=number % 2 == 0)
        for number, account in enumerate(ODD)
    ]
    if name == "c.yaml":
        cases = [c for c in cases if c.account.isprintable()]
    found = labels(render(cases), name)
    assert [(f.account, f.reason, f.honest) for f in found] == [
        (c.account, c.reason, c.honest) for c in cases
    ]
    assert all(
        f.since == c.first_at and f.until == c.last_at for f, c in zip(found, cases, strict=True)
    )


def test_a_spreadsheet_takes_no_name_for_a_formula():
    lines = as_table([case(account) for account in ("=cmd", "@x", "+1")]).splitlines()
    assert [line[:2] for line in lines[1:]] == ["'=", "'@", "'+"]


def test_cases_without_a_reason_are_no_labels():
    assert labels(as_yaml([case("ann")]), "c.yaml") == ()
    assert labels(as_yaml([]), "c.yaml") == ()
    assert labels(as_table([case("ann")]), "c.csv") == ()
