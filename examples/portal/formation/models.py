"""What is a training, and who follows it?"""

from accounts.models import Organization
from django.db import models
from people.models import Person

__all__ = ["Enrolment", "Training"]


class Training(models.Model):
    """One course of a training body."""

    title = models.CharField(max_length=120)
    organization = models.ForeignKey(Organization, models.CASCADE)
    starts_on = models.DateField()
    ends_on = models.DateField()

    def __str__(self) -> str:
        return self.title


class Enrolment(models.Model):
    """A person follows a training."""

    training = models.ForeignKey(Training, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE)
    hours = models.PositiveSmallIntegerField(default=0)
    result = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.training}"
