"""Earlier leaks in the register: fingerprints in their order, and nothing else."""

import random

import pytest

from ecluse.model.claim_file import RegisteredLeak
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.registers.leaks import held_against, leak_print, leaks, register_leak

KEY = b"\2" * 32


def pseudonym(n):
    return bytes([n % 251]) * 8 + n.to_bytes(8, "little")


def leak(name="old", **change):
    known = {
        "until": 5,
        "share": 1.0,
        "size": 0,
        "fields": ("mail",),
        "ordered": True,
        "key": "00",
        "registered_at": 6,
        "registered_by": "a",
    }
    return RegisteredLeak(name=name, **{**known, **change})


def rows(count):
    return [(pseudonym(n), (bytes([n % 7]) * 16,)) for n in range(count)]


def test_a_sample_is_held_against_it(tmp_path):
    everybody = rows(2_000)
    numbers = random.Random(1).sample(range(2_000), 2_000)
    done = register_leak(tmp_path, leak(), [everybody[n] for n in numbers] * 2, key=KEY)
    assert done.size == 2_000
    assert leaks(tmp_path) == (done,)
    sample = [pseudonym(n) for n in (1_999, 5, 77_777, 0)]
    values = {
        sample[0]: {"mail": bytes([1_999 % 7]) * 16},
        sample[1]: {"mail": b"x" * 16, "name": b"y" * 16},
    }
    held = held_against(tmp_path, done, sample, values, key=KEY)
    assert held.places.tolist() == [numbers.index(1_999), numbers.index(5), -1, numbers.index(0)]
    assert (held.same, held.compared, held.size) == (1, 2, 2_000)


def test_pseudonyms_of_the_ledger_are_not_in_it(tmp_path):
    register_leak(tmp_path, leak(), rows(3), key=KEY)
    content = (tmp_path / "leaks" / "old.parquet").read_bytes()
    assert leak_print(pseudonym(1), KEY) not in {pseudonym(n) for n in range(3)}
    assert pseudonym(1) not in content


def test_what_is_registered_stays(tmp_path):
    register_leak(tmp_path, leak(), rows(3), key=KEY)
    with pytest.raises(CallerError, match="registered already"):
        register_leak(tmp_path, leak(), rows(5), key=KEY)
    assert leaks(tmp_path)[0].size == 3


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "x" * 65])
def test_a_name_is_a_name(tmp_path, name):
    with pytest.raises(CallerError, match="no name"):
        register_leak(tmp_path, leak(name), rows(1), key=KEY)


def test_nobody_is_no_leak_and_nothing_is_left(tmp_path):
    with pytest.raises(CallerError, match="nobody"):
        register_leak(tmp_path, leak(), [], key=KEY)
    assert leaks(tmp_path) == ()
    assert list((tmp_path / "leaks").iterdir()) == []


def test_a_registration_that_is_interrupted_leaves_nothing(tmp_path):
    def torn():
        yield from rows(2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        register_leak(tmp_path, leak(), torn(), key=KEY)
    assert leaks(tmp_path) == ()
    assert register_leak(tmp_path, leak(), rows(2), key=KEY).size == 2


def test_a_leak_that_is_not_what_it_was_is_an_error_and_not_a_smaller_leak(tmp_path):
    done = register_leak(tmp_path, leak(), rows(3), key=KEY)
    table, record = tmp_path / "leaks" / "old.parquet", tmp_path / "leaks" / "old.json"
    table.write_bytes(table.read_bytes()[:-20])
    with pytest.raises(IntegrityError, match="cannot be read"):
        held_against(tmp_path, done, [pseudonym(1)], {}, key=KEY)
    table.unlink()
    with pytest.raises(IntegrityError, match="missing"):
        leaks(tmp_path)
    record.write_text("{}")
    with pytest.raises(IntegrityError, match="not what was written"):
        leaks(tmp_path)


def test_a_disk_that_refuses_is_said(tmp_path):
    """A file stands where the folder belongs: refused to everybody, root too."""
    (tmp_path / "leaks").write_text("mine")
    with pytest.raises(UnavailableError, match="cannot be registered"):
        register_leak(tmp_path, leak(), rows(1), key=KEY)
    assert (tmp_path / "leaks").read_text() == "mine"
