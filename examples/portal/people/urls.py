"""Which addresses has every application that shows persons?"""

from django.urls import URLPattern, path

from people.shown import Shown
from people.views.export import Export
from people.views.file import ApiFile, PersonFile
from people.views.page import ApiPage, PersonsPage, SearchPage

__all__ = ["addresses"]


def addresses(shown: Shown) -> list[URLPattern]:
    """List, search, export, file, and the last two of them for programs."""
    return [
        path("", PersonsPage.as_view(shown=shown), name="list"),
        path("search/", SearchPage.as_view(shown=shown), name="search"),
        path("export.csv", Export.as_view(shown=shown), name="export"),
        path("api/persons/", ApiPage.as_view(shown=shown), name="api-list"),
        path("api/persons/<slug:number>/", ApiFile.as_view(shown=shown), name="api-file"),
        path("<slug:number>/", PersonFile.as_view(shown=shown), name="file"),
    ]
