"""What is told of each visit? One line of JSON, in the order in which things happen."""

import json
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import TextIO

from visitors.browser import Seen

__all__ = ["Teller", "Visit"]


@dataclass(frozen=True)
class Visit:
    """One request and its answer, without the names of persons.

    Attributes:
        at: seconds since the visitors came.
        manner: what it was meant to do.
        persons: how many the answer shows.
        total: different persons that the account has seen by now.
        title: of the page, when nothing was shown.
        reference: of the decision that refused, by which it can be explained.
    """

    at: float
    account: str
    thief: bool
    manner: str
    path: str
    status: int
    persons: int
    total: int
    title: str = ""
    reference: int | None = None


@dataclass
class Teller:
    """Counts the different persons that each account sees, and tells every visit. For all threads."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    persons: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _start: float = 0.0

    def start(self) -> None:
        """The time is counted from now on."""
        self._start = time.monotonic()

    def tell(
        self, account: str, manner: str, path: str, seen: Seen, *, thief: bool = False
    ) -> None:
        """Notes an answer."""
        with self._lock:
            mine = self.persons.setdefault(account, set())
            mine |= seen.persons
            visit = Visit(
                at=round(time.monotonic() - self._start, 3),
                account=account,
                thief=thief,
                manner=manner,
                path=path,
                status=seen.status,
                persons=len(seen.persons),
                total=len(mine),
                title="" if seen.status == 200 else seen.title,
                reference=None if seen.status == 200 else seen.reference,
            )
            self.out.write(json.dumps(asdict(visit), ensure_ascii=False) + "\n")
            self.out.flush()
