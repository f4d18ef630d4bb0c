"""The clients file: what is read, and every fault with its place."""

import pytest

from ecluse.loaders.clients import fingerprint, load_clients
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Token
from ecluse.model.errors import ConfigError
from ecluse.model.time import DAY

KEY = "A" * 43
WHOLE = f"""\
version: 1
key: "{KEY}"
clients:
  - id: portal
    may: [ask, report]
    applications: orientation
    tokens:
      - {{id: "{"0" * 32}", expires: 1970-01-03}}
      - id: "{"1" * 32}"
        expires: 1970-01-02
        revoked: 1970-01-02T00:00:00Z
    certificates: ["{":".join(["AB"] * 32)}"]
    unix: [www-data, 33]
  - id: on-call
    may: manage
    person: Claude Martin
    revoked: 1970-01-02
"""


def faults(text, **options):
    with pytest.raises(ConfigError) as caught:
        load_clients(text, file="c.yaml", **options)
    return [str(issue) for issue in caught.value.issues]


def test_a_whole_file():
    read = load_clients(WHOLE, file="c.yaml")
    assert read.key == bytes(32)
    assert read.clients == (
        Enrolled(
            Client("portal", frozenset({Scope.ASK, Scope.REPORT}), frozenset({"orientation"})),
            tokens=(Token("0" * 32, 2 * DAY), Token("1" * 32, DAY, DAY)),
            certificates=("ab" * 32,),
            unix=("www-data", "33"),
        ),
        Enrolled(Client("on-call", frozenset({Scope.MANAGE}), None, "Claude Martin"), revoked=DAY),
    )
    assert read.find("on-call") is read.clients[1]
    assert read.find("nobody") is None


def test_nobody_is_enrolled():
    assert load_clients("version: 1\n", file="c.yaml").clients == ()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("colour: blue", "c.yaml:5:5: `colour` is not a key of a client"),
        ("unix: [33, 033]", "c.yaml:5:16: `033` is not a whole number"),
        ("unix: ['a b']", "c.yaml:5:12: `a b` is not the name or the number of a user"),
        ("certificates: [abc]", "c.yaml:5:20: `abc` is not a SHA-256 fingerprint"),
        ("tokens: [{id: abc, expires: 2030-01-01}]", "c.yaml:5:19: `abc` is not the 32 hexadecimal digits of a token's `jti`"),
        ("tokens: [{id: '" + "0" * 32 + "'}]", "c.yaml:5:14: `expires` is missing from a token"),
        ("applications: []", "c.yaml:5:19: the list is empty"),
        ("revoked: yesterday", "c.yaml:5:14: `yesterday` is not an instant"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place(line, fault):
    text = f'key: "{KEY}"\nversion: 1\nclients:\n  - {{id: a, may: ask}}\n'.replace(
        "{id: a, may: ask}", f"id: a\n    {line}\n    may: ask"
    )
    assert fault in faults(text)


def test_more_faults():
    assert faults("version: 2\nclients: [{id: a, may: [fly]}]\n") == [
        "c.yaml:1:10: version 2 is not known",
        "c.yaml:2:25: `fly` is not one of ask, report, read, manage, drill",
    ]
    assert faults("version: 1\nclients: [{id: A, may: ask}, {may: ask}]\n") == [
        "c.yaml:2:16: `A` is not a name of small letters, digits, `.`, `_`, `-`",
        "c.yaml:2:30: `id` is missing from a client",
    ]
    assert faults('version: 1\nkey: "short"\n')[0].startswith(
        "c.yaml:2:6: `short` is not an Ed25519"
    )


def test_manage_is_for_a_named_person():
    assert faults("version: 1\nclients: [{id: a, may: [ask, manage]}]\n") == [
        "c.yaml:2:24: `manage` is for a named person, and `person` is missing"
    ]


def test_the_name_of_whoever_is_not_in_the_file_is_not_given():
    assert (
        "`unix` is who comes over the Unix socket"
        in faults("version: 1\nclients: [{id: unix, may: ask}]\n")[0]
    )


def test_tokens_need_a_key():
    text = WHOLE.replace(f'key: "{KEY}"\n', "")
    assert faults(text) == ["c.yaml:1:1: `key` is missing, and without it no token can be checked"]


@pytest.mark.parametrize(
    "line",
    [
        "unix: [33]",
        'certificates: ["sha256:' + "ab" * 32 + '"]',
        'tokens: [{id: "' + "1" * 32 + '", expires: 2030-01-01}]',
    ],
)
def test_nothing_is_two_clients(line):
    text = WHOLE + f"  - id: other\n    may: ask\n    {line}\n"
    assert len(found := faults(text)) == 1
    assert "is in this file twice" in found[0]
    assert "`portal` is in this file twice" in faults(WHOLE + "  - {id: portal, may: ask}\n")[0]


def test_applications_are_of_the_estate():
    assert load_clients(WHOLE, file="c.yaml", applications=["orientation"]).clients
    assert faults(WHOLE, applications=["orientations"]) == [
        "c.yaml:6:19: `orientation` is not an application of this estate"
    ]


def test_fingerprints_as_they_are_written():
    plain = "0123456789abcdef" * 4
    coloned = ":".join(plain[i : i + 2].upper() for i in range(0, 64, 2))
    for written in (
        plain,
        plain.upper(),
        f"sha256:{plain}",
        coloned,
        f"SHA256 Fingerprint={coloned}",
    ):
        assert fingerprint(written) == plain
    assert fingerprint(plain[:-1]) is None
    assert fingerprint("sha1:" + plain) is None
