"""What does a person have to know of the running gate? Findings that are open now, each written to the ledger once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding
from ecluse.ports import Ledger, Ticket

__all__ = ["ACKNOWLEDGEMENT", "FINDING", "Acknowledged", "FindingsBook"]

FINDING: Final = "finding"
"""Kind of the entry that says that a finding was raised, or is over."""

ACKNOWLEDGEMENT: Final = "acknowledgement"
"""Kind of the entry that says that a named person has seen a finding."""

_KEPT_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Who has seen a finding, and when."""

    by: str
    at: int


class FindingsBook:
    """Open findings, by their code and what they are about.

    Attributes:
        told: hears of each finding when it is raised, and (True) when it is over; nobody does at first.
    """

    def __init__(self, ledger: Ledger, now: Callable[[], int]) -> None:
        self._ledger, self._now = ledger, now
        self.told: Callable[[Finding, bool], None] = lambda _, __: None
        self._open: dict[tuple[str, str], Finding] = {}
        self._seen: dict[tuple[str, str], Acknowledged] = {}
        self._found_by: dict[str, frozenset[tuple[str, str]]] = {}

    def raise_(self, finding: Finding) -> None:
        """Opens a finding; the ledger hears of it when it is new. The entry waits for the next commit."""
        key = (finding.code, finding.about)
        if key in self._open or len(self._open) >= _KEPT_MAX:
            return
        self._open[key] = finding
        self._write(finding, over=False)

    def settle(self, code: str, about: str = "") -> None:
        """Closes a finding whose cause is gone."""
        finding = self._open.pop((code, about), None)
        self._seen.pop((code, about), None)
        if finding is not None:
            self._write(finding, over=True)

    def replace(self, check: str, findings: Iterable[Finding]) -> None:
        """Puts what a check found now in the place of what it found before."""
        found = {(f.code, f.about): f for f in findings}
        for code, about in self._found_by.get(check, frozenset()) - found.keys():
            self.settle(code, about)
        self._found_by[check] = frozenset(found)
        for finding in found.values():
            self.raise_(finding)

    def acknowledge(self, code: str, about: str, *, by: str, note: str = "") -> tuple[Acknowledged, Ticket]:  # fmt: skip
        """Writes that a named person has seen a finding. It stays open: seen is not solved.

        A second acknowledgement by the same person is written again; the first one stays what `acknowledged` tells.

        Raises:
            CallerError: when nothing of that name is open.
        """
        if (code, about) not in self._open:
            near = [a for c, a in self._open if c == code]
            what = f"`{code}` about `{about}`" if about else f"`{code}`"
            raise CallerError(
                f"no finding {what} is open",
                help=f"open are those about {', '.join(sorted(near)[:8])}"
                if any(near)
                else "`ecluse gate findings` lists what is open",
            )
        at = self._now()
        seen = self._seen.setdefault((code, about), Acknowledged(by, at))
        detail = {"code": code, "about": about, "by": by, "note": note}
        text = msgspec.json.encode(detail).decode()
        return seen, self._ledger.append(Entry(at=at, account="", kind=ACKNOWLEDGEMENT, detail=text))  # fmt: skip

    def acknowledged(self, finding: Finding) -> Acknowledged | None:
        """Who has seen an open finding first; None when nobody has."""
        return self._seen.get((finding.code, finding.about))

    def open(self) -> tuple[Finding, ...]:
        """Those open now, most severe first."""
        return tuple(sorted(self._open.values(), key=lambda f: (-f.severity, f.code, f.about)))

    def _write(self, finding: Finding, *, over: bool) -> None:
        detail = {
            "code": finding.code,
            "severity": finding.severity.name.lower(),
            "what": finding.what,
            "help": finding.help,
            "about": finding.about,
            "over": over,
        }
        text = msgspec.json.encode(detail).decode()
        self._ledger.append(Entry(at=self._now(), account="", kind=FINDING, detail=text))
        self.told(finding, over)
