"""`manage.py seed`: fills an empty portal with invented organizations, accounts and persons."""

import os
import random
import secrets
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts import totp
from accounts.models import Account, Kind, Organization
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model
from formation.models import Enrolment, Training
from orientation.models import Wish

from people.invented import ADVICE, COLUMNS, TRADES, TRAININGS, persons
from people.models import Following, Person, Status

AGENCIES = {"agency-north": "Agence Nord", "agency-south": "Agence Sud"}
BODIES = {
    "body-1": "Les Ateliers du Canal",
    "body-2": "École des Quatre Vents",
    "body-3": "Institut Pierrelune",
}
ADVISERS = 12
PARTNERS = 9
CASELOAD = 60
TRAINEES = 30
HALF_A_YEAR = timedelta(weeks=26)
RESULTS = ("", "", "réussie", "interrompue")
WISH_COLUMNS = ("person", "trade", "advice", "noted_on")


class Command(BaseCommand):
    """Deterministic but for the secrets: the same seed gives the same persons, accounts and caseloads."""

    help = "Fills an empty portal with invented organizations, accounts and persons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reads how many, from which seed, and the password of every account."""
        parser.add_argument("--persons", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=2025)
        parser.add_argument(
            "--password",
            default=os.environ.get("PORTAL_PASSWORD"),
            help="of every account; made up and printed when absent",
        )
        parser.add_argument(
            "--token",
            default=os.environ.get("PORTAL_TOKEN"),
            help="of the machine account; made up and printed when absent",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Fills it, or nothing."""
        if Account.objects.exists():
            raise CommandError("the portal has accounts already; name another DATABASE_URL")
        smallest = ADVISERS * CASELOAD
        if options["persons"] < smallest:
            raise CommandError(f"{smallest} persons at least, for the caseloads")
        password = options["password"] or secrets.token_urlsafe(12)
        token = options["token"] or secrets.token_urlsafe(24)
        chance = random.Random(options["seed"])
        with transaction.atomic():
            _insert(Person, COLUMNS, persons(options["persons"], options["seed"]))
            accounts = _accounts(password, token)
            _caseloads([a for a in accounts if a.kind == Kind.ADVISER], options["persons"], chance)
            _trainings(options["persons"], chance)
            _insert(Wish, WISH_COLUMNS, _wishes(options["persons"], chance))
        self.stdout.write(f"{options['persons']} persons, {len(accounts)} accounts")
        if not options["password"]:
            self.stdout.write(f"password of every account: {password}")
        if not options["token"]:
            self.stdout.write(f"token of batch-01: {token}")


def _insert(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes many rows at once: five times as quick as `bulk_create`."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(model._meta.get_field(name).column) for name in names)
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})", rows
        )
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _accounts(password: str, token: str) -> list[Account]:
    hashed = make_password(password)  # once, since it is slow on purpose and they share it
    named = AGENCIES | BODIES
    Organization.objects.bulk_create(
        Organization(id=id_, name=name, partner=id_ in BODIES) for id_, name in named.items()
    )
    wanted = [
        *((f"adviser-{n:02}", Kind.ADVISER, list(AGENCIES)[n % 2]) for n in range(1, ADVISERS + 1)),
        *((f"partner-{n:02}", Kind.PARTNER, f"body-{(n - 1) % 3 + 1}") for n in range(1, PARTNERS + 1)),
        ("manager-01", Kind.MANAGER, "body-1"),
        ("manager-02", Kind.MANAGER, "body-2"),
        ("batch-01", Kind.MACHINE, "agency-north"),
    ]  # fmt: skip
    opened = datetime(2024, 9, 2, 8, tzinfo=UTC)
    made = [
        Account(
            username=name,
            kind=kind,
            organization_id=organization,
            password=hashed,
            created_at=opened + timedelta(days=number),
            totp_secret=totp.new_secret() if kind in {Kind.ADVISER, Kind.MANAGER} else "",
            token_digest=Account.digest(token) if kind == Kind.MACHINE else "",
        )
        for number, (name, kind, organization) in enumerate(wanted)
    ]
    return Account.objects.bulk_create(made)


def _caseloads(advisers: list[Account], count: int, chance: random.Random) -> None:
    """Nobody is followed by two advisers."""
    chosen = chance.sample(range(1, count + 1), len(advisers) * CASELOAD)
    Following.objects.bulk_create(
        Following(account=advisers[position // CASELOAD], person_id=person)
        for position, person in enumerate(chosen)
    )


def _trainings(count: int, chance: random.Random) -> None:
    begin = date(2025, 9, 1)
    for place, body in enumerate(BODIES):
        starts = begin + timedelta(weeks=4 * place)
        courses = Training.objects.bulk_create(
            Training(
                title=title, organization_id=body, starts_on=starts, ends_on=starts + HALF_A_YEAR
            )
            for title in chance.sample(TRAININGS, 3)
        )
        trainees = chance.sample(range(1, count + 1), TRAINEES)
        Enrolment.objects.bulk_create(
            Enrolment(
                training=chance.choice(courses),
                person_id=person,
                hours=chance.randrange(0, 400),
                result=chance.choice(RESULTS),
            )
            for person in trainees
        )
        Person.objects.filter(pk__in=trainees).update(status=Status.IN_TRAINING)


def _wishes(count: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    """Two persons in five said what they wish to do."""
    begin = date(2025, 1, 6)
    for person in chance.sample(range(1, count + 1), count * 2 // 5):
        noted_on = begin + timedelta(days=chance.randrange(600))
        yield person, chance.choice(TRADES), chance.choice(ADVICE), noted_on
