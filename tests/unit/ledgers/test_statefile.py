"""A start from the snapshot is a start from the ledger, and no snapshot lets more be read than the ledger does."""

import shutil
import stat

import pytest

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.disk import Disk
from ecluse.ledgers.statefile import Part, StateFile, Unusable, renew, start
from ecluse.model.access import AccessRequest
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from rebuild_kit import Gate

START = 20_000 * DAY
POLICIES = PolicySet(
    (
        Budget("account", (Key.ACCOUNT,), (Window(HOUR, 3), Window(DAY, 5))),
        Budget("session", (Key.SESSION,), (Window(HOUR, 4),), effect=Effect.HOLD),
    ),
    "digest",
)


class Written:
    """A ledger on disk, written by a live gate, and what is done with it."""

    def __init__(self, root):
        self.root = root
        DirectoryLedger.create(root, origin="example.org/gate", now=lambda: START).close()
        self.gate = Gate(Engine(POLICIES))
        self.written = 0

    def read(self, *persons, at, account="a", act="check", session="s"):
        """One more access."""
        request = AccessRequest(account=account, application="x", persons=persons, session=session)
        getattr(self.gate, act)(request, at)

    def store(self, *, seal=False):
        """Appends what the gate has written since, and seals it perhaps."""
        with DirectoryLedger(self.root, seal_at=None) as ledger:
            for entry in self.gate.book.entries[self.written :]:
                ledger.append(entry)
            ledger.commit()
            self.written = len(self.gate.book.entries)
            if seal:
                ledger.seal()

    def file(self, **options):
        """The snapshot's file."""
        return StateFile(self.root, **options)

    def save(self):
        """Seals, and saves the counts of the live engine, as a gate does on its way out."""
        self.store(seal=True)
        return self.file().save_engine(self.gate.engine, size=self.written, at=START)

    def start(self, policies=POLICIES, now=START + HOUR):
        """A start, which must give what the ledger alone gives."""
        started = start(policies, self.file(), now=now)
        alone = shutil.copytree(self.root, self.root.with_name("alone"))
        (alone / "state").unlink(missing_ok=True)
        again = start(policies, StateFile(alone), now=now)
        shutil.rmtree(alone)
        assert told(started.engine, now) == told(again.engine, now)
        assert started.size == again.size == self.written
        assert again.how == "ledger"
        return started


def told(engine, now):
    kept = [{k: d for k, log in b.logs.items() if (d := log.dump(now))} for b in engine.detectors]
    return engine.clock, engine.holds, kept


def one_more(person):
    return AccessRequest(account="a", application="x", persons=(person,))


@pytest.fixture
def written(tmp_path):
    made = Written(tmp_path / "ledger")
    made.read(1, 2, at=START)
    made.read(3, at=START + MINUTE, account="b")
    return made


def test_without_a_file_the_ledger_is_read(written):
    written.store()
    started = written.start()
    assert (started.how, started.read, started.findings) == ("ledger", 2, ())
    assert written.file().head() is None


def test_a_start_reads_the_file_and_what_came_after(written):
    head = written.save()
    assert (head.size, head.known, head.budgets) == (2, 2, ("account", "session"))
    assert (head.origin, head.policy, head.saved_at) == ("example.org/gate", "digest", START)
    assert written.file().head() == head
    started = written.start()
    assert (started.how, started.read, started.findings) == ("snapshot", 0, ())
    written.read(4, at=START + 2 * MINUTE)
    written.store()
    written.read(5, at=START + 3 * MINUTE)
    written.store(seal=True)
    started = written.start(now=START + 4 * MINUTE)
    assert (started.how, started.read) == ("snapshot", 2)
    assert not started.engine.check(one_more(6), START + 4 * MINUTE).permitted


def test_nobody_else_may_read_it(written):
    written.save()
    assert stat.S_IMODE((written.root / "state").stat().st_mode) == 0o600
    assert not list(written.root.glob("*.tmp"))


def test_an_open_reservation_is_kept_as_charged(written):
    written.read(7, at=START + 2 * MINUTE, account="c", act="reserve")
    written.save()
    started = written.start()
    assert not started.engine.reservations
    assert started.engine.detectors[0].log("c").last(7) == START + 2 * MINUTE


def test_an_older_file_put_back_opens_nothing(written):
    """Whoever puts yesterday's snapshot back finds today's accesses, holds and releases counted."""
    written.save()
    old = (written.root / "state").read_bytes()
    for number in range(10, 13):
        written.read(number, at=START + number * MINUTE, session="t")
    written.gate.hold(Key.ACCOUNT, "b")
    written.read(20, at=START + 20 * MINUTE, account="c", act="reserve")
    written.gate.settle(next(iter(written.gate.open)), START + 21 * MINUTE)
    written.save()
    (written.root / "state").write_bytes(old)
    started = written.start(now=START + 30 * MINUTE)
    assert (started.how, started.findings) == ("snapshot", ())
    assert started.engine.holds.keys() == {(Key.ACCOUNT, "b")}
    assert "c" not in started.engine.detectors[0].logs
    assert not started.engine.check(one_more(13), START + 30 * MINUTE).permitted


