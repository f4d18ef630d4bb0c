"""How does the simulated estate look as an estate file, with its tables of accounts and caseloads?"""

from collections import Counter
from typing import Any

import numpy as np
import polars as pl

from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.time import format_instant
from ecluse.simulator.frames import person_codes
from ecluse.simulator.plan import WorldPlan
from ecluse.simulator.population import Population

__all__ = ["accounts_table", "caseload_table", "estate_document", "estate_of"]


def estate_of(plan: WorldPlan, people: Population) -> Estate:
    """The estate as the model knows it, its tables named `accounts.csv` and `caseload.csv`."""
    counted: dict[str, Counter[str]] = {}
    for roster in people.rosters:
        counted.setdefault(roster.organization, Counter())[roster.kind] += 1
    return Estate(
        applications=plan.applications,
        kinds=tuple(
            AccountKind(
                staff.kind, staff.description, (staff.factor,), staff.applications, staff.creates
            )
            for staff in plan.staff
        ),
        organizations=tuple(
            Organization(
                name, tuple(Headcount(kind, n) for kind, n in sorted(counted[name].items()))
            )
            for name in sorted(counted)
        ),
        accounts_table="accounts.csv",
        caseload_table="caseload.csv",
    )


def estate_document(estate: Estate, *, description: str) -> dict[str, Any]:
    """The estate file, ready to be written as YAML; it loads again as the same estate."""
    return {
        "version": 1,
        "description": description,
        "applications": [_application(application) for application in estate.applications],
        "kinds": [
            _without_empty(
                {
                    "id": kind.id, "description": kind.description, "factors": list(kind.factors),
                    "applications": list(kind.applications), "creates": list(kind.creates),
                }
            )
            for kind in estate.kinds
        ],
        "organizations": [
            {"id": body.id, "accounts": {head.kind: head.count for head in body.accounts}}
            for body in estate.organizations
        ],
        "tables": {"accounts": estate.accounts_table, "caseload": estate.caseload_table},
    }  # fmt: skip


def _application(application: Application) -> dict[str, Any]:
    since, closes = application.state_since, application.closes_at
    return _without_empty(
        {
            "id": application.id,
            "owner": application.owner,
            "portal": application.portal,
            "state": application.state.value,
            "since": None if since is None else format_instant(since),
            "closes": None if closes is None else format_instant(closes),
            "population": application.population,
            "categories": list(application.categories),
            "operations": list(application.operations),
        }
    )


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in (None, "", [])}


def accounts_table(people: Population) -> pl.DataFrame:
    """One row an account: account, kind, organization, created_at (RFC 3339), created_by."""
    return pl.DataFrame(
        [
            (r.account, r.kind, r.organization, format_instant(r.created_at), r.created_by)
            for r in people.rosters
        ],
        schema=["account", "kind", "organization", "created_at", "created_by"],
        orient="row",
    )


def caseload_table(people: Population) -> pl.DataFrame:
    """One row a relation: account, person; each pair once."""
    rows = np.repeat(np.arange(len(people.rosters)), people.caseload_size)
    names = pl.Series([roster.account for roster in people.rosters])
    return pl.DataFrame(
        {"account": names.gather(pl.Series(rows)), "person": person_codes(people.caseload)}
    ).unique(maintain_order=True)
