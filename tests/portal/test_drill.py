"""A drill against a real gate, the example portal, a real mail server and a webhook; and everything that it has to notice."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from servers.gate import gate
from servers.mail import mail_server
from servers.portal import PORTAL, Stand, manage, portal
from servers.webhook import webhook_server

POLICY = (PORTAL / "gate" / "policy.yaml").read_text("utf-8")
DRILL = (PORTAL / "gate" / "drill.yaml").read_text("utf-8")
SECRET = "not a secret, but long enough"
LIMIT = 120


def ecluse(*arguments, cwd, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "ecluse", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


class Scene:
    """The portal with honey persons behind a gate with channels, and a drill file beside it."""

    def __init__(self, folder, stand, mail):
        self.folder, self.stand, self.mail = folder, stand, mail

    def write(self, text=DRILL, **changes):
        text = text.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{self.stand.port}")
        text = text.replace("unix:gate.sock", f"unix:{self.stand.gate.socket}")
        text = text.replace("ledger: ledger", f"ledger: {self.stand.gate.ledger}")
        for key, value in changes.items():
            text, number = re.subn(rf"(?m)^{key}: .*$", f"{key}: {value}", text)
            assert number == 1, key
        (self.folder / "drill.yaml").write_text(text, "utf-8")

    def run(self, *more):
        code, out, err = ecluse("drill", "run", "drill.yaml", "--json", *more, cwd=self.folder)
        return code, json.loads(out), err

    def check(self):
        code, out, _ = ecluse("drill", "check", "drill.yaml", "--json", cwd=self.folder)
        return code, json.loads(out)

    def history(self, *more):
        code, out, err = ecluse("drill", "history", str(self.stand.gate.ledger), *more, cwd=self.folder)  # fmt: skip
        assert code == 0, err
        return out

    def camille(self, *words):
        """What a named person does."""
        code, out, err = ecluse(
            "gate", *words, cwd=self.folder, ECLUSE_GATE=f"unix:{self.stand.gate.socket}", ECLUSE_TOKEN_FILE="camille.token",
        )  # fmt: skip
        assert code == 0, err
        return out

    def log_something(self):
        """Each application logs a read of an ordinary account."""
        for application in ("orientation", "formation", "dossiers"):
            body = {"account": "adviser-01", "application": application, "persons": ["P0000001"]}
            assert self.stand.gate.call("POST", "/v1/observe", body)[0] == 200


def settings(folder, channels):
    (folder / "gate.yaml").write_text(
        "version: 1\nclients: clients.yaml\nhoney: {persons: honey-persons.txt, accounts: [drill-01]}\n" + channels, "utf-8"
    )  # fmt: skip
    return ("--settings", str(folder / "gate.yaml"))


def to_mail(port):
    return (
        "channels:\n  - name: security\n    mail: {host: 127.0.0.1, tls: none, sender: ecluse@example.org, "
        f"to: soc@example.org, port: {port}}}\n"
    )


@contextmanager
def scene(folder, filled, *, channels, policy=POLICY, mail=None, gated=True):
    shutil.copytree(filled, folder / "filled")
    own = folder / "filled" / "gate"
    database = f"sqlite:///{folder / 'filled' / 'portal.sqlite3'}"
    manage(database, "honey", str(own))
    manage(database, "gate_tables", str(own))
    clients = ("client", "add")
    ecluse(*clients, "drill", "--may", "read,drill,ask", "--token-file", "drill.token", cwd=own)
    ecluse(*clients, "camille", "--may", "read,manage", "--person", "Camille Martin", "--token-file", "camille.token", cwd=own)  # fmt: skip
    arguments = ("--estate", str(own / "estate.yaml"), *settings(own, channels))
    with (
        gate(folder / "gate", policy=policy, arguments=arguments) as door,
        portal(folder, database=database, gate=door.socket if gated else None) as port,
    ):
        stand = Stand(port, door)
        browser = stand.log_in("drill-01")
        (own / "drill-session.txt").write_text(browser.cookies["portal"] + "\n")
        made = Scene(own, stand, mail)
        made.write()
        made.log_something()
        yield made
        stand.close()


@pytest.fixture(scope="module")
def told(filled, tmp_path_factory):
    """A scene in which all is well."""
    folder = tmp_path_factory.mktemp("drill")
    with (
        mail_server() as mail,
        scene(folder, filled, channels=to_mail(mail.port), mail=mail) as made,
    ):
        yield made


def outcomes(document):
    return {check["code"]: check["passed"] for check in document["checks"]}


def test_a_drill_passes_when_everything_works_and_a_person_has_seen_it(told):
    code, document, progress = told.run()
    assert "must be stopped after 120 persons, by `partner` (120 in 10m)" in progress
    assert progress.index("must be stopped") < progress.index("announced")
    assert code == 0, document
    assert outcomes(document) == {
        "stopped": True, "refused": True, "agreed": True, "raised": True, "told": True, "acknowledged": None, "logging": True,
    }  # fmt: skip
    orientation, formation = document["applications"]
    assert (orientation["printed"], orientation["read"], orientation["leaks"]) == (LIMIT, LIMIT, 0)
    assert (formation["printed"], formation["read"], formation["stopped"]) == (60, 60, True)
    assert document["agreement"][0] == {"application": "orientation", "both": LIMIT, "shown_only": 0, "ledger_only": 0}  # fmt: skip
    letter = next(m for m in told.mail.letters if "drill-01" in m["Subject"])
    assert letter["Subject"] == "[ecluse] high: account-over-budget (drill-01)"
    assert not re.search(r"P9\d{6}", letter.get_content()), "no person in a message"

    assert told.check()[1]["passed"] is None
    told.camille("acknowledge", "account-over-budget", "drill-01", "--note", "the drill")
    assert "seen by Camille Martin" in told.camille("findings")
    code, document = told.check()
    assert (code, document["passed"]) == (0, True)
    assert "waits" not in told.history()
    (past,) = json.loads(told.history("--json"))["runs"]
    assert (past["printed"], past["read"], past["passed"], past["owner"]) == (LIMIT, LIMIT, True, "team-files@example.org")  # fmt: skip


def test_a_second_drill_right_after_stops_at_the_same_number(told):
    letters = len(told.mail.letters)
    code, document, _ = told.run()
    assert code == 0
    walk = document["applications"][0]
    assert walk["printed"] == walk["read"] == LIMIT
    assert outcomes(document)["acknowledged"] is None, "the last drill's alarm does not stand in"
    assert len(told.mail.letters) > letters


def test_no_honest_budget_is_spent_and_honest_accounts_have_no_finding(told):
    found = json.loads(told.camille("findings", "--json"))["findings"]
    assert {f["about"] for f in found if f["code"] in {"honey-read", "drill-account-active"}} == set()  # fmt: skip
    left = json.loads(told.camille("status", "partner-01", "--application", "orientation", "--json"))["budgets"]  # fmt: skip
    assert all(b["used"] == 0 for b in left)


def test_nobody_acknowledges(told):
    told.write(acknowledge="3s")
    code, document, _ = told.run("--wait", "1m")
    assert code == 1
    assert outcomes(document)["acknowledged"] is False
    assert document["failed"] == ["acknowledged"]
    told.write()
    found = json.loads(told.camille("findings", "--json"))["findings"]
    (failed,) = [f for f in found if f["code"] == "drill-failed"]
    assert "team-files@example.org" in failed["what"]
    assert told.check()[0] == 1


def test_an_application_that_does_not_log_is_noticed(told):
    told.write(DRILL.replace("silence: 14d", "silence: 1s"))
    time.sleep(1.1)
    code, document, _ = told.run()
    told.write()
    assert code == 1
    assert "logging" in document["failed"]
    what = next(c["what"] for c in document["checks"] if c["code"] == "logging")
    assert "formation has logged nothing in 1s" in what
    assert "orientation" not in what


def test_an_application_of_the_estate_that_nobody_looks_at_is_refused(told):
    told.write(DRILL[: DRILL.index("  - id: dossiers")])
    code, _, err = told.run()
    told.write()
    assert code == 3
    assert "nobody looks whether `dossiers` still logs" in err


def test_a_gate_that_lets_more_through_than_a_person_expects(told):
    told.write(at_most="60")
    code, document, _ = told.run()
    told.write()
    assert code == 1
    what = next(c["what"] for c in document["checks"] if c["code"] == "stopped")
    assert what == "the gate lets the account read 120; 60 at most were expected"


def test_a_sign_in_that_is_over_ends_the_drill_and_what_was_announced(told):
    cookie = told.folder / "drill-session.txt"
    kept = cookie.read_text()
    cookie.write_text("gone\n")
    code, document, _ = told.run()
    cookie.write_text(kept)
    assert code == 6
    assert "application `orientation` answered 302" in document["error"]["message"]
    told.camille("findings")
    code, document = told.check()
    assert outcomes(document)["ended"] is False
    told.run()


def test_the_account_outside_a_drill_and_honey_persons_in_other_hands_are_findings(told):
    honey = (told.folder / "honey-persons.txt").read_text().split()[0]
    gate = told.stand.gate
    for account in ("drill-01", "partner-02"):
        body = {"account": account, "application": "orientation", "persons": [honey]}
        gate.call("POST", "/v1/check", body)
    end = time.monotonic() + 20
    wanted = {("drill-account-active", "drill-01"), ("honey-read", "partner-02")}
    while True:
        found = json.loads(told.camille("findings", "--json"))["findings"]
        if wanted <= {(f["code"], f["about"]) for f in found}:
            break
        assert time.monotonic() < end, found
        time.sleep(0.2)


def test_a_page_shows_the_history(told):
    told.history("--html", "drills.html")
    page = (told.folder / "drills.html").read_text("utf-8")
    assert page.count("<svg") >= 2
    assert "Exercices" in page
    assert "portal" in page


def test_a_detector_that_is_set_too_high(filled, tmp_path):
    loose = POLICY.replace("{10m: 120, 1h: 200, 24h: 300, 30d: 1000, 360d: 2000}", "{10m: 5000, 1h: 6000, 24h: 30000, 30d: 90000, 360d: 90000}")  # fmt: skip
    assert loose != POLICY
    with mail_server() as mail, scene(tmp_path, filled, channels=to_mail(mail.port), policy=loose) as made:  # fmt: skip
        made.write(alarm="10s")
        code, document, _ = made.run()
        assert code == 1
        assert {"stopped", "refused", "raised", "told"} <= set(document["failed"])
        what = next(c["what"] for c in document["checks"] if c["code"] == "stopped")
        assert "no limit that refuses is within reach of 140 honey persons" in what


def test_a_channel_that_is_down(filled, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    with webhook_server("another secret of some length") as hook:
        down = f"channels:\n  - name: chat\n    webhook: {{url: '{hook.url}', secret_file: '{tmp_path}/secret'}}\n"  # fmt: skip
        with scene(tmp_path / "x", filled, channels=down) as made:
            made.write(alarm="10s")
            code, document, _ = made.run()
            assert code == 1
            assert document["failed"] == ["told"]
            assert outcomes(document)["raised"] is True
            found = json.loads(made.camille("findings", "--json"))["findings"]
            assert ("channel-failed", "chat") in {(f["code"], f["about"]) for f in found}
            assert hook.taken == []
            hook.secret = SECRET  # put right
            made.write()
            code, document, _ = made.run()
            assert outcomes(document)["told"] is True


def test_an_application_that_does_not_enforce(filled, tmp_path):
    with mail_server() as mail, scene(tmp_path, filled, channels=to_mail(mail.port), gated=False) as made:  # fmt: skip
        made.write(alarm="10s")
        code, document, _ = made.run()
        assert code == 1
        assert {"stopped", "refused", "agreed"} <= set(document["failed"])
        what = {c["code"]: c["what"] for c in document["checks"]}
        assert "orientation: not stopped after 140 persons; 120 was printed" in what["stopped"]
        assert "orientation: 0 in both, 140 shown that the ledger does not have" in what["agreed"]


def test_a_gate_that_is_gone(told):
    told.write(DRILL.replace('address: "unix:gate.sock"', 'address: "unix:/nowhere/s"'))
    code, document, _ = told.run()
    told.write()
    assert code == 6
    assert "does not answer" in document["error"]["message"]
