"""Who is registered, and whom does an account follow?"""

from accounts.models import Account, Kind
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["HONEY", "Following", "Person", "Status"]


class Status(models.TextChoices):
    """Where a registration stands."""

    REGISTERED = "registered", _("registered")
    IN_TRAINING = "training", _("in training")
    ENDED = "ended", _("ended")


HONEY = "HONEY-"
"""What the social security number of a honey person begins with, which no page shows."""


class Persons(models.QuerySet["Person"]):
    """Ways to choose persons."""

    def listed(self) -> "Persons":
        """Without honey persons: lists, searches and exports of people at work never hold one."""
        return self.exclude(nir__startswith=HONEY)

    def of(self, account: Account) -> "Persons":
        """Those whom an account follows by its function: a caseload, or the trainees of a training body."""
        if account.kind == Kind.ADVISER:
            return self.filter(following__account=account)
        return self.filter(enrolment__training__organization=account.organization_id).distinct()

    def found(self, words: str) -> "Persons":
        """Those whose number is so, or whose name begins with each word."""
        chosen = self
        for word in words.split():
            begins = Q(family_name__istartswith=word) | Q(given_name__istartswith=word)
            chosen = chosen.filter(begins | Q(number=word.upper()))
        return chosen if words.split() else self.none()


class Person(models.Model):
    """One person, wholly invented. The number is the name by which every application knows the person."""

    number = models.CharField(max_length=12, unique=True)
    given_name = models.CharField(max_length=60, db_index=True)
    family_name = models.CharField(max_length=60, db_index=True)
    birth_date = models.DateField()
    nir = models.CharField(max_length=20)
    email = models.EmailField()
    phone = models.CharField(max_length=20)
    street = models.CharField(max_length=80)
    postcode = models.CharField(max_length=5)
    city = models.CharField(max_length=60)
    registered_on = models.DateField()
    status = models.CharField(max_length=12, choices=Status.choices)

    objects = Persons.as_manager()

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Following(models.Model):
    """An adviser follows a person: the caseload."""

    account = models.ForeignKey(Account, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "person"), name="followed_once"),)

    def __str__(self) -> str:
        return f"{self.account}: {self.person}"
