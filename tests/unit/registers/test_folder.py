import subprocess
import sys

import pytest

from ecluse.incident.gravity import prefill
from ecluse.incident.gravity_log import detail_of
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.gravity import Circumstances
from ecluse.model.incident import State
from ecluse.registers.folder import Register
from incident_factory import exposure

AT = 1_752_314_400_000_000
OPENED = {"title": "one account reads everybody", "owner": "A. Martin"}


@pytest.fixture
def register(tmp_path):
    register = Register(tmp_path / "register")
    register.create()
    return register


def test_a_register_is_made_once(register):
    register.create()
    assert register.ids() == ()
    assert register.root.stat().st_mode & 0o007 == 0


def test_a_folder_with_something_else_is_no_register(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(CallerError, match="not empty"):
        Register(tmp_path).create()
    for use in (lambda r: r.ids(), lambda r: r.open("2026-0001"), lambda r: r.begin(2026, "opened", OPENED, by="A", at=AT)):  # fmt: skip
        with pytest.raises(CallerError, match="no register"):
            use(Register(tmp_path))


def test_incidents_are_numbered_by_year_without_a_gap(register):
    made = [register.begin(y, "opened", OPENED, by="A", at=AT).id for y in (2026, 2026, 2027, 2026)]
    assert made == ["2026-0001", "2026-0002", "2027-0001", "2026-0003"]
    assert register.ids() == ("2026-0001", "2026-0002", "2026-0003", "2027-0001")


def test_what_a_crash_left_of_a_new_incident_is_no_incident(register):
    (register.root / ".new-2026-0001").mkdir()
    (register.root / ".new-2026-0001" / "log.jsonl").write_text("{")
    assert register.ids() == ()
    assert register.begin(2026, "opened", OPENED, by="A", at=AT).incident().title == OPENED["title"]


def test_an_act_that_cannot_be_a_line_leaves_no_folder(register):
    with pytest.raises(CallerError):
        register.begin(2026, "opened", OPENED, by="", at=AT)
    assert register.ids() == ()
    assert [p.name for p in register.root.iterdir() if p.is_dir()] == []


def test_the_incident_is_what_its_log_says(register):
    folder = register.begin(2026, "opened", OPENED, by="A", at=AT)
    head = folder.append(
        "moved", {"state": "in_progress", "reasons": "looked at"}, by="B", at=AT + 1
    )
    incident = register.open("2026-0001").incident()
    assert (incident.id, incident.state, incident.head) == ("2026-0001", State.IN_PROGRESS, head)
    assert incident.opened.by == "A"


def test_a_log_that_was_put_into_another_folder_is_found(register):
    first = register.begin(2026, "opened", OPENED, by="A", at=AT)
    second = register.begin(2026, "opened", OPENED, by="A", at=AT)
    for name in ("log.jsonl", "log.head"):
        (second.path / name).write_bytes((first.path / name).read_bytes())
    with pytest.raises(IntegrityError, match="that of `2026-0001`"):
        second.incident()


@pytest.mark.parametrize("name", ["2026-0002", "../register", "", "x" * 300, "2026-0001/.."])
def test_an_unknown_incident_is_refused(register, name):
    register.begin(2026, "opened", OPENED, by="A", at=AT)
    with pytest.raises(CallerError, match="no incident") as found:
        register.open(name)
    assert "2026-0001" in found.value.help


def test_parts_are_made_when_they_are_needed(register):
    folder = register.begin(2026, "opened", OPENED, by="A", at=AT)
    assert folder.part("exposures").is_dir()
    assert folder.part("exposures") == folder.path / "exposures"


OPENER = """
import sys
from pathlib import Path
from ecluse.registers.folder import Register
for _ in range(15):
    Register(Path(sys.argv[1])).begin(2026, "opened", {"title": "x", "owner": "y"}, by="A", at=1)
"""


def test_two_processes_open_incidents_at_once(register):
    openers = [
        subprocess.Popen([sys.executable, "-c", OPENER, str(register.root)]) for _ in range(2)
    ]
    assert [opener.wait() for opener in openers] == [0, 0]
    assert register.ids() == tuple(f"2026-{n:04}" for n in range(1, 31))
    assert {register.open(name).incident().id for name in register.ids()} == set(register.ids())


def test_an_act_upon_what_another_changed_is_refused(register):
    folder = register.begin(2026, "opened", OPENED, by="A", at=AT)
    head = folder.log().head
    folder.append("note", {"text": "first"}, by="A", at=AT, after=head)
    with pytest.raises(UnavailableError, match="somebody else wrote"):
        folder.append("note", {"text": "second"}, by="B", at=AT, after=head)
    assert len(folder.log().lines) == 2


def test_a_new_register_has_the_files_to_look_at_and_keeps_those_that_are_there(tmp_path):
    (tmp_path / "clocks.yaml").write_text("mine")
    (tmp_path / "controller.yaml").write_text("ours")
    assert Register(tmp_path).create()
    assert not Register(tmp_path).create()
    assert (tmp_path / "clocks.yaml").read_text() == "mine"
    assert b"categories" in (tmp_path / "gravity.yaml").read_bytes()


def test_gravity_stands_in_the_log(register):
    folder = register.begin(2026, "opened", OPENED, by="A", at=AT)
    assert folder.gravity() is None
    made = prefill(exposure("identity"), folder.gravity_table(), Circumstances(True))
    folder.append("gravity_proposed", detail_of(made), by="A", at=AT)
    assert folder.gravity() == made
    assert [d.name for d in folder.incident().deadlines] == ["gdpr_33_1", "gdpr_33_4", "lopmi_complaint"]  # fmt: skip
