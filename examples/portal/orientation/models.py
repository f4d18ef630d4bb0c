"""What does a person wish to do, and what was advised?"""

from django.db import models
from people.models import Person

__all__ = ["Wish"]


class Wish(models.Model):
    """One trade that a person would like to work in, with the adviser's opinion."""

    person = models.ForeignKey(Person, models.CASCADE)
    trade = models.CharField(max_length=60, db_index=True)
    advice = models.CharField(max_length=120, blank=True)
    noted_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.person}: {self.trade}"
