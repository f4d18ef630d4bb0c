"""Mapping files: what they say, and every fault at its place in one run."""

import pytest

from ecluse.formats.common.mapping import Condition, Ignore, Rule, TimeSource, Value
from ecluse.loaders.mapping import load_mapping, starter
from ecluse.model.errors import CallerError, ConfigError

MINIMAL = "format: combined\naccount: remote_user\nperson: path\n"


def faults(text, name=None):
    with pytest.raises(ConfigError) as caught:
        load_mapping(text, file="m.yaml", format=name)
    return [(i.line, i.column, i.message, i.help) for i in caught.value.issues]


def test_a_minimal_mapping_takes_the_time_of_its_format():
    mapping = load_mapping(MINIMAL, file="m.yaml")
    assert mapping.time == (TimeSource(("time_local",), "clf"),)
    assert mapping.places("person") == (Value("path"),)
    assert mapping.max_reject_share == 0.01
    assert mapping.not_before == 946_684_800_000_000
    assert mapping.fields() == {"time_local", "remote_user", "path"}


def test_everything_that_a_mapping_can_say():
    mapping = load_mapping(
        """
version: 1
format: csv
options: {separator: ';'}
time:
  - {fields: [day, hour], format: '%d/%m/%Y %H:%M', zone: Europe/Paris}
  - ts
account: [{field: user, lower: true}, login]
person:
  - {field: files, split: ','}
  - {fields: [office, number]}
  - {field: url, parameter: id, decode: false}
  - {field: text, matches: 'id=(?P<person>[0-9]+)', all: true}
application: {constant: portal}
match:
  - {field: url, matches: '^/(?P<organization>[a-z]+)/(x)/(?P<person>[0-9]+)'}
rules:
  - when: [{field: url, matches: '^/export'}, {field: code, in: [200, 206]}]
    set: {operation: export, categories: [identity, bank]}
ignore:
  - {when: {field: code, at_least: 400}, reason: refused}
max_reject_share: 0.5
not_before: 2020-01-01
max_line_bytes: 2048
""",
        file="m.yaml",
    )
    assert mapping.options == (("separator", ";"),)
    assert mapping.time == (
        TimeSource(("day", "hour"), "%d/%m/%Y %H:%M", "Europe/Paris"),
        TimeSource(("ts",)),
    )
    assert mapping.places("account") == (Value("user", lower=True), Value("login"))
    assert mapping.places("application") == (Value(constant="portal"),)
    pattern = "^/(?P<organization>[a-z]+)/(x)/(?P<person>[0-9]+)"
    assert mapping.places("organization") == (Value("url", matches=pattern),)
    assert mapping.places("person")[1:] == (
        Value(fields=("office", "number")),
        Value("url", parameter="id", decode=False),
        Value("text", matches="id=(?P<person>[0-9]+)", every=True),
        Value("url", matches=pattern, group=3),
    )
    assert mapping.rules == (
        Rule(
            (Condition("url", "matches", ("^/export",)), Condition("code", "in", ("200", "206"))),
            (("operation", "export"), ("categories", "bank,identity")),
        ),
    )
    assert mapping.ignore == (Ignore((Condition("code", "at_least", ("400",)),), "refused"),)
    assert (mapping.max_reject_share, mapping.max_line) == (0.5, 2048)


def test_all_faults_are_told_at_once_with_their_places():
    found = faults(
        "format: combined\n"
        "acount: remote_user\n"
        "person: {field: path, matches: '('}\n"
        "time: {field: time_local, format: clif}\n"
        "max_reject_share: 2\n"
        "rules:\n- when: {field: path, maches: x}\n  set: {operation: a, person: b}\n"
    )
    places = [(line, column) for line, column, _, _ in found]
    assert places == [(1, 1), (2, 1), (3, 32), (4, 35), (5, 19), (7, 9), (7, 23), (8, 23)]
    advice = {line: text for line, _, _, text in found}
    assert "did you mean `account`" in advice[2]
    assert "did you mean `clf`" in advice[4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: combind\naccount: a\nperson: b\n", "`combind` is not a format"),
        (MINIMAL.replace("path", "paht"), "`paht` is not a field of `combined`"),
        (MINIMAL + "options: {x: y}\n", "`x` is not an option of `combined`"),
        (MINIMAL + "version: 2\n", "only version 1 is known"),
        (MINIMAL + "session: {constant: a, field: path}\n", "a `constant` stands alone"),
        (MINIMAL + "session: {lower: true}\n", "nothing says where the session sits"),
        (MINIMAL + "session: {field: path, all: true}\n", "`all` needs `matches`"),
        (MINIMAL + "session: {field: path, matches: 'x'}\n", "the expression has no group"),
        (MINIMAL + "session: {field: path, matches: '(a)(b)'}\n", "no group is called `session`"),
        (MINIMAL + "session: {field: path, matches: '(?=a)(b)'}\n", "does not compile"),
        (MINIMAL + "session: []\n", "the list is empty"),
        (MINIMAL + "time: []\n", "the list is empty"),
        (MINIMAL + "match:\n- {field: path, matches: '(a)'}\n", "no group has a name"),
        (MINIMAL + "match:\n- {field: path, matches: '(?P<persn>a)'}\n", "`persn` is not the name"),
        (MINIMAL + "ignore:\n- {when: {field: path}, reason: x}\n", "exactly one of"),
        (MINIMAL + "ignore:\n- {when: [], reason: x}\n", "the list is empty"),
        (MINIMAL + "ignore:\n- {when: path, reason: x}\n", "a condition such as"),
        (MINIMAL + "ignore:\n- {when: {field: path, present: true}}\n", "`reason` is missing"),
        (MINIMAL + "time: {format: clf}\n", "which field holds the time"),
        (MINIMAL + "time: {field: time_local, format: '%H:%M'}\n", "cannot be read back"),
        (MINIMAL + "time: {field: time_local, zone: Europe/Pariss}\n", "Europe/Pariss"),
        (MINIMAL + "not_before: yesterday\n", "is not an instant"),
        (MINIMAL + "max_line_bytes: 10\n", "out of range"),
        ("format: csv\naccount: a\nperson: b\n", "`time` is missing"),
        ("format: combined\naccount: remote_user\n", "nothing says where the person sits"),
        ("", "empty"),
        ("- a\n", "a mapping is wanted"),
        ("\x00", "control character"),
    ],
)
def test_faults(text, message):
    assert any(message in found for _, _, found, _ in faults(text)), faults(text)


def test_a_mapping_for_another_format_is_refused():
    ((line, _, message, advice),) = faults(MINIMAL, name="w3c")[:1]
    assert line == 1
    assert "for `combined`" in message
    assert "--format combined" in advice


def test_the_format_may_come_from_the_caller():
    mapping = load_mapping(MINIMAL.partition("\n")[2], file="m.yaml", format="combined")
    assert mapping.format == "combined"
    assert load_mapping(MINIMAL, file="m.yaml", format="auto").format == "combined"


def test_an_unknown_starter_is_refused():
    with pytest.raises(CallerError):
        starter("../secrets")
