"""Persons, with nothing about them."""

from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        ordering = ("pk",)

    def __str__(self):
        return self.name


class File(models.Model):
    person = models.ForeignKey(Person, models.CASCADE)
    text = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self):
        return self.text
