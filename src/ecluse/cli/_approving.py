"""How does a named person approve a policy file? By an entry of the ledger that names the file's digest.

Who may write it is whoever holds the keys of the ledger; the user of the operating system stands in the entry beside the name that
was given, so that a name that somebody else typed shows.
"""

import getpass
from pathlib import Path
from typing import Any, Final

from ecluse.cli._config_files import read_estate
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.reports.text import exact
from ecluse.sources.written import read_written

__all__ = ["APPROVED", "approve"]

APPROVED: Final = "policy-approved"
"""Kind of the entry; its detail has `digest`, `file`, `person`, `reason` and `budgets`."""

_LONGEST: Final = 2_000


def approve(
    file: Path, *, ledger: Path, keys: Path | None, person: str, reason: str, estate: Path | None
) -> dict[str, Any]:
    """Checks the file and appends the entry; gives what it says, and its number.

    While a gate writes the ledger the approval is left beside it, and the gate takes it in within a minute: the
    number is None then.

    Raises:
        CallerError: when person or reason is empty or endless, or there is no ledger.
        ConfigError: when the file is wrong.
        UnavailableError: when the disk refuses.
    """
    from ecluse.ledgers.directory import DirectoryLedger, system_time
    from ecluse.ledgers.layout import Layout
    from ecluse.ledgers.questions import leave
    from ecluse.loaders.policy import load_policy

    for name, text in (("--person", person), ("--reason", reason)):
        if not text.strip() or len(text) > _LONGEST:
            raise CallerError(
                f"{name} is empty or longer than {_LONGEST} characters", help="say it in a sentence"
            )
    known = None if estate is None else read_estate(estate)
    policies = load_policy(read_written(file), file=str(file), estate=known)
    detail: dict[str, Any] = {
        "digest": policies.digest,
        "file": exact(file.name),
        "person": person.strip(),
        "reason": reason.strip(),
        "budgets": len(policies.budgets),
    }
    Layout(ledger).read_public_key()
    entry: int | None = None
    try:
        with DirectoryLedger(ledger, keys=keys) as opened:
            entry = opened.size
            opened.act(APPROVED, detail, account=_user())
    except UnavailableError:
        leave(ledger, APPROVED, detail, account=_user(), at=system_time())
    return {**detail, "entry": entry, "ledger": exact(str(ledger))}


def _user() -> str:
    try:
        return exact(getpass.getuser())
    except (KeyError, OSError):
        return "unknown"
