"""Which kinds of accounts and applications do the scenarios share, and how many of each for a given total."""

from dataclasses import replace

from ecluse.model.estate import Application
from ecluse.simulator.plan import Rhythm, Staff

__all__ = [
    "CONTACT", "advisers", "application", "holders", "machines", "managers", "partners", "professionals",
    "sized", "trainers",
]  # fmt: skip

CONTACT = ("identity", "contact", "registration")
"""Categories of most of the stolen files: no bank data, no health."""


def advisers(count: int, applications: tuple[str, ...], *, bodies: int = 20) -> Staff:
    """Advisers of agencies, with a caseload each."""
    return Staff(
        kind="adviser", prefix="conseiller", count=count, bodies=("agence", bodies), applications=applications,
        description="adviser of an agency, follows a caseload", visits=18, caseload=110,
    )  # fmt: skip


def partners(
    count: int, applications: tuple[str, ...], *, body: str = "ml", bodies: int = 40
) -> Staff:
    """Advisers of partner bodies, reached from outside."""
    return Staff(
        kind="partner", prefix="partenaire", count=count, bodies=(body, bodies), applications=applications,
        description="adviser of a partner body, follows a caseload", visits=14, caseload=80, outside=0.14,
    )  # fmt: skip


def trainers(count: int, applications: tuple[str, ...], *, bodies: int = 40) -> Staff:
    """Trainers of training bodies, who follow the people of their courses."""
    return Staff(
        kind="trainer", prefix="formateur", count=count, bodies=("of", bodies), applications=applications,
        description="trainer of a training body, follows the people of the own courses",
        visits=9, caseload=45, outside=0.05, lists=0.8, permanence=0.15, factor="none",
    )  # fmt: skip


def managers(
    count: int, applications: tuple[str, ...], *, body: str = "ml", bodies: int = 40
) -> Staff:
    """Managers of access rights, who create the accounts of their body."""
    return Staff(
        kind="manager", prefix="rgc", count=count, bodies=(body, bodies), applications=applications,
        description="manager of the accounts of a body", visits=4, caseload=20, lists=0.4,
        creates=("partner",),
    )  # fmt: skip


def machines(
    count: int, applications: tuple[str, ...], *, visits: float = 100.0, most: int = 140
) -> Staff:
    """Accounts of programs, at work round the clock on persons of the whole base."""
    return Staff(
        kind="machine", prefix="machine", count=count, bodies=("exploitation", 1), applications=applications,
        description="account of a program", rhythm=Rhythm.CLOCK, visits=visits, shape=12, spread=20, most=most,
        caseload=0, outside=1.0, lists=0, factor="key", human=False,
    )  # fmt: skip


def professionals(
    count: int, applications: tuple[str, ...], *, kind: str, prefix: str, bodies: tuple[str, int], factor: str = "mail",
    visits: float = 12.0, caseload: int = 70, outside: float = 0.2,
) -> Staff:  # fmt: skip
    """Members of a profession or of another administration, entitled to a base that is not theirs."""
    return Staff(
        kind=kind, prefix=prefix, count=count, bodies=bodies, applications=applications,
        description=f"account of the kind {kind}", visits=visits, caseload=caseload, outside=outside,
        lists=0.3, factor=factor,
    )  # fmt: skip


def holders(count: int, applications: tuple[str, ...]) -> Staff:
    """People themselves, who each see their own file and nobody else's."""
    return Staff(
        kind="holder", prefix="candidat", count=count, bodies=("public", 1), applications=applications,
        description="person who sees the own file", rhythm=Rhythm.PUBLIC, visits=0.5, most=4, caseload=1,
        outside=0.0, lists=0.0, factor="none",
    )  # fmt: skip


def application(
    name: str, population: int, *, owner: str = "direction-si", portal: str | None = None,
    categories: tuple[str, ...] = CONTACT, operations: tuple[str, ...] = ("view", "list", "search", "export"),
) -> Application:  # fmt: skip
    """An application in operation."""
    return Application(
        id=name,
        owner=owner,
        population=population,
        portal=portal,
        categories=categories,
        operations=operations,
    )


def sized(staff: tuple[Staff, ...], accounts: int) -> tuple[Staff, ...]:
    """The same kinds in the same proportions, about `accounts` accounts in all and at least one of each kind."""
    total = sum(part.count for part in staff)
    return tuple(_resized(part, max(1, round(part.count * accounts / total))) for part in staff)


def _resized(part: Staff, count: int) -> Staff:
    """Bodies keep their size, but for the public, which is one whatever its number."""
    name, bodies = part.bodies
    members = max(6, part.count // bodies)
    wanted = 1 if part.rhythm is Rhythm.PUBLIC else -(-count // members)
    return replace(part, count=count, bodies=(name, wanted))
