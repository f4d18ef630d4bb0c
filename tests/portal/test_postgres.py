"""The same portal on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from servers.gate import persons_in
from servers.portal import fill, standing
from servers.postgres import postgres

LIMIT = 100
POLICY = f"""\
version: 1
budgets:
  - id: account
    per: account
    limits: {{1h: {LIMIT}}}
"""


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("postgres")
    with postgres() as database:
        fill(database, folder / "new" / "gate")
        with standing(folder, folder / "new", POLICY, database=database) as stand:
            yield stand


def test_an_export_is_cut_at_the_limit(stand):
    export = stand.log_in("partner-01").get("/orientation/export.csv?of=all")
    assert (export.status, len(export.persons)) == (200, LIMIT)


def test_pages_and_connections(stand):
    first = stand.log_in("partner-02")
    shown = set(first.get("/orientation/search/?q=a").persons)
    assert len(shown) == 20

    def read(begin: int) -> set[str]:
        browser = stand.another(first)
        seen = [browser.get(f"/orientation/P{n:07}/") for n in range(begin, begin + 12)]
        return set().union(*(answer.persons for answer in seen))

    with ThreadPoolExecutor(10) as threads:
        for some in threads.map(read, range(1, 121, 12)):
            shown |= some
    assert len(shown) == LIMIT
    assert len(set(persons_in(stand.gate.ledger, "partner-02"))) == LIMIT


def test_a_manager_opens_an_account(stand):
    form = {"username": "new-1", "kind": "partner", "password": "not-a-secret-1"}
    assert stand.log_in("manager-01").post("/account/accounts/", form).status == 302
    assert len(stand.log_in("new-1").get("/formation/").persons) == 30
