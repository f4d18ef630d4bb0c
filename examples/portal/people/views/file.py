"""How is one person shown?"""

from typing import Any

from accounts.access import ApplicationMixin
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.views.generic import DetailView
from portal.gate import disclose

from people.models import Person
from people.shown import Shown

__all__ = ["ApiFile", "PersonFile"]


class PersonFile(ApplicationMixin, DetailView):
    """The file of a person in one application."""

    shown: Shown = None
    template_name = "people/file.html"
    slug_field = slug_url_kwarg = "number"
    context_object_name = "person"

    @property
    def application(self) -> str:
        """Whose file it is."""
        return self.shown.application

    def get_queryset(self) -> QuerySet[Person]:
        """Anybody: no application of this portal asks whether the person is one's own."""
        return self.shown.persons()

    def get_object(self, *given: Any) -> Person:
        """The person, once the gate lets it."""
        person = super().get_object(*given)
        disclose(self.request, [person.number], categories=self.shown.categories, operation="view")
        return person

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The lines of the file."""
        lines = self.shown.lines(self.object)
        return super().get_context_data(shown=self.shown, lines=lines, **more)


class ApiFile(PersonFile):
    """The same for programs."""

    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        """JSON instead of a page."""
        return JsonResponse(self.shown.document(context["person"], whole=True))
