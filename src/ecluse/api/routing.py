"""What does the gate answer, all together? The table of its routes."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from ecluse.api import authzen, decisions, forward, health, manage, metrics, openapi, page
from ecluse.api.exchange import Route
from ecluse.api.page import Pages
from ecluse.routes.routes import Routes
from ecluse.runners.desk import Desk

__all__ = ["all_routes"]


def all_routes(
    desk: Desk,
    pages: Pages,
    *,
    current: Callable[[], Routes | None],
    session_key: bytes,
    applications: Callable[[], Collection[str]],
    unauthenticated: Mapping[str, int],
) -> tuple[Route, ...]:
    """Every route of the gate, and the document about them.

    Args:
        desk: answers.
        pages: keeps refusals whose page a proxy fetches afterwards.
        current: the routes file in force; None when the gate has none.
        session_key: secret bytes by which cookies become names of sessions.
        applications: ids of the estate's applications.
        unauthenticated: requests of nobody, by reason.
    """
    unread: Counter[str] = Counter()
    table = (
        *decisions.routes(desk),
        *manage.routes(desk),
        *authzen.routes(desk),
        *forward.routes(desk, pages, current=current, session_key=session_key, unread=unread),
        *page.routes(pages),
        *health.routes(desk),
        *metrics.routes(
            desk, applications=applications, unauthenticated=unauthenticated, unread=unread
        ),
    )
    return (*table, *openapi.routes(table))
