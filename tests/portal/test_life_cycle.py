"""Accounts that a manager opens, and an application whose day has come."""

import pytest

from servers.portal import PASSWORD, standing

SHARED = 60
POLICY = f"""\
version: 1
budgets:
  - id: lineage
    per: lineage
    limits: {{1h: {SHARED}}}
"""


@pytest.fixture(scope="module")
def stand(filled, tmp_path_factory):
    estate = (filled / "gate" / "estate.yaml").read_text("utf-8")
    assert "closes: 2029-12-31" in estate
    over = estate.replace("since: 2026-01-05", "since: 2020-01-06")
    over = over.replace("closes: 2029-12-31", "closes: 2020-12-31")
    folder = tmp_path_factory.mktemp("stand")
    with standing(folder, filled, POLICY, estate=over) as stand:
        yield stand


def opened(stand, manager, name):
    form = {"username": name, "kind": "partner", "password": PASSWORD}
    answer = manager.post("/account/accounts/", form)
    assert answer.status == 302, answer.text
    return stand.log_in(name)


def read(browser, numbers):
    seen = [browser.get(f"/orientation/P{n:07}/") for n in numbers]
    return set().union(*(answer.persons for answer in seen))


def test_a_manager_shares_one_budget_with_the_accounts_it_opens(stand):
    manager = stand.log_in("manager-01")
    first = opened(stand, manager, "new-1")
    second = opened(stand, manager, "new-2")
    shown = read(manager, range(1, 21)) | read(first, range(21, 51)) | read(second, range(51, 71))
    assert len(shown) == SHARED
    more = opened(stand, manager, "new-3")
    assert not read(more, range(71, 75))
    assert not read(manager, range(75, 77))
    assert len(read(stand.log_in("manager-02"), range(1, 11))) == 10, "another manager's is its own"


def test_an_account_is_not_opened_that_the_gate_cannot_know_of(filled, tmp_path):
    with standing(tmp_path, filled, POLICY) as stand:
        manager = stand.log_in("manager-01")
        stand.gate.kill()
        form = {"username": "unknown", "kind": "partner", "password": PASSWORD}
        answer = manager.post("/account/accounts/", form)
        assert answer.status == 200
        assert "No account can be opened at the moment" in answer.text
        with pytest.raises(PermissionError):
            stand.log_in("unknown")
        shown = manager.get("/orientation/P0000001/")
        assert (shown.status, shown.persons) == (503, frozenset()), "without a gate, nothing"


def test_a_closed_application_shows_nobody(stand):
    partner = stand.log_in("partner-01")
    for path in ("/formation/", "/formation/P0000001/", "/formation/export.csv", "/formation/search/?q=a"):  # fmt: skip
        answer = partner.get(path)
        assert (answer.status, answer.persons) == (403, frozenset()), path
    assert answer.title == "This application no longer shows this"
    assert partner.get("/orientation/P0000001/").status == 200, "the others go on"
