"""The composition root: the only module that knows every room, the clock and the randomness."""

import ctypes
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecluse.directories.table_directory import TableDirectory, open_directory
from ecluse.engine.history import History
from ecluse.formats.common.mapping import Mapping
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.directory import system_time as now
from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import default_estate, load_estate
from ecluse.loaders.mapping import load_mapping
from ecluse.loaders.policy import default_policy, load_policy
from ecluse.model.batch import EventBatch
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding
from ecluse.model.policy import Key, PolicySet
from ecluse.reports.text import exact
from ecluse.service.findings import applications_apart
from ecluse.sources.files import read_events
from ecluse.sources.written import read_written
from ecluse.verify.coverage import uncovered

__all__ = [
    "Rules",
    "give_back",
    "now",
    "open_ledger",
    "open_log",
    "open_mapping",
    "open_policies",
    "open_rules",
    "random_seed",
    "record_replay",
    "reject_share",
    "shipped_policy",
    "warm",
]

Batches = Callable[[Callable[[int, int], None]], Iterator[EventBatch]]


def random_seed() -> int:
    """64 random bits: the key of a run."""
    return secrets.randbits(64)


def give_back() -> None:
    """Returns freed memory to the system after a step that used much, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def warm() -> None:
    """Compiles what is compiled, once a machine; later runs load it from the cache beside the package."""
    from ecluse.engine.twophase import warm as warm_replay  # noqa: PLC0415 - compiled code, loaded on need
    from ecluse.merkle.lanes import WORTH_IT, sha256_many  # noqa: PLC0415 - idem
    from ecluse.verify.bound.schedule import warm as warm_schedule  # noqa: PLC0415 - idem
    from ecluse.verify.tuning.peaks import warm as warm_peaks  # noqa: PLC0415 - idem

    warm_replay()
    warm_schedule()
    warm_peaks()
    nothing = np.zeros((WORTH_IT, 0), np.uint8)
    sha256_many(nothing, np.zeros(0, np.uint8), np.zeros(WORTH_IT + 1, np.int64), nothing)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides: the policies, the estate that they are about, and who the accounts are."""

    policies: PolicySet
    policy_file: str
    estate: Estate | None
    directory: TableDirectory

    def findings(self, history: History) -> tuple[Finding, ...]:
        """What the estate has and nothing covers, how log and estate differ, and what the directory noticed."""
        last = int(history.at[-1]) if len(history) else None
        gaps = () if self.estate is None else uncovered(self.estate, self.policies, now=last)
        return (*gaps, *applications_apart(history, self.estate), *self.directory.findings())


def open_rules(policy: Path | None, estate: Path | None) -> Rules:
    """Loads the policy set and the estate; the shipped ones where none is named.

    Raises:
        ConfigError: with every fault of the first file that has any.
        SourceError: when a table of the estate cannot be read.
    """
    said = (
        None if estate is None else load_estate(read_written(estate), file=str(estate), now=now())
    )
    policies = open_policies(policy, said)
    folder = Path() if estate is None else estate.parent
    directory = open_directory(said or default_estate(), folder)
    return Rules(policies, "shipped default" if policy is None else str(policy), said, directory)


def open_policies(policy: Path | None, estate: Estate | None) -> PolicySet:
    """Loads the policy set; the shipped one where none is named.

    Raises:
        ConfigError: with every fault of the file.
    """
    if policy is None:
        return default_policy()
    return load_policy(read_written(policy), file=str(policy), estate=estate)


def shipped_policy() -> bytes:
    """The text of the policy set that ships with Ecluse."""
    return shipped("policy.yaml")


def open_mapping(mapping: Path | None, format_: str) -> Mapping | None:
    """Loads a mapping file; None stands for the one that ships with the format."""
    if mapping is None:
        return None
    return load_mapping(
        read_written(mapping), file=str(mapping), format=None if format_ == "auto" else format_
    )


def reject_share(mapping: Mapping | None) -> float:
    """The share of rejects above which a log is refused."""
    return (mapping or Mapping(time=(), facts=())).max_reject_share


def open_log(
    logs: Sequence[Path], format_: str, mapping: Mapping | None, policies: PolicySet | None
) -> Batches:
    """Prepares the reading of logs; only the columns that the policies ask about, or all for None."""
    columns = None if policies is None else _columns(policies)

    def batches(progress: Callable[[int, int], None]) -> Iterator[EventBatch]:
        return read_events(
            logs, format=format_, mapping=mapping, now=now(), progress=progress, columns=columns
        )

    return batches


@contextmanager
def open_ledger(folder: Path | None) -> Iterator[DirectoryLedger | None]:
    """Opens a ledger to write to, and makes it first where there is none; nothing for None."""
    if folder is None:
        yield None
        return
    new = not folder.exists() or not any(folder.iterdir())
    with DirectoryLedger.create(folder) if new else DirectoryLedger(folder) as ledger:
        yield ledger


def record_replay(ledger: DirectoryLedger, rules: Rules, logs: Sequence[Path]) -> None:
    """Notes in the ledger which logs were decided by which policies."""
    ledger.act(
        "replay", {"policy": rules.policies.digest, "sources": [exact(log.name) for log in logs]}
    )
    ledger.commit()


def _columns(policies: PolicySet) -> frozenset[str]:
    """Columns that some budget's key or target reads."""
    keys = {key.value for budget in policies.budgets for key in budget.per}
    targets = [budget.target for budget in policies.budgets]
    named = {
        "organization": any(t.organizations for t in targets),
        "application": any(t.applications for t in targets),
        "operation": any(t.operations for t in targets),
        "categories": any(t.categories for t in targets),
        "factor": any(t.factors for t in targets),
        "bytes": any(b.counts.value == "bytes" for b in policies.budgets),
    }
    used = {Key.SESSION, Key.ORGANIZATION, Key.APPLICATION, Key.SOURCE}
    return frozenset(
        {k.value for k in used if k.value in keys}
        | {name for name, needed in named.items() if needed}
    )
