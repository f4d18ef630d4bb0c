"""A gate in the test's own process: a clock that the test moves, a ledger in a folder, one simple budget."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ecluse.directories.table_directory import TableDirectory
from ecluse.engine.evaluate import Engine
from ecluse.engine.standing import Standing
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.asked import Asked
from ecluse.model.client import Client, Scope
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.settings import Settings
from ecluse.model.time import HOUR
from ecluse.runners.adoption import Adoption
from ecluse.runners.embedded import Decider
from ecluse.service.gatekeeper import Gatekeeper

START = 1_752_314_400_000_000
ME = Client("unix", frozenset({Scope.ASK, Scope.REPORT}))
OTHER = Client("other", frozenset({Scope.ASK}), frozenset({"files"}))


@dataclass
class Clock:
    """Tells the instant that the test set."""

    at: int = START

    def __call__(self) -> int:
        return self.at


def limit(persons: int, *, effect: Effect = Effect.DENY, warn: float | None = None) -> PolicySet:
    """One budget an account and hour."""
    windows = (Window(HOUR, persons),)
    return PolicySet(
        (Budget("account", (Key.ACCOUNT,), windows, warn_share=warn, effect=effect),), "digest"
    )


@dataclass
class GateKit:
    """Everything of a gate but its loop and its server."""

    root: Path
    policies: PolicySet = field(default_factory=lambda: limit(3))
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.ledger = DirectoryLedger.create(self.root, seal_at=None, now=self.clock)
        self.directory = TableDirectory()
        self.standing = Standing()
        self.keeper = Gatekeeper(
            ledger=self.ledger,
            directory=self.directory,
            standing=self.standing,
            policies=self.policies,
            settings=self.settings,
            now=self.clock,
        )
        self.adoption = Adoption(Engine(self.policies), lambda policies: (Engine(policies), 0))
        self.decider = Decider(self.keeper, self.adoption)

    def entries(self) -> list[dict[str, object]]:
        """What the ledger holds, committed."""
        self.ledger.commit()
        return [row for frame in self.ledger.scan() for row in frame.iter_rows(named=True)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()


def asked(*persons: str, account: str = "agent", **more: object) -> Asked:
    """A question about some persons."""
    return Asked(account=account, application="files", persons=persons, **more)  # type: ignore[arg-type]
