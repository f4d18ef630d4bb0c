"""Which thefts is an estate measured against when nobody says otherwise? The documented ones."""

from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import Estate, Organization

__all__ = ["standard_adversaries"]

_BODIES_MAX = 2
_APPLICATIONS_MAX = 3


def standard_adversaries(estate: Estate) -> tuple[Adversary, ...]:
    """The first is one stolen account of whichever kind lets most through; then each kind, several, and the rest.

    An account of a kind that may create others does so without limit: no setting of a gate limits how many accounts an
    application opens. Of many organizations and applications the largest are taken.
    """
    held = {h.kind for o in estate.organizations for h in o.accounts}
    kinds = [k for k in estate.kinds if k.id in held]
    found = [Adversary("one account", (Stolen(),), description="Whichever kind lets most through.")]
    if len(kinds) > 1:
        found += [Adversary(f"one {k.id}", (Stolen(kind=k.id),)) for k in kinds]
    found += [
        Adversary(f"one {k.id} who creates accounts", (Stolen(kind=k.id),), creates=None)
        for k in kinds
        if k.creates
    ]
    found += [Adversary(f"{n} accounts", (Stolen(accounts=n),)) for n in (3, 10)]
    found += [
        Adversary(f"all accounts of {o.id}", (Stolen(organization=o.id, accounts=ALL),))
        for o in _largest(estate)
    ]
    found += [
        Adversary(f"the credential of {a.id}", (Stolen(application=a.id),))
        for a in sorted(estate.applications, key=lambda a: -a.population)[:_APPLICATIONS_MAX]
    ]
    return tuple(found)


def _largest(estate: Estate) -> list[Organization]:
    """The bodies with the most accounts."""
    if len(estate.organizations) < 2:
        return []
    ordered = sorted(estate.organizations, key=lambda o: -sum(h.count for h in o.accounts))
    return ordered[:_BODIES_MAX]
