"""Lines that a parser of RFC 5424 takes apart into what was meant."""

import pytest

from ecluse.exports.syslog import EXPORT
from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding, Severity
from export_kit import AT, check_syslog, lines, material, noticed, passage


def read(**changed):
    return [check_syslog(line) for line in lines("syslog", material(**changed))]


def access(one, **changed):
    (line,) = EXPORT.passage(one, material(**changed))
    return check_syslog(line.removesuffix("\n"))


def test_findings_and_the_incident_are_lines():
    found = read()
    assert [header["msgid"] for _, _, header, _ in found] == [b"finding"] * 3 + [b"incident"]
    assert [values["state"] for *_, values in found] == [
        "raised",
        "acknowledged",
        "over",
        "in_progress",
    ]
    assert [level for _, level, _, _ in found] == [3, 3, 5, 3]
    assert {facility for facility, *_ in found} == {16}
    *_, values = found[-1]
    assert values["persons"] == "340000"
    assert values["owner"] == "Claude Martin"
    assert values["tlp"] == "amber"


def test_an_access_is_a_line_with_a_number_of_persons():
    _, level, header, values = access(passage())
    assert (level, header["at"], header["host"]) == (6, b"2025-07-12T10:00:00.123456Z", b"gate-1")
    assert values["persons"] == "2"
    assert "01" * 16 not in str(values)
    assert access(passage(released=False))[1] == 4


def test_what_would_end_a_value_or_a_line_is_written_so_that_it_does_not():
    hostile = 'a"] [x@1 y="1\\\n<13>1 - - - - - - forged'
    _, _, header, values = access(passage(account=hostile))
    assert values["account"] == r'a"] [x@1 y="1\\x0a<13>1 - - - - - - forged'
    assert header["data"].count(b"[") - header["data"].count(b"[x@1") == 1


def test_a_host_name_that_is_none_is_the_nil_value():
    assert access(passage(), host="a b\nc")[2]["host"] == b"abc"
    assert access(passage(), host="")[2]["host"] == b"-"


def test_a_long_name_is_cut_and_says_so():
    *_, values = access(passage(account="x" * 10_000))
    assert len(values["account"]) == 200
    assert values["account"].endswith("…")


def test_the_facility_is_an_option():
    assert read(options={"facility": "4"})[0][0] == 4
    for wrong in ("24", "-1", "x", "", "٣"):
        with pytest.raises(CallerError, match="facility"):
            read(options={"facility": wrong})


@pytest.mark.parametrize("severity", list(Severity))
def test_severities_have_the_levels_of_the_standard(severity):
    one = noticed(finding=Finding("c", severity, "w", "h"))
    ((_, level, _, _),) = read(incident=None, findings=(one,))
    assert level == {1: 6, 2: 5, 3: 4, 4: 3, 5: 2}[severity]


def test_the_grammar_refuses_what_is_no_line():
    good = f'<134>1 2025-07-12T10:00:00Z h a - m [x@1 a="1"] \ufeffm{AT % 1 or ""}'
    check_syslog(good)
    for wrong in (good.replace("<134>1", "<134>0"), good.replace('"1"', '"]"'), good.replace("12T", "12 "), good.replace("x@1", "x@ 1")):  # fmt: skip
        with pytest.raises(AssertionError):
            check_syslog(wrong)
