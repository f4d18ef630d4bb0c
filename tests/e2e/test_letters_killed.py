"""The sender is killed at random points, again and again: nobody gets a letter twice, and whoever may have is listed."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

from ecluse.registers.outbox import open_outbox
from ecluse.wiring.lettering import open_desk, prepare
from letters_kit import INCIDENT, everybody, make_register, write_people
from servers.letterbox import letterbox
from structure.source import ROOT

PERSONS = 80


def released(root, tmp_path):
    folder = make_register(root, PERSONS)
    people = write_people(tmp_path / "people.csv", everybody(PERSONS))
    prepare(root, INCIDENT, people, language="fr", most_per_address=6, suppressed=None, by="Sacha", moved=lambda *_: None)  # fmt: skip
    with open_desk(root, INCIDENT) as desk:
        assert desk.refusals() == {}
        desk.agree("Claude Martin")
        assert desk.agree("Dominique Petit").released_by == "Dominique Petit"
    return folder


def sender(root, port):
    words = ["letters", "send", "--register", str(root), "--incident", INCIDENT, "--smtp", f"127.0.0.1:{port}", "--tls", "none",
             "--sender", "info@example.org", "--per-minute", "6000", "--connections", "3", "--json"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen([sys.executable, "-m", "ecluse", *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip


def test_killed_at_random_points_every_letter_goes_out_once_or_is_listed(tmp_path):
    chance = random.Random(20)
    root = tmp_path / "register"
    folder = released(root, tmp_path)
    with letterbox(pause=0.005) as box:
        for _ in range(3):
            process, before = sender(root, box.port), len(box.letters)
            until = time.monotonic() + 60
            while len(box.letters) < before + chance.randrange(1, 12):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(chance.random() / 50)
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.communicate()
        process = sender(root, box.port)
        out, err = process.communicate(timeout=120)
        taken, recipients = box.taken, list(box.recipients)
    with open_outbox(folder.path) as outbox:
        counts = outbox.count()
        unknown = {row.to for row in outbox.rows("state = 'sending'")}
        sent = {row.to for row in outbox.rows("state = 'sent'")}
    assert set(taken.values()) == {1}, "a letter went out twice"
    assert len(recipients) == len(set(recipients)), "a person got two letters"
    assert sent <= set(recipients)
    assert set(recipients) <= sent | unknown
    assert len(sent) + len(unknown) == PERSONS, counts
    assert len(unknown) <= 3 * 3, "a kill leaves no more unknown than there are connections"
    assert process.returncode == (1 if unknown else 0), (out, err)
