"""A controller is read whole; every fault has its place, and says what to write."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import schema
from ecluse.loaders.controller import load_controller
from ecluse.loaders.controller_schema import CONTROLLER
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import published
from ecluse.model.errors import ConfigError
from ecluse.model.notice import Both, Contact
from notice_factory import uncommented

WHOLE = """\
version: 1
name: Agence d’Exemple
siren: "130 005 481"
address: |
  1 place de l’Exemple
  75000 Exemple
sector: administration publique
size: plus de 5 000 agents
zone: Indian/Reunion
representative: {name: Camille Exemple, role: directrice}
dpo: {name: Dominique Exemple, mail: dpo@example.org, phone: "01 99 00 12 34"}
helpdesk: {name: Ligne, phone: 3900, hours: {fr: de 9 h à 18 h}}
news: www.example.org/incident
processors: [{name: Hébergeur, does: hébergement}]
joint: [Autre organisme]
nis2: essential
insurer: {name: Assureur}
"""
LEAST = "version: 1\nname: A\ndpo: {name: D, mail: d@example.org}\n"


def issues(text):
    with pytest.raises(ConfigError) as caught:
        load_controller(text, file="controller.yaml")
    return [str(i) for i in caught.value.issues]


def test_everything_is_read():
    read = load_controller(WHOLE, file="controller.yaml")
    assert read.siren == "130005481"
    assert read.dpo == Contact("Dominique Exemple", "", "dpo@example.org", "01 99 00 12 34")
    assert read.helpdesk == Contact("Ligne", "", "", "3900", Both(fr="de 9 h à 18 h"))
    assert read.processors == (("Hébergeur", "hébergement"),)
    assert (read.zone, read.nis2, read.joint) == ("Indian/Reunion", "essential", ("Autre organisme",))  # fmt: skip
    assert load_controller(LEAST, file="c").nis2 == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("name: Agence d’Exemple\n", ""), "`name` is missing"),
        (('"130 005 481"', '"130005482"'), "3:8: `130005482` is no SIREN"),
        (("Indian/Reunion", "Paris"), "9:7: `Paris` is no time zone"),
        (("mail: dpo@example.org", "mail: dpo"), "`dpo` is not an address"),
        (("phone: 3900", "phone: none"), "`none` is no telephone number"),
        (("essential", "yes"), "`yes` is not one of essential, important, none"),
        (("version: 1", "version: 2"), "version 2 is not known"),
        (("sector:", "secteur:"), "7:1: `secteur` is not a key of the controller"),
        (("{fr: de 9 h à 18 h}", "{}"), "`hours` has a text in no language"),
        (("[{name: Hébergeur, does: hébergement}]", "[{name: H}, {name: H}]"), "`H` is listed twice"),
        ((', mail: dpo@example.org, phone: "01 99 00 12 34"', ""), "nobody can reach the data protection officer"),
    ],
)  # fmt: skip
def test_faults_have_a_place(changed, said):
    assert changed[0] in WHOLE
    found = issues(WHOLE.replace(*changed))
    assert len(found) == 1, found
    assert said in found[0]
    assert found[0].startswith("controller.yaml:")


def test_all_faults_of_a_file_are_told_at_once():
    assert len(issues("version: 1\nsiren: 1\nzone: x\n")) == 4


def test_the_published_schema_is_the_description():
    assert published("controller") == schema.text(CONTROLLER, title="Ecluse controller"), (
        "write src/ecluse/loaders/schemas/controller.json anew from ecluse.loaders.schema.text"
    )
    validator = jsonschema.Draft202012Validator(json.loads(published("controller")))
    for text in (WHOLE, LEAST):
        validator.validate(yaml.safe_load(text))
    assert not validator.is_valid({"version": 1, "name": "A"})


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_template_is_a_controller_once_it_is_filled_in(language):
    template = shipped(f"controller.{language}.yaml").decode()
    assert len(issues(template)) == 2  # name and dpo: nobody files an example by mistake
    read = load_controller(uncommented(template), file="c")
    assert read.dpo.mail == "dpo@example.org"
    assert set(yaml.safe_load(uncommented(template))) == set(CONTROLLER["properties"]) - {"country"}
