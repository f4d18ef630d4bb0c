"""From a theft to its last document: every step by its command, as the people of an organization do it, with a real mail server."""

import csv
import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from zipfile import ZipFile

import pytest

from cases.hostile import run, succeeds
from servers.mail import mail_server

THIEVES = ("partenaire-1871", "partenaire-1872")
WATCH = "version: 1\nbudgets:\n  - {id: watch, per: account, limits: {24h: 50}, mode: shadow}\n"
EFFECTS = """
effects: {fr: "Aucun usage des données n’est connu.", en: "No use of the data is known."}
review: {fr: "Le compte créateur a été fermé.", en: "The account that created them was closed."}
lessons: {fr: "Deux personnes créent un compte.", en: "Two people create an account."}
delay_reasons: {fr: "Un exercice sur l’an passé.", en: "An exercise with last year."}
"""
"""What the forms leave open."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A theft in a ledger, and a register with the incident; everything by commands."""
    folder = tmp_path_factory.mktemp("response")
    sim, ledger = folder / "sim", folder / "ledger"
    succeeds(run("simulate", "ouiform", "--scale", "0.0003", "--accounts", "60", "--out", sim))
    (folder / "watch.yaml").write_text(WATCH)
    logs = (sim / "ouiform.log", sim / "suivi.log")
    files = ("--map", sim / "mapping.yaml", "--estate", sim / "estate.yaml", "--policy", folder / "watch.yaml")  # fmt: skip
    succeeds(run("replay", *logs, *files, "--ledger", ledger))
    register = ("--register", folder / "register")
    succeeds(run("incident", "init", *register))
    accounts = [word for thief in THIEVES for word in ("--account", thief)]
    opened = run("incident", "open", *register, "--title", "two new accounts read everybody", *accounts, "--by", "C. Petit", "--json")  # fmt: skip
    number = succeeds(opened).document["incident"]
    return folder, (*register, "--incident", number)


def stolen(folder):
    """The persons whom the simulator knows to be stolen."""
    with gzip.open(folder / "sim" / "truth_persons.csv.gz", "rt") as file:
        return sorted({row["person"] for row in csv.DictReader(file)})


def test_every_person_is_found_told_and_proved(place):
    folder, incident = place
    truth = stolen(folder)
    _decide(incident)
    frozen = _freeze(folder, incident)
    assert frozen["persons"] == len(truth)
    _state(folder, incident)
    _release("cnil", incident)
    letters = _tell(folder, incident, truth)
    assert letters == Counter(f"p{person}@example.org" for person in truth)
    assert letters.total() == len(truth), "each of them once"
    _prove(folder, incident, persons=len(truth))
    _export(folder, incident, persons=len(truth))
    _claim(folder, incident, truth)
    _close(folder, incident)


def _decide(incident):
    desk = ("--by", "C. Petit")
    warned = ("--from", "CERT-FR", "--received-at", "2025-11-28T10:30:00+01:00", "--summary", "accounts in wrong hands")  # fmt: skip
    succeeds(run("incident", "warning", *incident, *warned, *desk))
    succeeds(run("incident", "aware", *incident, "2025-11-28T16:00:00+01:00", "--reasons", "the ledger shows the reads", *desk))  # fmt: skip
    for what in ("breach", "notify_authority", "tell_persons"):
        succeeds(run("incident", "decide", *incident, what, "yes", "--reasons", "files were read", *desk))  # fmt: skip
    succeeds(run("incident", "decide", *incident, "complaint", "no", "--reasons", "no insurer asks for it", *desk))  # fmt: skip
    succeeds(run("incident", "decide", *incident, "complement", "no", "--reasons", "nothing is missing", *desk))  # fmt: skip
    succeeds(run("incident", "move", *incident, "in_progress", *desk))


def _freeze(folder, incident):
    accounts = [word for thief in THIEVES for word in ("--account", thief)]
    found = run("exposure", "--ledger", folder / "ledger", *accounts, *incident, "--by", "C. Petit", "--json")  # fmt: skip
    succeeds(run("exposure", "check", "--ledger", folder / "ledger", *incident))
    succeeds(run("incident", "gravity", "propose", *incident, "--malicious", "yes", "--by", "C. Petit"))  # fmt: skip
    succeeds(run("incident", "gravity", "sign", *incident, "--by", "C. Petit"))
    return succeeds(found).document


def _state(folder, incident):
    """Fills the forms in: their own examples, and what these leave open."""
    succeeds(run("notice", "init", *incident, "--language", "en"))
    register = folder / "register"
    for form in (register / "controller.yaml", register / incident[-1] / "statement.yaml"):
        text = re.sub(r"(?m)^# ( *(?:- |[a-z0-9_]+:))", r"\1", form.read_text("utf-8"))
        lines = [line for line in text.splitlines() if "…" not in line and not _LEFT_OUT.match(line)]  # fmt: skip
        kept = "\n".join(lines).replace("The account of a training body was taken over", "Two new accounts read files")  # fmt: skip
        form.write_text(kept + (EFFECTS if form.name == "statement.yaml" else "\n"), "utf-8")


_LEFT_OUT = re.compile(
    r"(authority_number|ground|informed_at|informed_number|data|categories):|  dossier:"
)


