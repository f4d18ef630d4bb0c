"""One stolen account, every way to read, one budget: the limit in persons reaches the thief, and not one more."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from itertools import count

import pytest
from visitors.browser import Browser, Seen
from visitors.ordinary import Worker
from visitors.told import Teller

from servers.gate import persons_in
from servers.portal import standing

LIMIT = 100
POLICY = f"""\
version: 1
budgets:
  - id: account
    per: account
    limits: {{1h: {LIMIT}}}
"""
NUMBER = re.compile(r"P\d{7}")
REFUSED = {403, 429}
ORDINARY = ("partner-08", "partner-09")
"""They see fewer persons than the least limit here, 50, however long a slow machine lets them work: 44 on 800 pages."""


@pytest.fixture(scope="module")
def stand(filled, tmp_path_factory):
    with standing(tmp_path_factory.mktemp("stand"), filled, POLICY) as stand:
        yield stand


@pytest.fixture(scope="module", autouse=True)
def ordinary(stand):
    """People who work beside the thief; they are asked at the end whether anything was refused to them."""
    told, over = StringIO(), threading.Event()
    teller = Teller(told)
    workers = [
        Worker(stand.log_in(account), account, teller, pause=0.4, seed=7) for account in ORDINARY
    ]
    threads = [threading.Thread(target=w.run, args=(lambda: not over.is_set(),)) for w in workers]
    for thread in threads:
        thread.start()
    yield told
    over.set()
    for thread in threads:
        thread.join()


class Loot:
    """Whom one account got to see, by what arrived."""

    def __init__(self) -> None:
        self.persons: set[str] = set()
        self.refused = 0
        self._lock = threading.Lock()

    def take(self, seen: Seen) -> bool:
        """Notes an answer; whether anything was shown."""
        with self._lock:
            self.persons |= seen.persons
            self.refused += seen.status in REFUSED
        if seen.status != 200:
            assert seen.status in REFUSED, (seen.status, seen.text)
            assert not NUMBER.search(seen.text), "a refusal names a person"
        return seen.status == 200


def paths(template: str) -> Iterator[str]:
    return (template.format(n=n) for n in count(1))


def take_all(browser: Browser, loot: Loot, template: str, *, accept: str = "text/html") -> None:
    """Asks on and on, until five refusals in a row."""
    refused = 0
    for path in paths(template):
        refused = 0 if loot.take(browser.get(path, accept=accept)) else refused + 1
        if refused == 5:
            break


def check(stand, account: str, loot: Loot, limit: int = LIMIT) -> None:
    assert len(loot.persons) == limit
    assert len(set(persons_in(stand.gate.ledger, account))) == limit


@pytest.mark.parametrize(
    ("account", "template", "accept"),
    [
        ("partner-01", "/orientation/P{n:07}/", "text/html"),
        ("partner-02", "/orientation/?of=all&page={n}", "text/html"),
        ("adviser-01", "/dossiers/api/persons/?page={n}", "application/json"),
        ("adviser-02", "/dossiers/api/persons/P{n:07}/", "application/json"),
    ],
)
def test_the_thief_gets_exactly_the_limit(stand, account, template, accept):
    loot = Loot()
    take_all(stand.log_in(account), loot, template, accept=accept)
    check(stand, account, loot)
    assert loot.refused == 5


def test_through_search(stand):
    """A page of results is shown whole or not at all; the last places are filled one by one."""
    loot, browser = Loot(), stand.log_in("partner-03")
    for letter in "abcdefghij":
        for page in (1, 2, 3):
            if not loot.take(browser.get(f"/orientation/search/?q={letter}&page={page}")):
                break
    assert LIMIT - 20 < len(loot.persons) <= LIMIT
    take_all(browser, loot, "/orientation/P{n:07}/")
    check(stand, "partner-03", loot)


def test_an_export_is_cut_at_the_limit(stand):
    loot, browser = Loot(), stand.log_in("partner-04")
    export = browser.get("/orientation/export.csv?of=all")
    assert export.status == 200
    assert len(export.text.splitlines()) == 1 + LIMIT
    loot.take(export)
    again = stand.log_in("partner-04").get("/orientation/export.csv?of=all")
    loot.take(again)  # the same lines: who was shown already is shown again
    take_all(browser, loot, "/orientation/P{n:07}/")
    check(stand, "partner-04", loot)


def test_through_twenty_connections(stand):
    loot, first = Loot(), stand.log_in("partner-05")
    numbers, lock = paths("/orientation/P{n:07}/"), threading.Lock()

    def read(_: int) -> None:
        browser = stand.another(first)
        for _turn in range(8):
            with lock:
                path = next(numbers)
            loot.take(browser.get(path))

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(read, range(20)))
    check(stand, "partner-05", loot)
    assert loot.refused == 60


def test_through_new_sessions_and_addresses(stand):
    loot, numbers = Loot(), paths("/orientation/P{n:07}/")
    for turn in range(5):
        browser = stand.log_in("partner-06")
        browser.more["X-Forwarded-For"] = f"192.0.2.{turn + 1}"
        for _ in range(25):
            loot.take(browser.get(next(numbers)))
    check(stand, "partner-06", loot)
    assert loot.refused == 25


def test_an_application_on_its_way_out_gives_half(stand):
    loot, browser = Loot(), stand.log_in("partner-07")
    take_all(browser, loot, "/formation/P{n:07}/")
    check(stand, "partner-07", loot, LIMIT // 2)
    take_all(browser, loot, "/orientation/P{n:07}/")
    check(stand, "partner-07", loot)


def test_a_program_is_an_account_like_any_other(stand):
    loot = Loot()
    take_all(stand.program(), loot, "/dossiers/api/persons/P{n:07}/", accept="application/json")
    check(stand, "batch-01", loot)


def test_a_program_is_told_in_its_own_language(stand):
    browser = stand.log_in("adviser-03")
    take_all(browser, Loot(), "/orientation/P{n:07}/")
    seen = browser.get("/orientation/P0000150/", accept="application/json")
    assert seen.status == 429
    assert seen.headers["content-type"] == "application/problem+json"
    assert 0 < int(seen.headers["retry-after"]) <= 3600


def test_nobody_beside_the_thief_was_disturbed(stand, ordinary):
    deadline = time.monotonic() + 120
    while len(ordinary.getvalue().splitlines()) < 20:
        assert time.monotonic() < deadline, "the ordinary accounts do not get on"
        time.sleep(0.1)
    refused = [line for line in ordinary.getvalue().splitlines() if '"status": 200' not in line]
    assert not refused
