"""How are many persons handed out at once? As CSV, row by row, without holding them all in memory."""

import csv
from collections.abc import Iterator

from accounts.access import ApplicationMixin
from django.http import HttpRequest, StreamingHttpResponse
from django.views.generic import View
from portal.gate import stream

from people.models import Person
from people.shown import Shown

__all__ = ["Export"]


class _Line:
    """What `csv` writes to: it keeps nothing and gives each line back."""

    def write(self, line: str) -> str:
        return line


class Export(ApplicationMixin, View):
    """The persons whom the account follows; with `?of=all`, everybody."""

    shown: Shown = None

    @property
    def application(self) -> str:
        """Whose export it is."""
        return self.shown.application

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """The file, which ends where the gate ends it."""
        persons = self.shown.persons().listed()
        if request.GET.get("of") != "all":
            persons = persons.of(request.user)
        rows = stream(
            request,
            persons.iterator(chunk_size=200),
            person="number",
            categories=self.shown.categories,
            operation="export",
        )
        return StreamingHttpResponse(
            self._lines(rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self.application}.csv"'},
        )

    def _lines(self, rows: Iterator[Person]) -> Iterator[str]:
        writer = csv.writer(_Line())
        names = [column.name for column in self.shown.columns]
        yield writer.writerow(["number", "given_name", "family_name", *names])
        for person in rows:
            name = [person.number, person.given_name, person.family_name]
            yield writer.writerow([*name, *self.shown.row(person)])
