"""The file of the clocks: what is taken, and every fault at its place."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import clocks_schema, schema
from ecluse.loaders.clocks import load_clocks
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import published
from ecluse.model.errors import ConfigError
from ecluse.model.incident import InstantKind

SMALL = """\
version: 1
zone: Europe/Paris
regimes:
  gdpr: {enabled: true}
  other: {enabled: false, reason: not ours}
clocks:
  - name: first
    regime: gdpr
    law: article 1
    from: [aware, conclusive]
    due: 96h
    met_by: authority_told
    waived_by: breach
    only_if: high_risk
    text: {en: Do it, fr: Faites-le}
"""

TWICE = "clocks:\n" + SMALL.partition("clocks:\n")[2]


def test_a_small_file():
    settings = load_clocks(SMALL, file="c.yaml")
    (clock,) = settings.clocks
    assert (clock.hours, clock.months) == (96, None)
    assert clock.begins == (InstantKind.AWARE, InstantKind.CONCLUSIVE)
    assert (clock.waived_by, clock.only_if) == (("breach",), ("high_risk",))
    assert clock.in_("fr") == "Faites-le"
    assert not settings.regime("other").on


def test_the_shipped_file_has_the_clocks_of_the_law():
    settings = load_clocks(shipped("clocks.yaml"), file="clocks.yaml")
    lengths = {c.name: (c.hours, c.months, settings.regime(c.regime).on) for c in settings.clocks}
    assert lengths == {
        "gdpr_33_1": (72, None, True),
        "gdpr_33_4": (72, None, True),
        "gdpr_33_2": (24, None, False),
        "nis2_early": (24, None, False),
        "nis2_notification": (72, None, False),
        "nis2_final": (None, 1, False),
        "lopmi_complaint": (72, None, True),
    }
    assert "not in force on 1 October 2026" in settings.regime("nis2").reason


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", "1:10: this version is not known"),
        ("Europe/Paris", "Europe/Lutetia", "2:7: `Europe/Lutetia` is no time zone"),
        ("false, reason: not ours", "false", "regime `other` is off without a reason"),
        ("regime: gdpr", "regime: gdrp", "8:13: there is no regime `gdrp`"),
        ("due: 96h", "due: 4d", "11:10: `4d` is no length of a clock"),
        ("due: 96h", "due: 0h", "`0h` is no length of a clock"),
        ("[aware, conclusive]", "[awake]", "`awake` is not one of began"),
        ("met_by: authority_told", "met_by: aware", "would start and stop the clock at once"),
        ("    met_by: authority_told\n", "", "`met_by` is missing from a clock"),
        (", fr: Faites-le", "", "`fr` is missing from the text of a clock"),
        ("    law:", "    lwa: x\n    law:", "`lwa` is not a key of a clock"),
        ("clocks:\n", TWICE, "`first` is the name of two clocks"),
    ],
)  # fmt: skip
def test_faults_have_their_place(old, new, message):
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    with pytest.raises(ConfigError) as error:
        load_clocks(text, file="c.yaml")
    assert message in "\n".join(map(str, error.value.issues))


def test_the_schema_is_published_and_the_shipped_file_keeps_to_it():
    assert published("clocks") == schema.text(clocks_schema.CLOCKS, title="Ecluse clocks")
    validator = jsonschema.Draft202012Validator(json.loads(published("clocks")))
    validator.validate(yaml.safe_load(shipped("clocks.yaml")))
    validator.validate(yaml.safe_load(SMALL))
    assert not validator.is_valid(yaml.safe_load(SMALL.replace("96h", "4d")))