def _release(name, incident):
    made = ("--signer", "C. Petit", "--format", "html", "--format", "json")
    succeeds(run("notice", "draft", name, *incident, *made, "--by", "A. Martin"))
    first = succeeds(run("notice", "release", name, *incident, "--by", "C. Petit"))
    assert "a second person" in first.out
    assert run("notice", "release", name, *incident, "--by", "c. petit").code == 1, "the same person"  # fmt: skip
    assert "released" in succeeds(run("notice", "release", name, *incident, "--by", "A. Martin")).out  # fmt: skip


def _tell(folder, incident, truth):
    """Names by two people, letters by two people, and what the mail server got."""
    people, desk = folder / "people.csv", folder / "desk"
    with people.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["number", "name", "mail"])
        rows.writerows([p, f"Personne {p}", f"p{p}@example.org"] for p in [*truth, "0", "1"])
    mapped = ("--identifier", "number", "--map", "name=name", "--map", "mail=mail")
    asked = ("identify", "request", desk, *incident, "--file", people, *mapped, "--reasons", "letters", "--by", "C. Petit")  # fmt: skip
    succeeds(run(*asked))
    succeeds(run("identify", "agree", desk, "--request", "1", "--by", "B. Roux"))
    named, keys = folder / "named.csv", folder / "ledger" / "keys"
    done = run("identify", "run", desk, "--request", "1", *incident[:2], "--file", people, "--keys", keys, "--out", named)  # fmt: skip
    assert truth[0] not in succeeds(done).out + done.err, "no name is printed"
    succeeds(run("letters", "prepare", *incident, "--people", named, "--by", "C. Petit"))
    succeeds(run("letters", "check", *incident))
    with mail_server() as box:
        to = ("--smtp", f"127.0.0.1:{box.port}", "--tls", "none", "--sender", "info@example.org", "--per-minute", "60000")  # fmt: skip
        assert run("letters", "send", *incident, *to).code == 2, "nobody has released them"
        succeeds(run("letters", "release", *incident, "--by", "C. Martin"))
        assert run("letters", "send", *incident, *to).code == 2, "one person has released them"
        succeeds(run("letters", "release", *incident, "--by", "D. Petit"))
        succeeds(run("letters", "send", *incident, *to))
        succeeds(run("letters", "send", *incident, *to))  # nothing is left
    return Counter(str(letter["To"].addresses[0].addr_spec) for letter in box.letters)


def _prove(folder, incident, *, persons):
    pack = folder / "pack.zip"
    made = ("--ledger", folder / "ledger", "--profile", "police", "--out", pack)
    succeeds(run("evidence", "pack", *incident, *made))
    with ZipFile(pack) as held:
        held.extractall(folder / "packed")
    (root,) = (folder / "packed").iterdir()
    key = folder / "register" / "register.key"
    alone = [sys.executable, "-I", "-S", root / "verify.py", "--key", key.read_text().strip(), root]
    told = subprocess.run(alone, capture_output=True, text=True, check=False, timeout=120)
    assert told.returncode == 0, told
    assert f"the {persons} persons of exposure 1 are exactly those of the entries" in told.stdout
    assert (root / "data" / "documents" / "cnil-v1.fr.html").exists(), "what was released is in it"


def _export(folder, incident, *, persons):
    for name in ("ocsf", "misp", "stix", "veris", "syslog", "thehive", "dfir_iris"):
        out = folder / f"incident.{name}"
        succeeds(run("export", name, *incident, "--out", out))
        text = out.read_text("utf-8")
        assert str(persons) in text, name
        assert "C. Petit" not in text or name not in {"misp", "stix", "veris"}, name


def _claim(folder, incident, truth):
    """A sample of what was stolen is ours, by one of the two thieves."""
    (folder / "posted.csv").write_text("id\n" + "".join(f"{p}\n" for p in truth[1:80:2]))
    (folder / "claim.yaml").write_text("version: 1\nidentifier: {column: id}\npopulation: 1000000\n")  # fmt: skip
    found = run("claim", folder / "posted.csv", "--map", folder / "claim.yaml", "--ledger", folder / "ledger", *incident, "--json")  # fmt: skip
    document = succeeds(found).document
    assert document["verdict"] == "ours-new"
    assert any(thief in json.dumps(document) for thief in THIEVES)


def _close(folder, incident):
    """The register has its entry, the log its chain; without an entry nobody can close."""
    desk = ("--by", "C. Petit")
    succeeds(run("incident", "instant", *incident, "authority_told", "2025-11-30T10:00:00+01:00", "--source", "teleservice", *desk))  # fmt: skip
    succeeds(run("incident", "instant", *incident, "persons_told", "2025-12-01T10:00:00+01:00", "--source", "letters", *desk))  # fmt: skip
    succeeds(run("incident", "move", *incident, "resolved", "--reasons", "closed and told", *desk))
    close = ("incident", "move", *incident, "closed", "--reasons", "done", "--by", "A. Martin")
    assert "register" in run(*close).err
    _release("register_entry", incident)
    succeeds(run(*close))
    succeeds(run("incident", "verify", *incident, "--ledger", folder / "ledger"))
