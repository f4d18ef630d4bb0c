"""Writing a ledger: order, groups, bulk, one writer, a disk that refuses."""

import contextlib
import errno
import os
import resource
import subprocess
import sys
import threading

import polars as pl
import pytest

from ecluse.ledgers.directory import DIRECT, DirectoryLedger
from ecluse.ledgers.disk import Disk
from ecluse.ledgers.reader import frame_of
from ecluse.ledgers.verify import verify
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ledger_factory import START, entries_of, entry


def test_entries_come_back_in_order_from_segments_and_log(tmp_path):
    wanted = [entry(number) for number in range(9)]
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        for number in range(5):
            assert ledger.append(wanted[number]).seq == number
        assert ledger.commit() == 5
        assert ledger.seal().count == 5
        ledger.append(wanted[5], durable=True)
        ledger.extend(frame_of(wanted[6:]))
        assert entries_of(ledger) == wanted
        assert ledger.size == 9
    with DirectoryLedger(tmp_path / "l") as ledger:
        assert entries_of(ledger) == wanted
        assert ledger.repairs == ()
        assert ledger.seal() is not None
        assert ledger.seal() is None
    assert verify(tmp_path / "l").holds


def test_bulk_goes_straight_into_segments_and_equals_appending(tmp_path):
    wanted = [entry(number) for number in range(DIRECT + 3)]
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        ledger.append(entry(99))
        assert ledger.extend(frame_of(wanted)) == range(1, DIRECT + 4)
        assert [manifest.count for manifest in ledger.manifests] == [1, DIRECT + 3]
        assert entries_of(ledger) == [entry(99), *wanted]
    assert verify(tmp_path / "l").holds


def test_scan_skips_what_is_older_and_gives_the_columns_asked_for(small):
    with DirectoryLedger(small) as ledger:
        frame = pl.concat(ledger.scan(since=START + 5_000_000, columns=("seq", "account")))
    assert frame.columns == ["seq", "account"]
    assert frame["seq"].to_list() == [5, 6, 7, 8, 9]


def test_the_log_seals_itself(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", seal_at=4) as ledger:
        for number in range(10):
            ledger.append(entry(number), durable=True)
        assert [manifest.count for manifest in ledger.manifests] == [4, 4]
        assert entries_of(ledger) == [entry(number) for number in range(10)]


def test_a_second_writer_is_refused_and_readers_are_not(small):
    with DirectoryLedger(small):
        with pytest.raises(UnavailableError, match="another process"):
            DirectoryLedger(small)
        assert verify(small).holds
    DirectoryLedger(small).close()


def test_creating_twice_and_opening_nothing_are_refused(small, tmp_path):
    with pytest.raises(CallerError, match="already"):
        DirectoryLedger.create(small)
    with pytest.raises(CallerError, match="not a ledger"):
        DirectoryLedger(tmp_path / "nothing")
    with pytest.raises(CallerError, match="origin"):
        DirectoryLedger.create(tmp_path / "other", origin="two words")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Entry(at=1, account="a", persons=(b"short",)), "16 bytes"),
        (Entry(at=1, account="a", categories=("a,b",)), "comma"),
        (Entry(at=1 << 63, account="a"), "64 bits"),
        (Entry(at=1, account="\ud800"), "Unicode"),
    ],
)
def test_an_entry_that_cannot_be_stored_is_refused_and_leaves_nothing(tmp_path, bad, message):
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        with pytest.raises(CallerError, match=message):
            ledger.append(bad)
        ledger.append(entry(1), durable=True)
        assert entries_of(ledger) == [entry(1)]


def test_odd_names_are_kept_as_they_are(tmp_path):
    names = ["é à", "100%", "a|b", 'quo"te', "o'neil", "", "7", "line\nbreak", "nul\0", "emoji 🔒"]
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        for name in names:
            ledger.append(Entry(at=1, account=name, session=name))
        ledger.commit()
        ledger.seal()
        assert [found.account for found in entries_of(ledger)] == names
    assert verify(tmp_path / "l").holds


def test_extend_refuses_a_frame_of_the_wrong_shape(tmp_path):
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        with pytest.raises(CallerError, match="account"):
            ledger.extend(pl.DataFrame({"at": [1]}))
        assert ledger.size == 0
        assert ledger.extend(pl.DataFrame({"at": [], "account": []})) == range(0)


