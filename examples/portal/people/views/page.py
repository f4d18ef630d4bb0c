"""How are many persons shown? In pages of 100, and in pages of 20 for what was searched."""

from typing import Any

from accounts.access import ApplicationMixin
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.views.generic import ListView
from portal.gate import disclose

from people.models import Person
from people.shown import Shown

__all__ = ["ApiPage", "PersonsPage", "SearchPage"]


class PersonsPage(ApplicationMixin, ListView):
    """The persons whom the account follows; with `?of=all`, everybody."""

    shown: Shown = None
    operation = "list"
    template_name = "people/list.html"
    paginate_by = 100

    @property
    def application(self) -> str:
        """Whose page it is."""
        return self.shown.application

    def get_queryset(self) -> QuerySet[Person]:
        """Whom the pages are about."""
        persons = self.shown.persons().listed()
        everybody = self.request.GET.get("of") == "all"
        return persons if everybody else persons.of(self.request.user)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """One page, once the gate lets it."""
        context = super().get_context_data(**more)
        page = list(context["page_obj"])
        disclose(
            self.request,
            [person.number for person in page],
            categories=self.shown.categories,
            operation=self.operation,
        )
        rows = [(person, self.shown.cells(person)) for person in page]
        words = {"of": self.request.GET.get("of", ""), "q": self.request.GET.get("q", "")}
        return {**context, **words, "shown": self.shown, "rows": rows, "page": page}


class SearchPage(PersonsPage):
    """Everybody with that name or number."""

    operation = "search"
    template_name = "people/search.html"
    paginate_by = 20

    def get_queryset(self) -> QuerySet[Person]:
        """Whom the words find; nobody without words."""
        return self.shown.persons().listed().found(self.request.GET.get("q", ""))


class ApiPage(PersonsPage):
    """The same for programs."""

    def get_queryset(self) -> QuerySet[Person]:
        """What a program asks for: everybody, or what it searches."""
        words = self.request.GET.get("q")
        persons = self.shown.persons().listed()
        return persons.found(words) if words else persons

    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        """JSON instead of a page."""
        page = context["page_obj"]
        persons = [self.shown.document(person, whole=False) for person in context["page"]]
        return JsonResponse(
            {"page": page.number, "pages": page.paginator.num_pages, "persons": persons}
        )
