"""What must a reader know of the logs written here: where account, persons and the rest stand."""

from typing import Any, Final

from ecluse.model.estate import Application

__all__ = ["Document", "refused", "same_names", "web_mapping"]

Document = dict[str, Any]

_PERSONS: Final = r"(?:/dossiers/|[?&]ids=)([0-9,]+)"


def web_mapping(form: str, applications: tuple[Application, ...], **places: Any) -> Document:
    """The mapping of a web server's log, in whose paths and queries the applications tell what they show.

    `places` says where the account, the source and so on stand in this format; `target` is the field that
    holds path and query together, `status` the one with the status.
    """
    target, status = places.pop("target"), places.pop("status")
    persons = places.pop("person", {"field": target, "matches": _PERSONS, "split": ","})
    return {
        "version": 1,
        "format": form,
        "person": persons,
        **places,
        "application": {"field": "path", "matches": "^/([^/]+)/"},
        "operation": {"field": "path", "matches": "^/[^/]+/(list|search|export)$"},
        "rules": [
            {"when": _path("^/[^/]+/dossiers/"), "set": {"operation": "view"}},
            *(rule for application in applications for rule in _category_rules(application)),
        ],
        "ignore": [
            {"when": _path("^/static/"), "reason": "style sheets and pictures"},
            {"when": _path("^/[^/]+/login$"), "reason": "log-ins"},
            {"when": {"field": status, "at_least": 400}, "reason": "found nobody"},
        ],
    }


def _path(pattern: str) -> Document:
    return {"field": "path", "matches": pattern}


def _category_rules(application: Application) -> list[Document]:
    """A file and an export show every category of the application, a row of a list or a search only the first."""
    if not application.categories:
        return []
    return [
        {
            "when": _path(f"^/{application.id}/(dossiers/|export$)"),
            "set": {"categories": sorted(application.categories)},
        },
        {
            "when": _path(f"^/{application.id}/(list|search)$"),
            "set": {"categories": [application.categories[0]]},
        },
    ]


def same_names(form: str, *, time: Document, person: Any, categories: Any, **more: Any) -> Document:
    """The mapping of a table or of objects whose fields are called as the facts are."""
    facts = (
        "account",
        "session",
        "organization",
        "application",
        "source",
        "operation",
        "factor",
        "bytes",
    )
    return {
        "version": 1,
        "format": form,
        **more,
        "time": time,
        "person": person,
        **{fact: fact for fact in facts},
        "categories": categories,
    }


def refused(field: str, **test: Any) -> list[Document]:
    """Leaves out the requests that found nobody."""
    return [{"when": {"field": field, **test}, "reason": "found nobody"}]
