"""The gate's own server, on a Unix socket, whose `/v1/check` and nginx dialect always say yes: what a gate is measured against."""

import sys

import uvloop

from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.exchange import Exchange, Reply, Route
from ecluse.api.server import open_unix, serve
from ecluse.model.enrolment import Enrolment
from ecluse.model.settings import Listen
from ecluse.service.tally import Tally


async def yes(_: Exchange) -> Reply:
    return Reply(200, b'{"effect":"permit","released":true,"entry":1}')


async def nothing() -> None:
    """There is nothing to reload."""


def main() -> None:
    opened = open_unix(Listen(unix=sys.argv[1]))
    assert opened is not None
    routes = (
        Route("POST", "/v1/check", yes, frozenset({"ask"})),
        Route("GET", "/v1/forward/nginx", yes, frozenset({"ask"})),
    )
    app = App(routes, Authenticator(Enrolment(), now=lambda: 0), Tally())
    uvloop.run(
        serve(app, [(opened, None)], ready=lambda: print("ready", flush=True), reload=nothing)
    )


if __name__ == "__main__":
    main()
