"""Who can log in, and to what?"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import totp

__all__ = ["APPLICATIONS", "Account", "Application", "Kind", "Organization"]


class Kind(models.TextChoices):
    """What an account is for."""

    ADVISER = "adviser", _("adviser")
    PARTNER = "partner", _("partner")
    MANAGER = "manager", _("manager")
    MACHINE = "machine", _("machine")


@dataclass(frozen=True)
class Application:
    """One of the three applications behind this portal."""

    id: str
    name: Any
    about: Any
    kinds: frozenset[str]
    ending: bool = False


APPLICATIONS = (
    Application(
        "dossiers",
        _("Files"),
        _("The file of a person: identity, contact, registration."),
        frozenset({Kind.ADVISER, Kind.MACHINE}),
    ),
    Application(
        "formation",
        _("Training"),
        _(
            "Who follows which training, and with what result. This application is being closed down."
        ),
        frozenset({Kind.ADVISER, Kind.PARTNER, Kind.MANAGER}),
        ending=True,
    ),
    Application(
        "orientation",
        _("Orientation"),
        _("What a person wishes to do, and what was advised."),
        frozenset({Kind.ADVISER, Kind.PARTNER, Kind.MANAGER}),
    ),
)


class Organization(models.Model):
    """The body for which an account works: an agency, or a training body among the partners."""

    id = models.SlugField(primary_key=True)
    name = models.CharField(max_length=120)
    partner = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Accounts(BaseUserManager["Account"]):
    """Opens accounts."""

    def create(self, **fields: Any) -> "Account":
        """Opens one with its password hashed, and a secret for its telephone."""
        password = fields.pop("password", None)
        account = self.model(**fields)
        account.set_password(password)
        if account.has_second_factor and not account.totp_secret:
            account.totp_secret = totp.new_secret()
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """What logs in. Partners have no second factor here, as in July 2025."""

    username = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    organization = models.ForeignKey(Organization, models.PROTECT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="created")
    is_active = models.BooleanField(default=True)
    totp_secret = models.CharField(max_length=64, blank=True)
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)

    USERNAME_FIELD = "username"
    objects = Accounts()

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.username

    @property
    def has_second_factor(self) -> bool:
        """Whether its log-in asks for a code."""
        return self.kind in {Kind.ADVISER, Kind.MANAGER}

    @property
    def opens(self) -> list[Application]:
        """The applications that it opens."""
        return [a for a in APPLICATIONS if self.kind in a.kinds]

    @staticmethod
    def digest(token: str) -> str:
        """What is kept of a program's token."""
        return hashlib.sha256(token.encode()).hexdigest()
