"""`manage.py gate_tables FOLDER`: what the gate must know of accounts and caseloads, and who is who."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from accounts.models import Account, Kind
from django.core.management.base import BaseCommand

from people.models import Following, Person


class Command(BaseCommand):
    """Writes `accounts.csv` and `caseload.csv` for the estate, and `register.txt` to name the persons of an exposure."""

    help = "Writes the tables of the estate, and the register of the persons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reads where to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        """Writes the three files."""
        folder.mkdir(parents=True, exist_ok=True)
        accounts = list(Account.objects.select_related("created_by"))
        _write(
            folder / "accounts.csv",
            ("account", "kind", "organization", "created_at", "created_by"),
            map(_account, accounts),
        )
        _write(folder / "caseload.csv", ("account", "person"), _followed(accounts))
        numbers = Person.objects.values_list("number", flat=True).iterator()
        (folder / "register.txt").write_text("".join(f"{n}\n" for n in numbers), "utf-8")


def _write(path: Path, names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def _account(account: Account) -> tuple[str, ...]:
    creator = account.created_by.username if account.created_by else ""
    opened = account.created_at.isoformat()
    return account.username, account.kind, account.organization_id, opened, creator


def _followed(accounts: list[Account]) -> Iterator[tuple[str, ...]]:
    """Advisers have a caseload; for partners it is whom their body trains."""
    yield from Following.objects.values_list("account__username", "person__number").iterator()
    for account in accounts:
        if account.kind in {Kind.PARTNER, Kind.MANAGER}:
            for number in Person.objects.of(account).values_list("number", flat=True):
                yield account.username, number
