import threading

import pytest

from ecluse.model.errors import CallerError, UnavailableError
from ecluse.wiring.inprocess import open_gate
from gate_kit import asked

POLICY = "version: 1\nbudgets: [{id: account, per: account, limits: {1h: 40}}]\n"


@pytest.fixture
def policy(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")
    return file


def test_threads_get_the_limit_and_not_one_more(tmp_path, policy):
    with open_gate(tmp_path / "ledger", policy=policy) as gate:
        released = []

        def read(thread):
            mine = [gate.check(asked(f"{thread}-{n}")).released for n in range(20)]
            released.append(sum(mine))

        threads = [threading.Thread(target=read, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(released) == 40


def test_what_was_read_is_remembered_by_the_next_gate(tmp_path, policy):
    with open_gate(tmp_path / "ledger", policy=policy) as gate:
        assert gate.check(asked(*map(str, range(39)))).released
        reserved = gate.reserve(asked("x"))
        assert not gate.check(asked("y")).released
        assert gate.release(reserved.reservation).settled
        assert not gate.release(reserved.reservation).settled
    with open_gate(tmp_path / "ledger", policy=policy) as gate:
        assert not gate.check(asked("y", "z")).released
        assert gate.check(asked("y")).released
        assert not gate.check(asked("z")).released


def test_a_part_can_be_posted_and_what_happened_observed(tmp_path, policy):
    with open_gate(tmp_path / "ledger", policy=policy) as gate:
        reserved = gate.reserve(asked("1", "2"))
        assert gate.post(reserved.reservation, ["1"]).settled
        assert gate.observe(asked(*map(str, range(10, 49)))).released
        assert not gate.check(asked("2")).released


def test_only_one_process_writes(tmp_path, policy):
    with (
        open_gate(tmp_path / "ledger", policy=policy),
        pytest.raises(UnavailableError, match="writes"),
    ):
        open_gate(tmp_path / "ledger", policy=policy)


def test_a_closed_gate_says_so(tmp_path, policy):
    gate = open_gate(tmp_path / "ledger", policy=policy)
    gate.close()
    gate.close()
    with pytest.raises(CallerError, match="closed"):
        gate.check(asked("1"))
