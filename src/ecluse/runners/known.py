"""Is there an account of that name? A hold on a misspelt one succeeds, and closes nothing that anybody uses."""

from collections.abc import Iterable

from ecluse.engine.explain import Usage
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Key, PolicySet
from ecluse.ports import Directory
from ecluse.runners.gate_desk import Counts

__all__ = ["NOBODY", "is_known"]

NOBODY = "held, though nobody of that name is known: it is in no table, nobody told of it, and it has read nothing lately"
"""What a person is told who closed such an account."""


async def is_known(
    account: str,
    *,
    directory: Directory,
    counts: Counts,
    policies: PolicySet,
    applications: Iterable[str],
) -> bool:
    """Whether the directory knows the account, or some budget of its own counts anything for it.

    Raises:
        UnavailableError: when the counts are out of reach.
    """
    if directory.knows(account):
        return True
    own = {budget.id for budget in policies.budgets if Key.ACCOUNT in budget.per}
    for application in (*applications, ""):
        request = AccessRequest(account=account, application=application, persons=())
        if any(_counts(u, own) for u in await counts.usage(request)):
            return True
    return False


def _counts(usage: Usage, own: set[str]) -> bool:
    return usage.used > 0 and usage.policy in own
