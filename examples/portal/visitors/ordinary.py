"""How does somebody work in the portal? Mostly with the own persons, by what each kind of account is for."""

import random
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from visitors.browser import Browser, Seen
from visitors.told import Teller

__all__ = ["Worker"]

Step = tuple[str, str]
_NAME = re.compile(r'data-person="(\w+)">.*?</th><td>([^<]+)</td>')


class Worker:
    """One account at work; `pause` is the mean time between two pages, in seconds."""

    def __init__(
        self, browser: Browser, account: str, teller: Teller, *, pause: float, seed: int
    ) -> None:
        self.browser, self.account = browser, account
        self._teller, self._pause = teller, pause
        self._chance = random.Random(f"{seed} {account}")
        self._own: dict[str, str] = {}

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Works until it is over."""
        steps = self._steps()
        while goes_on():
            manner, path = next(steps)
            seen = self.browser.get(path)
            self._teller.tell(self.account, manner, path, seen)
            self._remember(manner, seen)
            time.sleep(min(self._chance.expovariate(1 / self._pause), 4 * self._pause))

    def _remember(self, manner: str, seen: Seen) -> None:
        if manner == "list":
            self._own.update(_NAME.findall(seen.text))

    def _steps(self) -> Iterator[Step]:
        kind = self.account.partition("-")[0]
        if kind == "batch":
            return self._copying()
        if kind == "adviser":
            return self._working(("dossiers", "dossiers", "orientation", "formation"))
        return self._working(("formation", "formation", "orientation"))

    def _working(self, applications: tuple[str, ...]) -> Iterator[Step]:
        yield "list", f"/{applications[0]}/"
        while True:
            application = self._chance.choice(applications)
            number, name = self._chance.choice([*self._own.items()] or [("P0000001", "")])
            match self._chance.randrange(20):
                case 0:
                    yield "list", f"/{application}/"
                case 1 | 2 | 3:
                    yield "search", f"/{application}/search/?q={quote(name)}"
                case 4 if (
                    self._chance.random() < 0.5
                ):  # somebody of a colleague's, who is at the desk today
                    yield "view", f"/{application}/P{self._chance.randrange(1, 700):07}/"
                case _:
                    yield "view", f"/{application}/{number}/"

    def _copying(self) -> Iterator[Step]:
        """A program that copies the files that changed."""
        changed = [self._chance.randrange(1, 700) for _ in range(120)]
        while True:
            for number in changed:
                yield "api", f"/dossiers/api/persons/P{number:07}/"
