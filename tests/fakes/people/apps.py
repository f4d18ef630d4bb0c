"""A small Django application about persons, for the tests of the enforcement points."""

from pathlib import Path

from django.apps import AppConfig


class People(AppConfig):
    name = "fakes.people"
    label = "people"
    path = str(Path(__file__).parent)
    default_auto_field = "django.db.models.BigAutoField"
