"""`python -m visitors PORT`: lets them in, and prints a line of JSON for each of their visits."""

import argparse
import os
import threading
import time
from http.client import HTTPException
from pathlib import Path

from visitors.browser import Browser
from visitors.ordinary import Worker
from visitors.thief import Thief
from visitors.told import Teller

ORDINARY = (
    [f"adviser-{n:02}" for n in range(1, 13)]
    + [f"partner-{n:02}" for n in range(1, 7)]
    + ["manager-01", "batch-01"]
)
STOLEN = "partner-09"


def main() -> None:
    """Reads the command line; password and token come from the environment."""
    parser = argparse.ArgumentParser(prog="python -m visitors")
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=30.0, help="after all have logged in")
    parser.add_argument("--ordinary", type=int, default=len(ORDINARY), help="accounts at work")
    parser.add_argument("--after", type=float, default=0.0, help="seconds until the thief comes")
    parser.add_argument("--pause", type=float, default=0.8, help="between two pages, in seconds")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="go on until the thief has tried every manner once and not only one page, at most eight times as long",
    )
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--loot", type=Path, help="file for the persons that reached the thief")
    given = parser.parse_args()
    visitors = Visitors(given.port, given.seed, given.seconds, given.ordinary, whole=given.whole)
    threads = [
        threading.Thread(target=visitors.work, args=(account, given.pause), daemon=True)
        for account in ORDINARY[: given.ordinary]
    ]
    threads.append(threading.Thread(target=visitors.steal, args=(given.after,), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if given.loot is not None:
        loot = sorted(visitors.teller.persons.get(STOLEN, ()))
        given.loot.write_text("".join(f"{person}\n" for person in loot), "utf-8")


class Visitors:
    """All of them together; the time begins when everybody has logged in."""

    def __init__(self, port: int, seed: int, seconds: float, ordinary: int, *, whole: bool) -> None:
        self.teller = Teller()
        self._port, self._seed, self._seconds = port, seed, seconds
        self._password = os.environ["PORTAL_PASSWORD"]
        self._end = 0.0
        self._whole = whole
        self._thief: Thief | None = None
        self._begin = threading.Barrier(ordinary + 1, self._start, timeout=120.0)

    def goes_on(self) -> bool:
        """Whether there is time left, or the thief has not had its turn, on a slow machine: so much it may be late."""
        late = time.monotonic() - self._end
        if late < 0:
            return True
        had_its_turn = (
            self._thief.turns if self._whole and self._thief else STOLEN in self.teller.persons
        )
        return late < 7 * self._seconds and not had_its_turn

    def work(self, account: str, pause: float) -> None:
        """One ordinary account."""
        browser = Browser("127.0.0.1", self._port, language="fr")
        if account.startswith("batch"):
            browser.more["Authorization"] = f"Bearer {os.environ['PORTAL_TOKEN']}"
        else:
            browser.log_in(account, self._password)
        self._begin.wait()
        try:
            Worker(browser, account, self.teller, pause=pause, seed=self._seed).run(self.goes_on)
        finally:
            browser.close()

    def steal(self, after: float) -> None:
        """The stolen account; partners have no second factor."""
        self._begin.wait()
        time.sleep(after)
        browser = Browser("127.0.0.1", self._port)
        try:
            self._thief = Thief(browser, STOLEN, self._password, self.teller)
            self._thief.run(self.goes_on)
        except (HTTPException, OSError):
            if self.goes_on():
                raise

    def _start(self) -> None:
        self.teller.start()
        self._end = time.monotonic() + self._seconds


if __name__ == "__main__":
    main()
