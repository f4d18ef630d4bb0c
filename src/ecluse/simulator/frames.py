"""How do requests look as rows: the columns of access events, and what only a log line needs beside them."""

from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from ecluse.simulator.plan import Scenario
from ecluse.simulator.population import Population
from ecluse.simulator.requests import OPERATIONS, SCREENS, Requests

__all__ = ["AGENTS", "Namer", "person_codes"]

AGENTS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
)
_MACHINE_AGENT: Final = "partner-client/2.4 (+https://www.example.org/)"


def person_codes(persons: NDArray[np.int64]) -> pl.Series:
    """The identifiers that the applications know persons by: synthetic numbers of at least eight digits."""
    return pl.Series("persons", persons).cast(pl.String).str.zfill(8)


class Namer:
    """Turns rows of numbers into rows of names, for one scenario and its population.

    The frame has the columns of EVENT_SCHEMA, and `status`, `screen`, `agent` and `mark` beside them;
    a row that shows nobody has an empty `persons`, and a row without account (a picture, a style sheet) null.
    """

    def __init__(self, scenario: Scenario, people: Population, addresses: tuple[str, ...]) -> None:
        plan = scenario.world
        self._names = pl.Series([roster.account for roster in people.rosters])
        self._bodies = pl.Series([roster.organization for roster in people.rosters])
        self._factors = pl.Series([plan.staff[n].factor for n in people.staff.tolist()])
        self._machine = np.array([not plan.staff[n].human for n in people.staff.tolist()])
        self._applications = pl.Series([a.id for a in plan.applications])
        self._addresses = pl.Series(addresses)
        self._categories = pl.Series(
            [
                _categories(a.categories, operation)
                for a in plan.applications
                for operation in OPERATIONS
            ],
            dtype=pl.String,
        )
        self._raid_factors = pl.Series(
            [None, *(raid.factor for raid in scenario.raids)], dtype=pl.String
        )

    def frame(self, requests: Requests) -> pl.DataFrame:
        """One row a request, in the same order."""
        operation = requests.operation.astype(np.int64)
        raid = pl.Series(np.maximum(-requests.mark, 0))
        agent = np.where(self._machine[requests.actor], len(AGENTS), requests.source % len(AGENTS))
        anonymous = pl.Series(requests.operation == OPERATIONS.index("asset"))
        names = _pick(self._names, requests.actor)
        return pl.DataFrame(
            {
                "at": pl.Series(requests.at),
                "account": names.to_frame("a").select(pl.when(~anonymous).then(pl.col("a")))["a"],
                "persons": _lists(person_codes(requests.persons), requests.counts),
                "session": pl.Series(requests.session).cast(pl.String).str.zfill(20),
                "organization": _pick(self._bodies, requests.actor),
                "application": _pick(self._applications, requests.application),
                "source": _pick(self._addresses, requests.source),
                "operation": _pick(pl.Series(OPERATIONS), operation),
                "categories": _pick(
                    self._categories,
                    requests.application.astype(np.int64) * len(OPERATIONS) + operation,
                ),
                "factor": _pick(self._raid_factors, raid.to_numpy()).fill_null(
                    _pick(self._factors, requests.actor)
                ),
                "bytes": pl.Series(requests.size),
                "status": pl.Series(requests.status),
                "screen": _pick(pl.Series(SCREENS), requests.screen),
                "agent": _pick(pl.Series((*AGENTS, _MACHINE_AGENT)), agent),
                "mark": pl.Series(requests.mark),
            }
        )


def _pick(values: pl.Series, rows: NDArray[Any]) -> pl.Series:
    return values.gather(pl.Series(rows.astype(np.uint32)))


def _lists(values: pl.Series, counts: NDArray[Any]) -> pl.Series:
    """Cuts one long series into a list a row."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), values.to_arrow())
    series = pl.from_arrow(lists)
    assert isinstance(series, pl.Series)
    return series.cast(pl.List(pl.String))


def _categories(all_of_them: tuple[str, ...], operation: str) -> str | None:
    """A file shows every category that the application holds, a row of a list only the first one."""
    if operation in {"login", "asset"}:
        return None
    shown = all_of_them if operation in {"view", "export"} else all_of_them[:1]
    return ",".join(sorted(shown)) or None
