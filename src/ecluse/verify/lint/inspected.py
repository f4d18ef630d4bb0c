"""What do lints look at? The files as they were read, and what several lints derive from them, once."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ecluse.formats.common.mapping import Mapping
from ecluse.model.estate import AccountKind, Application, Estate, LifeCycle
from ecluse.model.finding import Finding
from ecluse.model.policy import Budget, Count, Mode, PolicySet
from ecluse.model.settings import Settings
from ecluse.routes.routes import Routes
from ecluse.verify.coverage import open_flows, tell
from ecluse.verify.flows import Flow
from ecluse.verify.lint.suppressions import Suppression

__all__ = ["NO_ESTATE", "NO_POLICIES", "Headcounts", "Inspected"]

NO_POLICIES: Final = PolicySet(())
NO_ESTATE: Final = Estate((), (), ())

Headcounts = Table[tuple[str | None, str | None], int]
"""Accounts of the accounts table by kind and organization."""


@dataclass(frozen=True)
class Inspected:
    """The files as they were read; what was not given is None, or empty.

    Attributes:
        routes, mappings: by the name of the file.
        headcounts: what the accounts table says; None when it was not read.
        now: microseconds; None when lints shall not know the day.
        suppressions: of all files.
        ran: codes of the lints that were run; known to those that come last.
        raised: code, file and line of what they reported, suppressed or not.
        known: codes of all lints.
    """

    policies: PolicySet = NO_POLICIES
    estate: Estate = NO_ESTATE
    settings: Settings = field(default_factory=Settings)
    routes: Table[str, Routes] = field(default_factory=dict)
    mappings: Table[str, Mapping] = field(default_factory=dict)
    headcounts: Headcounts | None = None
    now: int | None = None
    suppressions: tuple[Suppression, ...] = ()
    ran: frozenset[str] = frozenset()
    raised: frozenset[tuple[str, str, int]] = frozenset()
    known: tuple[str, ...] = ()

    @cached_property
    def _flows(self) -> dict[tuple[str, int], list[Flow]]:
        return open_flows(self.estate, self.policies)

    @cached_property
    def gaps(self) -> tuple[Finding, ...]:
        """What no budget bounds, and what should be closed."""
        return tell(self._flows, self.estate, self.policies, now=self.now)

    @cached_property
    def unbounded(self) -> tuple[str, ...]:
        """The open applications in which some account may read without end."""
        codes = {"flow-unbounded", "flow-only-watched"}
        flows = [f for (code, _), found in self._flows.items() if code in codes for f in found]
        names = {name for flow in flows for name in flow.applications}
        return tuple(a.id for a in self.open_applications if a.id in names)

    @cached_property
    def refusing(self) -> tuple[Budget, ...]:
        """The budgets that count persons, enforce, and keep the data in beyond their limits."""
        return tuple(
            b
            for b in self.policies.budgets
            if b.counts is Count.PERSONS and b.mode is Mode.ENFORCE and not b.effect.releases
        )

    @cached_property
    def open_applications(self) -> tuple[Application, ...]:
        """The applications that are not closed."""
        return tuple(a for a in self.estate.applications if a.state is not LifeCycle.CLOSED)

    @cached_property
    def accounts(self) -> Table[str, int]:
        """How many accounts of each kind there are, by the estate file."""
        return {kind: sum(count for _, count in bodies) for kind, bodies in self.held.items()}

    @cached_property
    def held(self) -> Table[str, tuple[tuple[str, int], ...]]:
        """For each kind of which there are accounts: the organizations that hold some, and how many."""
        found: dict[str, list[tuple[str, int]]] = {}
        for organization in self.estate.organizations:
            for head in organization.accounts:
                found.setdefault(head.kind, []).append((organization.id, head.count))
        return {kind: tuple(bodies) for kind, bodies in found.items()}

    def opening(self, application: str) -> tuple[AccountKind, ...]:
        """The kinds of account, of which there are any, that can open an application."""
        return tuple(
            k
            for k in self.estate.kinds
            if self.accounts.get(k.id) and (not k.applications or application in k.applications)
        )

    def reached(self, kind: AccountKind) -> tuple[Application, ...]:
        """The applications that a kind can open and that are not closed."""
        return tuple(
            a for a in self.open_applications if not kind.applications or a.id in kind.applications
        )
