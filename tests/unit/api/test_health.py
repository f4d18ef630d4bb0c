"""Health: for anybody, without a name."""

import pytest

from asgi_kit import call
from desk_kit import FakeDesk
from ecluse import __version__
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.health import routes
from ecluse.api.peer import Peer
from ecluse.model.enrolment import Enrolment
from ecluse.service.tally import Tally


@pytest.mark.parametrize(("status", "code"), [("pass", 200), ("warn", 200), ("fail", 503)])
def test_health(status, code):
    desk = FakeDesk()
    desk.state = {"status": status, "counter": "reached"}
    app = App(routes(desk), Authenticator(Enrolment(), now=lambda: 0), Tally())
    answer = call(app, "GET", "/v1/health", peer=Peer())
    assert answer.status == code
    assert answer.headers["content-type"] == "application/health+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == {
        "status": status,
        "version": "1",
        "releaseId": __version__,
        "serviceId": "ecluse",
        "counter": "reached",
    }
