"""`ecluse letters` from the list of persons to the proof: two persons release, what changes voids it, each letter goes out once."""

import json
import re
import zipfile

import pytest

from ecluse.cli import main
from letters_kit import INCIDENT, STATEMENT, everybody, make_register, person, write_people
from servers.letterbox import letterbox

PERSONS = 8


@pytest.fixture
def letters(tmp_path, monkeypatch, capfd):
    """Runs a subcommand and gives its exit code and its JSON document."""
    folder = make_register(tmp_path / "register", PERSONS, exported_from=6, protected=frozenset({5}))  # fmt: skip
    rows = everybody(PERSONS)
    rows[0]["mail"] = ""
    rows[1]["mail"] = rows[1]["address"] = ""
    write_people(tmp_path / "people.csv", rows)
    monkeypatch.setenv("ECLUSE_REGISTER", str(tmp_path / "register"))
    monkeypatch.chdir(tmp_path)

    def run(what, *words, as_json=True):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(
                ["letters", what, "--incident", INCIDENT, *words, *(["--json"] if as_json else [])]
            )
        out, err = capfd.readouterr()
        return ended.value.code or 0, json.loads(out) if as_json else out + err

    run.folder = folder
    return run


def released(letters):
    assert letters("prepare", "--people", "people.csv")[0] == 0
    assert letters("release", "--by", "Claude Martin")[0] == 0
    code, told = letters("release", "--by", "Dominique Petit")
    assert (code, told["released"]) == (0, True)


def test_from_the_list_to_the_proof(letters, tmp_path):
    code, told = letters("prepare", "--people", "people.csv")
    assert (code, told["letters"], told["wordings"]) == (0, PERSONS, 2)
    assert told["states"] == {"prepared": 5, "post": 1, "public": 1, "suppressed": 1}
    assert letters("check") == (0, {"incident": INCIDENT, "wordings": 2, "refused": {}})
    code, told = letters("send", "--smtp", "127.0.0.1:1", "--tls", "none", "--sender", "info@example.org")  # fmt: skip
    assert code == 2
    assert "not released" in told["error"]["message"]
    released(letters)
    with letterbox() as box:
        smtp = ("--smtp", f"127.0.0.1:{box.port}", "--tls", "none", "--sender", "info@example.org", "--bounces-to", "b@example.org")  # fmt: skip
        code, told = letters("send", *smtp)
        assert (code, told["sent"], told["unknown"]) == (0, 5, 0)
        assert letters("send", *smtp)[1]["sent"] == 0
    assert box.senders == {"b@example.org"}
    assert {str(m["From"].addresses[0].addr_spec) for m in box.letters} == {"info@example.org"}
    texts = {m["To"].addresses[0].addr_spec: m.get_body(("plain",)).get_content() for m in box.letters}  # fmt: skip
    assert "bancaires" in texts["p6@example.org"].partition("Ce qui peut arriver")[0]
    assert "copiées dans un fichier" in texts["p6@example.org"].replace("\n", " ")
    assert "copiées dans un fichier" not in texts["p2@example.org"].replace("\n", " ")
    code, told = letters("postal", "--out", "post")
    assert (code, told["letters"]) == (0, 1)
    with zipfile.ZipFile(told["packages"][0]["file"]) as archive:
        (pdf,) = [n for n in archive.namelist() if n.endswith(".pdf")]
        assert archive.read(pdf).startswith(b"%PDF-1.7")
    code, told = letters("proof", person(2).hex(), "--out", "proof.html")
    assert [s["state"] for s in told["steps"]] == ["sending", "sent"]
    assert told["release"]["by"] == ["Claude Martin", "Dominique Petit"]
    assert told["steps"][1]["sha256"] in (tmp_path / "proof.html").read_text("utf-8")
    assert letters("proof", "--out", "all.csv")[1]["lines"] == 5 * 2 + 1
    assert [line.act for line in letters.folder.log().lines][-3:] == ["letters_agreed", "letters_released", "letters_posted"]  # fmt: skip


