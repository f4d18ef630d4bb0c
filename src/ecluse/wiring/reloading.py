"""How does a running gate take in changed files and persons' acts? Read, judged, written to the ledger, put in force.

A file with faults changes nothing: the former one stays in force, and a finding says so until a sound one is read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from ecluse.api.authentication import Authenticator
from ecluse.engine.acts import ACTS, NO_PERSON
from ecluse.engine.scaling import scaled
from ecluse.model.errors import CallerError, ConfigError, EcluseError, UnavailableError
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Key, PolicySet
from ecluse.model.time import format_instant
from ecluse.runners.known import NOBODY, is_known
from ecluse.service import acts
from ecluse.service.acts import Made, Powers
from ecluse.service.findings_book import FindingsBook
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.service.rebuild_acts import Holds
from ecluse.verify.coverage import uncovered
from ecluse.verify.terms import terms
from ecluse.wiring import Rules, now, open_policies
from ecluse.wiring.counting import Counting
from ecluse.wiring.gate_files import GateFiles
from ecluse.wiring.restart import Former

__all__ = ["Reloading"]

_TOLD: Final = 3
"""Faults of a file that are told; often the first is only what another one brought about."""

Acting = Callable[[dict[str, Any], str], Awaitable[dict[str, Any]]]


class Reloading:
    """What is in force, and how it is replaced.

    Attributes:
        routes: by which proxies' requests are read.
    """

    def __init__(
        self,
        files: GateFiles,
        rules: Rules,
        *,
        keeper: Gatekeeper,
        counting: Counting,
        authenticator: Authenticator,
        findings: FindingsBook,
    ) -> None:
        self._files, self._settings, self._rules = files, keeper.settings, rules
        self._keeper, self._counting = keeper, counting
        self._authenticator, self._findings = authenticator, findings
        self.routes = files.read_routes(keeper.settings, rules.estate)
        self._noted, self._written, self._signed = "", "", ""
        self._former = Former(files, keeper.settings, rules.estate)
        self._check()

    def acts(self) -> dict[str, Acting]:
        """How each kind of act is made."""
        made = {kind: self._acting(kind) for kind in ACTS}
        return {**made, "reload": self._reload}

    async def reload(self, by: str) -> dict[str, Any]:
        """Reads policy, clients and routes again, and puts them in force together.

        Returns:
            The digest of the policies in force, whether the files were taken, and what changed in other files,
            which only a restart reads.
        """
        try:
            policies = open_policies(self._files.policy, self._rules.estate)
            enrolment = self._files.read_clients(self._settings, self._rules.estate)
            routes = self._files.read_routes(self._settings, self._rules.estate)
            self._authenticator.adopt(enrolment)
        except (EcluseError, OSError) as error:  # a fault, or a file that is gone
            self._refused(error)
            return {"digest": self._keeper.policies.digest, "taken": False, "why": _why(error)}
        self._findings.settle("files-refused")
        self.routes = routes
        former, self._rules = self._rules, replace(self._rules, policies=policies)
        try:
            await self._adopt(by)
        except ConfigError as error:  # the counter cannot count so
            self._rules = former
            self._refused(error)
            return {"digest": self._keeper.policies.digest, "taken": False, "why": _why(error)}
        if by not in NO_PERSON and self._signed != self._rules.policies.digest:
            self.note_policies(by)  # in force already, and nobody had put a name to it
        unread = await asyncio.to_thread(self._former.findings)
        for finding in self._findings.open():
            if finding.code == "restart-needed" and finding not in unread:
                self._findings.settle(finding.code, finding.about)  # it says something else by now
        self._findings.replace("restart", unread)
        told = [f"{f.what} (`{f.about}`)" for f in unread]
        return {"digest": self._keeper.policies.digest, "taken": True, "restart_needed": told}

    async def rescale(self) -> None:
        """Follows applications whose limits fall with the days."""
        if self._wanted() != self._keeper.policies:
            await self._adopt("schedule")

    def note_policies(self, by: str) -> None:
        """Writes which policies are in force from now on, and their terms, so that the next change can be told."""
        policies, written = self._keeper.policies, self._rules.policies
        detail = {
            "digest": policies.digest,
            "written": written.digest,  # of the file; the other one also changes with the days
            "before": self._written,
            "file": self._rules.policy_file,
            "budgets": [b.id for b in policies.budgets],
            "terms": terms(written),
            "by": by,
        }
        self._keeper.note("policy", detail)
        self._noted, self._written = policies.digest, written.digest
        if by not in NO_PERSON:
            self._signed = written.digest

    def _wanted(self) -> PolicySet:
        keeper, retire = self._keeper, self._settings.retire
        return scaled(self._rules.policies, keeper.standing, now(), retire=retire)

    async def _adopt(self, by: str) -> None:
        wanted, former = self._wanted(), self._keeper.policies
        if wanted == former:
            return
        self._keeper.policies = wanted
        if wanted.digest != self._noted:
            self.note_policies(by)
        try:
            await self._counting.adopt(wanted)
        except EcluseError:
            self._keeper.policies = former  # `rescale` tries again
            raise
        self._check()

    def _check(self) -> None:
        """What no budget covers is a finding from the first moment on."""
        estate = self._rules.estate
        if estate is not None:
            found = uncovered(estate, self._keeper.policies, now=now())
            self._findings.replace("coverage", found)
        self._findings.replace("clients", self._authenticator.findings())

    def _refused(self, error: EcluseError | OSError) -> None:
        finding = Finding(
            code="files-refused",
            severity=Severity.HIGH,
            what=f"changed files were refused, the former ones stay in force: {_why(error)}",
            help="correct them and reload; `ecluse policy check` shows every fault",
        )
        if finding not in self._findings.open():
            self._findings.settle("files-refused")
            self._findings.raise_(finding)

    async def _reload(self, detail: dict[str, Any], by: str) -> dict[str, Any]:
        del detail
        told = await self.reload(by)
        if not told["taken"]:
            raise CallerError(
                told["why"],
                help="the former files stay in force; `ecluse policy check` shows every fault of a policy file",
            )
        return told

    def _acting(self, kind: str) -> Acting:
        async def act(body: dict[str, Any], by: str) -> dict[str, Any]:
            keeper = self._keeper
            holds = await self._holds(kind)
            powers = Powers(keeper.ledger, keeper.standing, keeper.directory, holds)
            made = acts.act(powers, kind, body, by=by, at=now())
            await self._counting.spread()
            await self._put_in_force(made, holds, by)
            warning = await self._doubt(made)
            return {
                "done": kind,
                "entry": made.seq,
                "at": format_instant(made.at),
                **made.detail,
                **({"warning": warning} if warning else {}),
            }

        return act

    async def _doubt(self, made: Made) -> str:
        """What a person should know who closed an account of which nobody ever heard; it is closed all the same."""
        if made.kind != "hold" or made.held is None or made.held[0] is not Key.ACCOUNT:
            return ""
        estate = self._rules.estate
        try:
            known = await is_known(
                made.held[1],
                directory=self._keeper.directory,
                counts=self._counting.counts,
                policies=self._keeper.policies,
                applications=() if estate is None else [a.id for a in estate.applications],
            )
        except UnavailableError:
            return ""
        return "" if known else NOBODY

    async def _holds(self, kind: str) -> Holds:
        """What is closed; without the counter only a reopening has to know that."""
        try:
            return await self._counting.counts.holds()
        except UnavailableError:
            if kind == "reopen":
                raise
            return {}

    async def _put_in_force(self, made: Made, holds: Holds, by: str) -> None:
        """What persons' decisions do not do by themselves: they refuse already, here and at every gate that hears of them."""
        counts = self._counting.counts
        if made.held is not None and made.kind == "reopen":
            await counts.reopen(*made.held)
            return
        try:
            if made.held is not None:
                await counts.hold(*made.held, holds[made.held])
            if made.kind == "application":
                await self._adopt(by)  # otherwise `rescale` does
        except UnavailableError:
            return


def _why(error: EcluseError | OSError) -> str:
    if isinstance(error, OSError):
        return f"`{error.filename}` cannot be read: {(error.strerror or str(error)).lower()}"
    if isinstance(error, ConfigError) and error.issues:
        return f"{error}: {'; '.join(map(str, error.issues[:_TOLD]))}"
    return str(error)