def test_keys_may_live_elsewhere(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", keys=tmp_path / "safe") as ledger:
        ledger.append(entry(0), durable=True)
    assert not (tmp_path / "l" / "keys").exists()
    assert (tmp_path / "safe" / "signing.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnavailableError, match="key"):
        DirectoryLedger(tmp_path / "l")
    DirectoryLedger(tmp_path / "l", keys=tmp_path / "safe").close()
    result = verify(tmp_path / "l")
    assert result.holds
    assert "not authenticated" in result.notices[0]
    DirectoryLedger.create(tmp_path / "m", keys=tmp_path / "other").close()
    with pytest.raises(IntegrityError, match="not this ledger's"):
        DirectoryLedger(tmp_path / "l", keys=tmp_path / "other")


class FullDisk(Disk):
    """Writes so many bytes, then there is no space."""

    def __init__(self):
        self.left = 1 << 40

    def write(self, descriptor, data):
        if len(data) > self.left:
            os.write(descriptor, data[: self.left])
            self.left = 0
            raise OSError(errno.ENOSPC, "No space left on device")
        self.left -= len(data)
        super().write(descriptor, data)


def test_a_full_disk_takes_back_the_group_and_goes_on_after(tmp_path):
    disk = FullDisk()
    with DirectoryLedger.create(tmp_path / "l", disk=disk) as ledger:
        ledger.append(entry(0), durable=True)
        disk.left = 100
        ticket = ledger.append(entry(1))
        ledger.append(entry(2))
        with pytest.raises(UnavailableError, match="space") as caught:
            ledger.commit()
        assert "free some space" in caught.value.help
        with pytest.raises(UnavailableError, match="taken back"):
            ledger.commit(ticket)
        disk.left = 1 << 40
        assert ledger.append(entry(3), durable=True).seq == 1
        with pytest.raises(UnavailableError, match="taken back"):
            ledger.commit(
                ticket
            )  # its number was given to another entry: it must not count as kept
        assert entries_of(ledger) == [entry(0), entry(3)]
    assert verify(tmp_path / "l").holds


@pytest.mark.parametrize("left", range(0, 6000, 750))
def test_a_disk_that_fills_up_while_sealing_loses_nothing(tmp_path, left):
    disk = FullDisk()
    wanted = [entry(number) for number in range(6)]
    ledger = DirectoryLedger.create(tmp_path / "l", disk=disk)
    for one in wanted:
        ledger.append(one)
    ledger.commit()
    disk.left = left
    with contextlib.suppress(UnavailableError):
        ledger.seal()
        assert left > 3000
    disk.left = 1 << 40
    ledger.close()
    with DirectoryLedger(tmp_path / "l") as again:
        assert entries_of(again) == wanted
        again.append(entry(6), durable=True)
        again.seal()
        assert entries_of(again) == [*wanted, entry(6)]
    assert verify(tmp_path / "l").holds


def test_an_automatic_seal_that_fails_does_not_fail_the_commit(tmp_path):
    disk = FullDisk()
    with DirectoryLedger.create(tmp_path / "l", disk=disk, seal_at=8) as ledger:
        for number in range(7):
            ledger.append(entry(number))
        ledger.commit()
        ledger.append(entry(7))
        disk.left = 600
        assert ledger.commit() == 8
        assert ledger.manifests == ()
        disk.left = 1 << 40
        ledger.append(entry(8), durable=True)
        assert [manifest.count for manifest in ledger.manifests] == [8, 1]
    assert verify(tmp_path / "l").holds


class UnsureDisk(Disk):
    """Its fsync of the log fails once."""

    def __init__(self):
        self.fail = False

    def sync(self, descriptor):
        if self.fail:
            self.fail = False
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)


def test_after_a_failed_fsync_nothing_is_written_until_reopened(tmp_path):
    disk = UnsureDisk()
    ledger = DirectoryLedger.create(tmp_path / "l", disk=disk)
    ledger.append(entry(0), durable=True)
    disk.fail = True
    with pytest.raises(UnavailableError, match="confirm"):
        ledger.append(entry(1), durable=True)
    with pytest.raises(UnavailableError, match="stopped writing"):
        ledger.append(entry(2))
    ledger.close()
    with DirectoryLedger(tmp_path / "l") as again:
        assert entries_of(again)[0] == entry(0)
        again.append(entry(3), durable=True)
    assert verify(tmp_path / "l").holds


def test_a_real_limit_on_file_size_is_a_clear_error(tmp_path):
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from ecluse.ledgers.directory import DirectoryLedger; from ecluse.model.entry import Entry\n"
        "from ecluse.model.errors import UnavailableError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "ledger = DirectoryLedger.create(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "kept = 0\n"
        "try:\n"
        "    for number in range(1000):\n"
        "        ledger.append(Entry(at=number, account='a'), durable=True); kept += 1\n"
        "except UnavailableError as error:\n"
        "    print(kept, error)\n"
    )
    assert resource.RLIM_INFINITY is not None
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, tmp_path / "l"],  # a limit would cut cached modules
        capture_output=True,
        text=True,
        check=True,
    )
    kept, _, message = done.stdout.partition(" ")
    assert "file too large" in message
    with DirectoryLedger(tmp_path / "l") as ledger:
        assert len(entries_of(ledger)) == int(kept) > 10


def test_threads_share_one_ledger(tmp_path):
    with DirectoryLedger.create(tmp_path / "l", seal_at=50) as ledger:

        def write(account):
            for number in range(30):
                ledger.commit(ledger.append(Entry(at=number, account=account)))

        threads = [threading.Thread(target=write, args=(f"agent-{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = entries_of(ledger)
    assert len(found) == 180
    for name in {one.account for one in found}:
        assert [one.at for one in found if one.account == name] == list(range(30))
    assert verify(tmp_path / "l").holds


def test_relaxed_mode_survives_the_process_and_sync_makes_it_durable(tmp_path):
    ledger = DirectoryLedger.create(tmp_path / "l", relaxed=True)
    ledger.append(entry(0))
    assert ledger.commit() == 1
    assert ledger.sync() == 1
    ledger.append(entry(1))
    ledger.commit()
    ledger._log.close()  # as if the process had died
    os.close(ledger._lock)
    with DirectoryLedger(tmp_path / "l") as again:
        assert entries_of(again) == [entry(0), entry(1)]


def test_a_repr_never_shows_a_key(tmp_path):
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        shown = (
            repr(ledger.pseudonymizer)
            + repr(ledger._keys)
            + repr(ledger._keys.signer)
            + repr(ledger._log.parts)
        )
    for name in ("pseudonym.key", "signing.key"):
        assert (tmp_path / "l" / "keys" / name).read_text().strip() not in shown
