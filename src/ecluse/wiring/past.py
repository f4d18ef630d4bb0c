"""Where does a past come from: the ledgers of gates, or logs?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from ecluse.engine.history import History
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.reader import Snapshot, scan, take_snapshot
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Budget, Key, PolicySet, Target, Window
from ecluse.model.time import DAY
from ecluse.reports.text import exact
from ecluse.service.attempts import gather_attempts
from ecluse.service.replay import collect
from ecluse.wiring import Rules, give_back, open_log, open_mapping, random_seed, reject_share

__all__ = ["Past", "past_of_ledgers", "past_of_logs", "together"]

Progress = Callable[[int, int], None]
"""Told how much is done, and how much there is."""

_ALWAYS: Final = Budget(
    "-",
    (Key.ACCOUNT, Key.ORGANIZATION),
    (Window(DAY, 1),),
    target=Target(applications=frozenset({"-"})),
)
"""Asks for what every report needs, whatever the policies ask for; decides nothing."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was asked, where that is written, and what of it cannot be used."""

    history: History
    sources: tuple[str, ...]
    findings: tuple[Finding, ...]


def together(sets: Sequence[PolicySet]) -> PolicySet:
    """All budgets of some policy sets: what they ask of a past."""
    return PolicySet(tuple(budget for each in sets for budget in each.budgets))


def past_of_logs(
    logs: Sequence[Path], *, format_: str, mapping: Path | None, rules: Rules, asked: PolicySet, progress: Progress
) -> Past:  # fmt: skip
    """Reads logs as a replay does.

    Raises:
        CallerError, ConfigError, SourceError: when a file is wrong, or too much of a log cannot be used.
    """
    fields = open_mapping(mapping, format_)
    batches = open_log(logs, format_, fields, PolicySet((*asked.budgets, _ALWAYS)))
    collected = collect(
        batches(progress),
        directory=rules.directory,
        ledger=None,
        seed=random_seed(),
        max_reject_share=reject_share(fields),
    )
    give_back()
    rejected = sum(collected.tally.rejects.values())
    lost = (
        Finding(
            code="lines-not-used",
            severity=Severity.LOW,
            what=f"{rejected} of {collected.tally.lines} lines could not be used",
            help="`ecluse replay` tells why, with places to look at",
        ),
    )
    return Past(collected.history, tuple(exact(str(log)) for log in logs), lost if rejected else ())


def past_of_ledgers(
    ledgers: Sequence[Path], *, rules: Rules, asked: PolicySet, progress: Progress
) -> Past:
    """Reads the ledgers of gates that name persons alike.

    Raises:
        CallerError: when there is none, one is given twice, or they name persons differently.
        IntegrityError, UnavailableError: when one cannot be read.
    """
    snapshots = _snapshots(ledgers)
    whole = sum(s.size for s in snapshots)
    found = gather_attempts(
        [_Reading(s) for s in snapshots],
        asked,
        directory=rules.directory,
        progress=lambda done: progress(done, whole),
    )
    give_back()
    told = []
    if found.unkept:
        what = f"{found.unkept} refusals were only counted by the gate, and are not tried again: who asked for whom is not kept"
        told.append(
            Finding(
                "refusals-not-kept",
                Severity.LOW,
                what,
                "cases of these accounts are larger than shown",
            )
        )
    if found.destroyed:
        what = f"the persons of {found.destroyed} accesses were destroyed at the end of their retention: they count nobody"
        told.append(
            Finding(
                "persons-destroyed",
                Severity.LOW,
                what,
                "test over a shorter time, or trust the long windows less",
            )
        )
    return Past(found.history, tuple(exact(str(ledger)) for ledger in ledgers), tuple(told))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A ledger as it was when it was opened."""

    snapshot: Snapshot

    def scan(
        self, *, since: int | None = None, columns: Sequence[str] = ()
    ) -> Iterator[pl.DataFrame]:
        try:
            yield from scan(self.snapshot, since=since, columns=columns)
        except (OSError, ValueError) as error:
            raise IntegrityError(
                f"a segment of the ledger cannot be read: {error}",
                help="run `ecluse ledger verify`",
            ) from error


def _snapshots(ledgers: Sequence[Path]) -> list[Snapshot]:
    seen: dict[str, Path] = {}
    prints: dict[str, Path] = {}
    for root in ledgers:
        layout = Layout(root)
        key = layout.read_public_key()
        if str(key) in seen:
            raise CallerError(
                f"`{root}` and `{seen[str(key)]}` are the same ledger, or copies of it",
                help="give each ledger once: its accesses would count twice",
            )
        seen[str(key)] = root
        prints.setdefault(layout.read_first_page(key).fingerprint, root)
    if len(prints) > 1:
        one, other = list(prints.values())[:2]
        raise CallerError(
            f"`{one}` and `{other}` have different pseudonym keys: their persons cannot be compared",
            help="test each alone; `ecluse ledger init --pseudonym-key` makes ledgers that agree",
        )
    return [take_snapshot(root) for root in ledgers]
