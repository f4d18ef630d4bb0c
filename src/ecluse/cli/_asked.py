"""Who asked the ledger what? Each question about persons is an entry of the ledger itself.

A log of accesses must not serve to rate staff, nor be read unseen (CNIL 2021-122): so reading it leaves a trace.
"""

import getpass
from pathlib import Path
from typing import Any

from ecluse.cli._options import say

__all__ = ["operator_name", "record_question"]


def operator_name() -> str:
    """The user of the operating system."""
    from ecluse.reports.text import exact

    try:
        return exact(getpass.getuser())
    except (KeyError, OSError):
        return "unknown"


def record_question(ledger: Path, keys: Path | None, kind: str, detail: dict[str, Any]) -> None:
    """Appends an entry with the user of the operating system.

    While another process writes the ledger, the question is left beside it for that one to append; says
    so when even that cannot be.
    """
    from ecluse.ledgers.directory import DirectoryLedger, system_time
    from ecluse.ledgers.questions import leave, take_in
    from ecluse.model.errors import IntegrityError, UnavailableError

    user = operator_name()
    try:
        with DirectoryLedger(ledger, keys=keys) as opened:
            take_in(ledger, opened, now=system_time())
            opened.act(kind, detail, account=user)
    except (IntegrityError, OSError) as error:
        say(f"notice: the {kind} was not recorded: {error}", err=True)
    except UnavailableError as error:
        try:
            leave(ledger, kind, detail, account=user, at=system_time())
        except OSError:
            say(f"notice: the {kind} was not recorded: {error}", err=True)
