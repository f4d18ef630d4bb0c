"""A drill: a rehearsed theft; what its file says, what a run found, and how a run was judged."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ecluse.model.time import DAY, MINUTE

__all__ = [
    "Agreement",
    "Check",
    "Drill",
    "DrillDetail",
    "Past",
    "Place",
    "Said",
    "SignIn",
    "Visit",
    "Walk",
]


@dataclass(frozen=True, slots=True)
class SignIn:
    """How the synthetic account shows an application who it is.

    Attributes:
        where: `header` or `cookie`. name: of the header or the cookie.
        file: holds the value. prefix: written before it, such as `Bearer `.
    """

    where: Literal["header", "cookie"]
    name: str
    file: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An application of the estate, as the drill looks at it.

    Attributes:
        url: where it is reached; None when the drill asks the gate in its place.
        path: with `{person}` where the identifier goes. shown: regular expression whose group is the identifier of a
            person in an answer; or a JSON pointer, when it begins with `/`.
        enforced: whether it must refuse; False for an application that only reports.
        visited: whether the drill reads through it at all; otherwise only its silence is looked at.
        silence: so long it may log nothing, microseconds; None when nobody cares.
        operation, categories, factor: what the application says to the gate about such a read.
    """

    id: str
    url: str | None = None
    path: str = ""
    shown: str = ""
    sign_in: SignIn | None = None
    accept: str = "text/html"
    ca_file: str | None = None
    enforced: bool = True
    visited: bool = True
    silence: int | None = None
    operation: str | None = None
    categories: tuple[str, ...] = ()
    factor: str | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill file says; names of files are as written, relative to it.

    Attributes:
        name: by which history, findings and entries name it. owner: whose finding a failure is.
        gate: address. token_file: of a client that may `read` and `drill`, and `ask` where it asks in an application's place.
        ledger, keys: of the gate, to be read.
        persons: file of the honey persons; the same that the gate's settings name.
        at_most: the number at which a person expects it to be stopped at the latest; a larger printed number fails.
        knocks: how often it goes on asking once it was stopped: a finding needs that.
        room: persons that must be left to others in each shared budget.
        alarm: how soon the finding and its message must be there. acknowledge: how soon a person must have seen it.
        channels: one of these must have taken the message; any where none is named.
        every: how often it is to be run; older is late.
    """

    name: str
    owner: str
    account: str
    gate: str
    ledger: str
    persons: str
    places: tuple[Place, ...]
    token_file: str | None = None
    ca_file: str | None = None
    keys: str | None = None
    estate: str | None = None
    at_most: int | None = None
    knocks: int = 30
    room: int = 50
    alarm: int = 2 * MINUTE
    acknowledge: int = 30 * MINUTE
    channels: tuple[str, ...] = ()
    every: int = 7 * DAY


@dataclass(frozen=True, slots=True)
class Visit:
    """What came back when the synthetic account asked for one person.

    Attributes:
        refused: whether it was a refusal. persons: whom the answer shows, refusal or not.
        by: what refused, where that is known.
    """

    refused: bool
    persons: frozenset[str] = frozenset()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An entry of the ledger that tells something: a finding, that it was told, that it was seen, a drill."""

    seq: int
    at: int
    kind: str
    account: str
    detail: dict[str, Any]


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one application.

    Attributes:
        printed: persons that the gate was to release, told beforehand; None when no limit that refuses is within reach.
        budget: whose limit that is. limit: the limit itself.
        read: persons that were shown before the first refusal.
        stopped: whether there was a refusal. by: what refused: a budget by its name, or a status.
        leaks: persons shown after the first refusal, or in the body of a refusal.
        knocks: questions asked after the first refusal.
    """

    application: str
    printed: int | None
    read: int
    stopped: bool
    budget: str = ""
    limit: int = 0
    by: str = ""
    leaks: int = 0
    knocks: int = 0
    enforced: bool = True


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an application and the ledger tell the same.

    Attributes:
        both: persons of whom both tell. shown_only: that only the application showed. ledger_only: that only the ledger has.
    """

    application: str
    both: int
    shown_only: int = 0
    ledger_only: int = 0


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a drill passes or fails.

    Attributes:
        code: `stopped`, `refused`, `agreed`, `raised`, `told`, `acknowledged`, `logging`, `on-time`.
        passed: None while it waits for a person.
        after: seconds until it happened, where that is measured.
    """

    code: str
    passed: bool | None
    what: str
    after: int | None = None


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the past, as it stands now.

    Attributes:
        run: number of the entry of its beginning. at: when that was.
        printed, read: of the first application that must refuse; None where it did not come so far.
        passed: None while something waits.
    """

    run: int
    at: int
    drill: str
    account: str
    owner: str
    printed: int | None
    read: int | None
    passed: bool | None
    checks: tuple[Check, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Codes of what it failed."""
        return tuple(check.code for check in self.checks if check.passed is False)

    def after(self, code: str) -> int | None:
        """Seconds until something happened; None when it did not."""
        return next((check.after for check in self.checks if check.code == code), None)


class DrillDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an entry of kind `drill` says.

    Attributes:
        phase: `begin`, before the first read; `end`; `check`, when a person's part was judged later.
        run: number of the entry of the beginning; 0 in that entry itself.
        within: seconds after which a run that did not end counts as broken off.
        alarm, acknowledge: seconds allowed.
        stopped_at: when the last walk ended, microseconds.
        by: the client that ran it.
    """

    phase: Literal["begin", "end", "check"]
    drill: str
    account: str
    owner: str = ""
    run: int = 0
    within: int = 0
    alarm: int = 0
    acknowledge: int = 0
    channels: tuple[str, ...] = ()
    at_most: int | None = None
    stopped_at: int = 0
    walks: tuple[Walk, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    checks: tuple[Check, ...] = ()
    passed: bool | None = None
    by: str = ""
