"""An adversary file: what it says, and every fault at its place."""

import pytest

from ecluse.loaders.adversary import load_adversaries
from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.errors import ConfigError
from ecluse.model.time import MINUTE

ESTATE = load_estate(shipped("estate-example.yaml"), file="estate.yaml")
HEAD = "version: 1\nadversaries:\n  - id: t\n    steals:\n"


def read(text: str):
    return load_adversaries(text, file="a.yaml", estate=ESTATE)


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return [str(issue) for issue in caught.value.issues]


def test_the_example_is_for_the_example_estate():
    found = load_adversaries(shipped("adversary.yaml"), file="a.yaml", estate=ESTATE)
    assert [a.id for a in found] == [
        "one-partner",
        "one-manager",
        "three-advisers",
        "a-partner-body",
        "the-archive",
    ]
    assert found[0] == Adversary(
        "one-partner",
        (Stolen(kind="partner"),),
        second_factor=False,
        acts_within=30 * MINUTE,
        description=found[0].description,
    )
    assert found[1].creates == 3
    assert found[2].stolen == (Stolen(kind="adviser", accounts=3),)
    assert found[3].stolen == (Stolen(organization="training-body", accounts=ALL),)
    assert found[4].stolen == (Stolen(application="archive"),)


def test_all_and_unlimited_are_words():
    (found,) = read(HEAD + "      - {kind: manager, accounts: all}\n    creates: unlimited\n")
    assert found.stolen == (Stolen(kind="manager", accounts=ALL),)
    assert found.creates is None


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ("{kind: partnr}", "a.yaml:5:16: `partnr` is not a kind of this estate"),
        ("{organization: head}", "a.yaml:5:24: `head` is not an organization of this estate"),
        ("{application: x}", "a.yaml:5:23: `x` is not an application of this estate"),
        ("{kind: manager, accounts: 3}", "a.yaml:5:35: there are only 2 accounts of kind `manager` in this estate"),
        ("{kind: manager, organization: agencies}", "a.yaml:5:9: there are no accounts of kind `manager` in `agencies`"),
        ("{application: archive, accounts: 2}", "a.yaml:5:23: the credential of an application is stolen alone"),
        ("{kind: adviser, accounts: 0}", "a.yaml:5:35: `0` is out of range: at least 1"),
    ],
)  # fmt: skip
def test_faults_are_told_at_their_place(item, fault):
    assert any(found.startswith(fault) for found in faults(f"{HEAD}      - {item}\n")), faults(
        f"{HEAD}      - {item}\n"
    )


def test_an_id_is_used_once():
    text = (
        HEAD
        + "      - kind: adviser\n"
        + HEAD.split("adversaries:\n")[1]
        + "      - kind: machine\n"
    )
    assert faults(text) == ["a.yaml:6:9: `t` is the id of another one too"]


def test_a_newer_version_is_refused():
    assert faults(HEAD.replace("1", "2") + "      - kind: adviser\n") == [
        "a.yaml:1:10: version 2 is not known"
    ]
