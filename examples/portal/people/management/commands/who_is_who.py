"""`manage.py who_is_who persons.csv people.csv`: names and addresses of the persons that an exposure lists."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from people.models import Person

FIELDS = ("number", "given_name", "family_name", "email", "phone", "street", "postcode", "city")


class Command(BaseCommand):
    """The ledger holds pseudonyms, `ecluse exposure --resolve` makes numbers of them, and the portal people."""

    help = "Writes names and addresses of the persons that `ecluse exposure` listed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reads from where, and where to."""
        parser.add_argument("exposure", type=Path)
        parser.add_argument("out", type=Path)

    def handle(self, *_: Any, exposure: Path, out: Path, **__: Any) -> None:
        """Writes one line a person."""
        with exposure.open(encoding="utf-8", newline="") as file:
            numbers = [row["identifier"] for row in csv.DictReader(file) if row["identifier"]]
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(FIELDS)
            for begin in range(0, len(numbers), 500):
                some = Person.objects.filter(number__in=numbers[begin : begin + 500])
                writer.writerows(some.values_list(*FIELDS))