def test_what_changes_after_the_first_agreement_does_not_go_out_unseen(letters):
    letters("prepare", "--people", "people.csv")
    assert letters("release", "--by", "Claude Martin")[1]["agreed_by"] == "Claude Martin"
    code, told = letters("release", "--by", "CLAUDE  martin")
    assert (code, "second person" in told["error"]["message"]) == (2, True)
    page = letters.folder.path / "statement.yaml"
    page.write_text(STATEMENT.replace("Le compte volé est fermé", "Le compte volé est bien fermé"))
    code, told = letters("release", "--by", "Dominique Petit", "--anew")
    assert (told["released"], told["agreed_by"]) == (False, "Dominique Petit")
    assert letters("release", "--by", "Claude Martin")[1]["released"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_vague_statement_is_not_released(letters, language):
    page = letters.folder.path / "statement.yaml"
    vague = '{fr: "Toutes les mesures nécessaires ont été prises.", en: "All necessary measures were taken."}'  # fmt: skip
    page.write_text(re.sub(r"measures:\n.*", f"measures:\n  - phase: done\n    text: {vague}\n", STATEMENT, flags=re.DOTALL))  # fmt: skip
    letters("prepare", "--people", "people.csv", "--language", language)
    for what in ("check", "release"):
        code, told = letters(what)
        assert code == 1
        assert {"vague", "missing"} <= {r["code"] for r in told["refused"][language]}
    assert "vague" in letters("check", as_json=False)[1]
    assert not letters("status")[1]["agreed_by"]


def test_a_list_that_was_altered_is_not_sent(letters):
    from ecluse.registers.outbox import open_outbox

    released(letters)
    with open_outbox(letters.folder.path) as outbox, outbox.writing() as base:
        base.execute("UPDATE letter SET mail = 'thief@example.org' WHERE person = ?", (person(2),))
    code, told = letters("send", "--smtp", "127.0.0.1:1", "--tls", "none", "--sender", "info@example.org")  # fmt: skip
    assert code == 5
    assert "not the one that was prepared" in told["error"]["message"]


def test_another_file_of_names_is_refused_until_the_letters_are_dropped(letters, tmp_path):
    letters("prepare", "--people", "people.csv")
    write_people(tmp_path / "other.csv", everybody(PERSONS))
    code, told = letters("prepare", "--people", "other.csv")
    assert (code, "something else: people" in told["error"]["message"]) == (2, True)
    assert letters("drop")[0] == 2
    assert letters("drop", "--yes")[1]["dropped"] == PERSONS
    assert letters("prepare", "--people", "other.csv")[1]["states"]["prepared"] == PERSONS - 1


def test_what_was_sent_is_not_dropped(letters):
    released(letters)
    with letterbox() as box:
        letters("send", "--smtp", f"127.0.0.1:{box.port}", "--tls", "none", "--sender", "info@example.org")  # fmt: skip
    assert letters("drop", "--yes")[0] == 2


def test_an_unknown_outcome_is_listed_and_a_person_decides(letters):
    released(letters)
    smtp = ("--tls", "none", "--sender", "info@example.org", "--connections", "1")
    with letterbox(at_data=lambda a: "hang up after" if a == "p3@example.org" else "") as box:
        code, told = letters("send", "--smtp", f"127.0.0.1:{box.port}", *smtp)
        assert (code, told["unknown"]) == (1, 1)
        ((listed,),) = [letters("status", "--list", "sending")[1]["letters"]]
        assert listed["message_id"] in box.taken
        assert letters("resolve", listed["reference"], "--by", "Sacha")[0] == 2
        assert (
            letters("resolve", listed["reference"], "--sent", "--by", "Sacha")[1]["resolved"] == 1
        )
        assert letters("resolve", listed["reference"], "--again")[1]["left"] == 1
        assert letters("send", "--smtp", f"127.0.0.1:{box.port}", *smtp)[:1] == (0,)
        assert set(box.taken.values()) == {1}


def test_codes_answer_and_attest(letters, tmp_path):
    released(letters)
    assert letters("show", person(7).hex(), "--out", "letter.txt")[0] == 0
    text = (tmp_path / "letter.txt").read_text("utf-8")
    assert (tmp_path / "letter.txt").stat().st_mode & 0o077 == 0
    reference, code, attest = re.findall(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b", text)
    told = letters("answer", code.lower().replace("-", " "))[1]
    assert told["concerned"]
    assert "vos coordonnées bancaires" in told["categories"]["exported"]
    assert letters("answer", code)[1]["asked_before"]
    assert letters("answer", "AAAA-AAAA-AAAA")[0] == 1
    assert letters("attestation", attest, "--out", "attestation.html")[0] == 0
    page = (tmp_path / "attestation.html").read_text("utf-8")
    assert reference in page
    assert "p7@example.org" not in page
    assert "Personne 7" not in page
    assert letters("attestation", code, "--out", "attestation.html")[0] == 2
    for form in ("pdf", "eml", "html"):
        assert letters("show", reference, "--out", f"letter.{form}")[0] == 0
    assert letters("show", reference, "--out", "letter.exe")[0] == 2


def test_bounces_go_on_to_the_post(letters, tmp_path):
    from unit.service.test_bounces import report

    released(letters)
    with letterbox() as box:
        letters("send", "--smtp", f"127.0.0.1:{box.port}", "--tls", "none", "--sender", "info@example.org")  # fmt: skip
        first = str(next(m["Message-ID"] for m in box.letters if "p2@" in m["To"]))
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails/one.eml").write_bytes(report(first))
    told = letters("bounces", "mails")[1]
    assert (told["hard"], told["states"]["post"]) == (1, 2)
    assert letters("bounces", "mails")[1]["repeated"] == 1


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--smtp", "relay.example.org", "--sender", "info@example.org", "--tls", "none"), "in clear"),
        (("--smtp", ":25", "--sender", "info@example.org"), "no server"),
        (("--smtp", "relay.example.org", "--sender", "info@example.org\nBcc: x"), "no mail address"),
        (("--smtp", "relay.example.org", "--sender", "a@example.org", "--account", "x"), "go together"),
    ],
)  # fmt: skip
def test_a_wrong_way_is_refused_before_anything_is_done(letters, words, what):
    code, told = letters("send", *words)
    assert code == 2
    assert what in told["error"]["message"]
