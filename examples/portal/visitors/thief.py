"""What does somebody do with a stolen account? Everything, in every manner, as fast as the portal answers."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException

from visitors.browser import Browser, Seen
from visitors.told import Teller

__all__ = ["MANNERS", "Thief"]

PROGRAM = "application/json"
MANNERS: dict[str, tuple[str, str]] = {
    "list pages of 100": ("/formation/?of=all&page={n}", "*/*"),
    "file by file": ("/formation/P{n:07}/", "*/*"),
    "the other application": ("/orientation/P{n:07}/", "*/*"),
    "search": ("/orientation/search/?q={letter}", "*/*"),
    "API": ("/orientation/api/persons/P{n:07}/", PROGRAM),
    "CSV export": ("/formation/export.csv?of=all", "*/*"),
}
"""By name: the address, and what is asked for."""

GIVES_UP = 8
"""Refusals in a row after which another manner is tried."""


class Thief:
    """Reads through one account, over several connections, in sessions as it pleases.

    Attributes:
        turns: how often every manner was tried.
    """

    def __init__(
        self, browser: Browser, account: str, password: str, teller: Teller, *, connections: int = 8
    ) -> None:
        self._browser, self._account, self._password = browser, account, password
        self._teller, self._connections = teller, connections
        self._numbers = {manner: itertools.count(1) for manner in MANNERS}
        self._lock = threading.Lock()
        self.in_a_row, self.turns = 0, 0

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Goes through all manners; then through all again, each time in a new session from a new address."""
        for turn in itertools.count():
            session = self._browser.another()
            session.more = {**session.more, "X-Forwarded-For": f"192.0.2.{turn % 250 + 1}"}
            session.log_in(self._account, self._password)
            for manner in MANNERS:
                self._try(manner, session, goes_on)
                if not goes_on():
                    return
            session.close()
            self.turns += 1
            time.sleep(min(turn, 4) * 0.25)

    def _try(self, manner: str, session: Browser, goes_on: Callable[[], bool]) -> None:
        """Reads in one manner over all connections, as long as it gives anything."""
        self.in_a_row = 0
        threads = [
            threading.Thread(target=self._read, args=(manner, session.another(), goes_on))
            for _ in range(1 if "export" in manner else self._connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _read(self, manner: str, browser: Browser, goes_on: Callable[[], bool]) -> None:
        accept = MANNERS[manner][1]
        for path in self._paths(manner):
            if not goes_on() or self.in_a_row >= GIVES_UP:
                break
            try:
                seen = browser.get(path, accept=accept)
            except (HTTPException, OSError):
                break
            self._note(manner, path, seen)
            if "export" in manner:
                break
        browser.close()

    def _paths(self, manner: str) -> Iterator[str]:
        template = MANNERS[manner][0]
        letters = "abcdefghijklmnopqrstuvwxyz"
        while True:
            with self._lock:
                n = next(self._numbers[manner])
            yield template.format(n=n, letter=letters[n % 26] + letters[n // 26 % 26])

    def _note(self, manner: str, path: str, seen: Seen) -> None:
        with self._lock:
            self.in_a_row = 0 if seen.persons else self.in_a_row + 1
        self._teller.tell(self._account, manner, path, seen, thief=True)