def test_a_hold_lifted_after_the_file_is_lifted(written):
    written.gate.hold(Key.ACCOUNT, "b")
    written.save()
    written.gate.reopen(Key.ACCOUNT, "b")
    written.store()
    assert written.start().engine.holds == {}


def test_a_person_taken_back_from_what_the_file_counts_means_reading_everything(written):
    written.read(7, at=START + 2 * MINUTE, account="c", act="reserve")
    written.store(seal=True)
    file = written.file()
    assert renew(POLICIES, file, now=START + 3 * MINUTE, settled=MINUTE).size == 3
    written.gate.settle(next(iter(written.gate.open)), START + 4 * MINUTE)
    written.store()
    started = written.start()
    assert started.how == "ledger"
    (finding,) = started.findings
    assert (finding.code, finding.severity) == ("snapshot-not-used", Severity.LOW)
    assert "takes back" in finding.what


def test_every_altered_byte_is_noticed(written):
    written.save()
    path = written.root / "state"
    content = path.read_bytes()
    places = [*range(0, len(content), 7), len(content) - 1]
    for place in places:
        for wrong in (
            content[:place],
            content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :],
        ):
            path.write_bytes(wrong)
            found = written.file().load(POLICIES)
            assert isinstance(found, Unusable), place
            assert found.doubtful
    started = written.start()
    assert started.how == "ledger"
    assert started.findings[0].severity is Severity.MEDIUM
    assert "altered" in started.findings[0].what


@pytest.mark.parametrize("content", [b"", b"ECLSTAT1", b"ECLSTAT1\xff\xff\xff\x7f{}", b"x" * 4000])
def test_what_is_no_snapshot_says_nothing(written, content):
    written.store()
    (written.root / "state").write_bytes(content)
    assert isinstance(written.file().head(), Unusable)
    assert isinstance(written.file().load(POLICIES), Unusable)
    assert written.start().how == "ledger"


def test_the_file_of_another_ledger_is_not_used(written, tmp_path):
    written.save()
    other = Written(tmp_path / "other")
    other.read(9, at=START)
    other.save()
    shutil.copy(written.root / "state", other.root / "state")
    started = other.start()
    assert started.how == "ledger"
    assert "not written with this ledger's keys" in started.findings[0].what


def test_the_file_of_a_past_that_was_replaced_is_not_used(written):
    """A copy of the ledger goes on in two ways; the snapshot of one does not fit the other."""
    written.store(seal=True)
    before = shutil.copytree(written.root, written.root.with_name("before"))
    written.read(30, at=START + 5 * MINUTE, account="honest")
    written.save()
    harmless = (written.root / "state").read_bytes()
    shutil.rmtree(written.root)
    before.rename(written.root)
    written.gate.book.entries.pop()
    written.written = 2
    written.read(40, 41, 42, at=START + 5 * MINUTE, account="thief")
    written.store(seal=True)
    (written.root / "state").write_bytes(harmless)
    started = written.start()
    assert started.how == "ledger"
    assert started.findings[0].severity is Severity.MEDIUM
    assert "set back" in started.findings[0].what


def test_a_file_of_more_entries_than_the_ledger_has_is_not_used(written):
    written.store(seal=True)
    before = shutil.copytree(written.root, written.root.with_name("before"))
    written.read(30, at=START + 5 * MINUTE)
    written.save()
    shutil.copy(written.root / "state", before / "state")
    shutil.rmtree(written.root)
    before.rename(written.root)
    written.written = 2
    assert written.start().findings[0].code == "snapshot-not-used"


def test_a_file_that_no_signed_segment_vouches_for_is_not_used(written):
    written.save()
    notes = written.root / "checkpoints"
    notes.write_text(notes.read_text().replace("manifest 0", "manifest 1"))
    assert written.file().load(POLICIES).doubtful


def test_the_file_of_other_policies_is_not_used(written):
    written.save()
    wider = PolicySet((Budget("account", (Key.ACCOUNT,), (Window(HOUR, 3), Window(DAY, 6))),))
    started = written.start(wider)
    assert started.how == "ledger"
    assert (started.findings[0].severity, "`account`" in started.findings[0].what) == (
        Severity.LOW,
        True,
    )


def test_the_file_serves_lower_limits(written):
    written.save()
    lower = PolicySet((Budget("account", (Key.ACCOUNT,), (Window(HOUR, 1), Window(DAY, 2))),))
    assert written.start(lower).how == "snapshot"


def test_the_file_of_another_version_is_not_used(written, monkeypatch):
    written.save()
    monkeypatch.setattr("ecluse.service.rebuild_bytes._VERSION", 2)
    started = written.start()
    assert (started.how, started.findings[0].severity) == ("ledger", Severity.LOW)


def test_a_folder_in_its_place_is_told(written):
    written.store()
    (written.root / "state").mkdir()
    found = written.file().load(POLICIES)
    assert isinstance(found, Unusable)
    assert "cannot be read" in found.why
    assert isinstance(written.file().head(), Unusable)


