"""The theft over HTTP, in every manner: the thief gets the limit, and not one person more; nobody else is refused."""

import asyncio
from pathlib import Path

import pytest

from servers.application import running
from servers.gate import POLICY, gate, persons_in
from servers.thief import Theft, steal, work

LIMIT = 400
VIEWS = [f"/people/{n}" for n in range(1500)]
PAGES = [f"/people?page={n}" for n in range(15)]

MANNERS = {
    "one connection at full speed": (VIEWS, {}),
    "fifty a second": (VIEWS[:460], {"rate": 50.0}),
    "two hundred connections at once": (VIEWS, {"connections": 200}),
    "fifty sessions": (VIEWS, {"connections": 50, "sessions": 50}),
    "fifty addresses": (VIEWS, {"connections": 50, "sources": 50}),
    "list pages of a hundred": (PAGES, {"connections": 5}),
    "one export": (["/export"], {}),
    "twenty exports at once": (["/export"] * 20, {"connections": 20}),
    "exports from everywhere at once": ([f"/export?from={n * 77}" for n in range(40)], {"connections": 40}),
    "views, pages and exports mixed": (
        [*VIEWS[:300], *PAGES, "/export?from=5000", *VIEWS[300:600], "/export"],
        {"connections": 30},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def port_and_ledger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("theft")
    with (
        gate(folder, policy=POLICY.format(limit=LIMIT)) as process,
        running(process.socket, folder) as port,
    ):
        yield port, process.ledger


async def beside(port: int, manner: str) -> tuple[Theft, list[Theft]]:
    paths, how = MANNERS[manner]
    account = manner.replace(" ", "-")
    theft, honest = await asyncio.gather(
        steal(port, paths, account=account, **how), work(port, people=5, views=20)
    )
    return theft, honest


@pytest.mark.parametrize("manner", MANNERS)
def test_the_thief_gets_the_limit_and_not_one_person_more(
    port_and_ledger: tuple[int, Path], manner: str
) -> None:
    port, ledger = port_and_ledger
    theft, honest = asyncio.run(beside(port, manner))
    assert len(theft.persons) == LIMIT
    if "export" not in manner:
        assert set(theft.statuses) == {200, 429}
    assert all(set(person.statuses) == {200} for person in honest), "ordinary people are refused"
    written = set(persons_in(ledger, manner.replace(" ", "-")))
    assert len(written) >= LIMIT, "whom the thief got, the ledger has"
