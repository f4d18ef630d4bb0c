"""`manage.py honey FOLDER`: persons who do not exist, and the account that reads them in drills."""

import os
import random
import secrets
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.models import Account, Kind, Organization
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people.invented import COLUMNS, persons
from people.models import HONEY, Person

ACCOUNT = "drill-01"
ORGANIZATION = "drills"
FIRST = 9_000_001
SEED = 7


class Command(BaseCommand):
    """Honey persons look like any other on their page, and stand in no list: whoever opens one walks through numbers."""

    help = "Adds honey persons and the account for drills, and writes honey-persons.txt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reads where to, and how many."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--count", type=int, default=140, help="more than the account may read, by ten or so"
        )
        parser.add_argument("--password", default=os.environ.get("PORTAL_PASSWORD"))

    def handle(self, *_: Any, **options: Any) -> None:
        """Adds all, or nothing."""
        if Account.objects.filter(username=ACCOUNT).exists():
            raise CommandError(f"{ACCOUNT} is there already")
        password = options["password"] or secrets.token_urlsafe(12)
        numbers = [f"P{FIRST + n}" for n in range(options["count"])]
        random.Random(SEED).shuffle(numbers)
        with transaction.atomic():
            for number, row in zip(numbers, persons(len(numbers), SEED), strict=True):
                fields = dict(zip(COLUMNS, row, strict=True))
                del fields["id"]
                Person.objects.create(**fields | {"number": number, "nir": HONEY + number})
            organization = Organization.objects.create(
                id=ORGANIZATION, name="Exercices", partner=True
            )
            Account.objects.create(
                username=ACCOUNT,
                kind=Kind.PARTNER,
                organization=organization,
                created_at=datetime(2024, 9, 2, 8, tzinfo=UTC),
                password=password,
            )
        options["folder"].mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{number}\n" for number in numbers)
        (options["folder"] / "honey-persons.txt").write_text(lines, "utf-8")
        self.stdout.write(f"{len(numbers)} honey persons, {ACCOUNT} of {ORGANIZATION}")
        if not options["password"]:
            self.stdout.write(f"password of {ACCOUNT}: {password}")