def test_counts_are_saved_only_where_a_segment_ends(written):
    written.store(seal=True)
    written.read(4, at=START + 2 * MINUTE)
    written.store()
    with pytest.raises(CallerError, match="no sealed segment of the ledger ends after 3 entries"):
        written.file().save_engine(written.gate.engine, size=3, at=START)


def test_keys_of_another_ledger_are_refused(written, tmp_path):
    DirectoryLedger.create(tmp_path / "other").close()
    with pytest.raises(IntegrityError, match="not this ledger's"):
        written.file(keys=tmp_path / "other" / "keys")
    with pytest.raises(UnavailableError, match="is missing"):
        written.file(keys=tmp_path)
    with pytest.raises(CallerError, match="is not a ledger"):
        StateFile(tmp_path)


class Full(Disk):
    """A disk that is full when the snapshot is written, or fails when it is renamed."""

    def __init__(self, failing):
        self.failing = failing

    def write(self, descriptor, data):
        if self.failing == "write":
            raise OSError(28, "No space left on device")
        super().write(descriptor, data)

    def rename(self, source, target):
        if self.failing == "rename":
            raise OSError(30, "Read-only file system")
        super().rename(source, target)


@pytest.mark.parametrize("failing", ["write", "rename"])
def test_a_disk_that_refuses_leaves_the_file_before(written, failing):
    head = written.save()
    written.read(4, at=START + 2 * MINUTE)
    written.store(seal=True)
    with pytest.raises(UnavailableError, match="counts cannot be saved"):
        written.file(disk=Full(failing)).save_engine(written.gate.engine, size=3, at=START)
    assert written.file().head() == head
    assert not list(written.root.glob("state.*"))


class TestRenew:
    """The snapshot is made beside a gate that writes."""

    def renew(self, written, now=START + HOUR, settled=MINUTE):
        return renew(POLICIES, written.file(), now=now, settled=settled)

    def test_it_needs_no_lock(self, written):
        written.store(seal=True)
        with DirectoryLedger(written.root):
            assert self.renew(written).size == 2
        assert written.start().how == "snapshot"

    def test_what_is_not_sealed_or_not_settled_is_left_to_the_next(self, written):
        written.store()
        assert self.renew(written) is None
        written.store(seal=True)
        assert self.renew(written, now=START + 2 * MINUTE - 1) is None
        assert self.renew(written, now=START + 2 * MINUTE).size == 2
        written.read(4, at=START + 10 * MINUTE)
        written.store(seal=True)
        written.read(5, at=START + 20 * MINUTE)
        written.store(seal=True)
        assert self.renew(written, now=START + 12 * MINUTE).size == 3
        assert written.start().read == 1

    def test_it_goes_on_from_the_last(self, written, monkeypatch):
        written.save()
        written.read(4, at=START + 10 * MINUTE)
        written.store(seal=True)
        monkeypatch.setattr("ecluse.ledgers.statefile.read_back", None)
        assert self.renew(written).size == 3

    def test_what_is_there_already_is_kept(self, written):
        head = written.save()
        assert self.renew(written) == head

    def test_a_damaged_one_is_made_anew(self, written):
        written.save()
        (written.root / "state").write_bytes(b"damaged")
        assert self.renew(written).size == 2
        assert written.start().how == "snapshot"

    def test_who_is_taken_back_before_it_is_made_is_left_out(self, written):
        """The release stands behind the sealed entries; a start does not take it for a new one."""
        written.read(7, at=START + 2 * MINUTE, account="c", act="reserve")
        written.store(seal=True)
        written.gate.settle(next(iter(written.gate.open)), START + 3 * MINUTE)
        written.store()
        head = self.renew(written)
        assert (head.size, head.known) == (3, 4)
        started = written.start()
        assert (started.how, started.read) == ("snapshot", 1)
        assert "c" not in started.engine.detectors[0].logs

    def test_what_the_disk_may_still_take_back_is_not_believed(self, written):
        """A release behind the mark is not applied: it may never have been acknowledged."""
        written.read(7, at=START + 2 * MINUTE, account="c", act="reserve")
        written.store(seal=True)
        mark = (written.root / "mark").read_bytes()
        written.gate.settle(next(iter(written.gate.open)), START + 3 * MINUTE)
        written.store()
        (written.root / "mark").write_bytes(mark)
        assert self.renew(written).known == 3
        (written.root / "mark").write_bytes(b"damaged")
        (written.root / "state").unlink()
        assert self.renew(written).known == 3


def test_a_part_of_a_ledger_opens_no_other_segment(written):
    written.store(seal=True)
    for number in range(4, 8):
        written.read(number, at=START + number * MINUTE)
        written.store(seal=number % 2 == 0)
    (written.root / "segments/000000.0.parquet").unlink()
    frames = list(Part(written.root, first=2, end=5).scan(columns=("seq",)))
    assert [n for frame in frames for n in frame["seq"].to_list()] == [2, 3, 4]
