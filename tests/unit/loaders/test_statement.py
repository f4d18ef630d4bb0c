"""A statement is read whole; every fault has its place, and says what to write."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import published
from ecluse.loaders.statement import load_statement
from ecluse.loaders.statement_schema import STATEMENT
from ecluse.model.errors import ConfigError
from ecluse.model.notice import Attachment, Both, Measure, Statement
from ecluse.model.time import parse_instant
from notice_factory import uncommented

WHOLE = """\
version: 1
established: true
facts: {fr: Un compte a été usurpé., en: An account was taken.}
natures: confidentiality
origins: [hacking, other]
cause: external_malicious
data: {dossier: [civil_status, contact], nir: nir}
measures:
  - {phase: done, at: 2025-07-12T12:10:00Z, text: {fr: Compte fermé.}}
informing: planned
means: [mail]
other_bodies: [{name: ANSSI, text: 13 juillet}]
unknown: [{fr: "Le moyen."}]
complement_at: 2025-07-25
attachments: [{name: message.pdf, sha256: "%s"}]
answers: [{at: 2025-07-20, from: CNIL, text: {fr: Reçu.}}]
malicious: true
""" % ("a" * 64)


def issues(text):
    with pytest.raises(ConfigError) as caught:
        load_statement(text, file="statement.yaml")
    return [str(i) for i in caught.value.issues]


def test_everything_is_read():
    read = load_statement(WHOLE, file="s")
    assert read.facts == Both("Un compte a été usurpé.", "An account was taken.")
    assert (read.natures, read.origins, read.cause) == (("confidentiality",), ("hacking", "other"), "external_malicious")  # fmt: skip
    assert read.data == (("dossier", ("civil_status", "contact")), ("nir", ("nir",)))
    when = parse_instant("2025-07-12T12:10:00Z")
    assert read.measures == (Measure("done", Both(fr="Compte fermé."), when),)
    assert read.attachments == (Attachment("message.pdf", "a" * 64),)
    assert read.answers == ((parse_instant("2025-07-20"), "CNIL", Both(fr="Reçu.")),)
    assert (read.malicious, read.ongoing) == (True, None)


def test_an_empty_statement_states_nothing():
    assert load_statement("version: 1\n", file="s") == Statement()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("[hacking, other]", "[hackng]"), "5:11: `hackng` is not one of"),
        (("cause: external_malicious", "cause: malice"), "6:8: `malice` is not one of"),
        (("informing: planned", "informing: done"), "the persons were told, and nobody says when"),
        (("informing: planned", "informing: not"), "the persons are not told, and no ground is given"),
        (("informing: planned", "informing: planned\nground: disproportionate"), "is for persons who are not told"),
        (("complement_at: 2025-07-25\n", ""), "nobody says when the complement comes"),
        (("complement_at: 2025-07-25", "complement_at: demain"), "`demain` is not an instant"),
        (("phase: done", "phase: now"), "`now` is not one of before, done, planned"),
        (("a" * 64, "abc"), "`abc` is not a SHA-256"),
        (('[{fr: "Le moyen."}]', "[{}]"), "the text is in no language"),
        (("{fr: Compte fermé.}", "{de: Zu.}"), "`de` is not a key of `text`"),
        (("malicious: true", "malicious: yes"), "`yes` is neither"),
        (("established: true", "persons: 43000000"), "2:1: `persons` is not a key of a statement"),
        (("text: 13 juillet", "txt: 13"), "`txt` is not a key of a body that was told"),
    ],
)  # fmt: skip
def test_faults_have_a_place(changed, said):
    assert changed[0] in WHOLE
    found = issues(WHOLE.replace(*changed))
    assert any(said in issue for issue in found), found
    assert all(issue.startswith("statement.yaml:") for issue in found)


def test_the_published_schema_is_the_description():
    assert published("statement") == schema.text(STATEMENT, title="Ecluse statement"), (
        "write src/ecluse/loaders/schemas/statement.json anew from ecluse.loaders.schema.text"
    )
    described = json.loads(published("statement"))
    jsonschema.Draft202012Validator.check_schema(described)
    typed = json.loads(json.dumps(yaml.load(WHOLE, Loader=yaml.BaseLoader)))
    typed |= {"version": 1, "established": True, "malicious": True}
    jsonschema.Draft202012Validator(described).validate(typed)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_template_states_nothing_until_it_is_filled_in(language):
    template = shipped(f"statement.{language}.yaml").decode()
    assert load_statement(template, file="s") == Statement()
    filled = uncommented(template).replace('sha256: "…"', f'sha256: "{"a" * 64}"')
    filled = filled.replace("ground: disproportionate", "", 1)
    read = load_statement(filled, file="s")
    assert [m.phase for m in read.measures] == ["before", "done", "planned"]
    assert set(yaml.safe_load(filled)) | {"ground"} == set(STATEMENT["properties"])
