"""`manage.py serve`: the portal on this machine, at once and without looking for changed files."""

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.core.servers.basehttp import get_internal_wsgi_application
from portal.server import serve


class Command(BaseCommand):
    """Prints its address and answers until it is ended."""

    help = "Serves the portal on this machine, for demonstrations and tests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Reads the port."""
        parser.add_argument("port", type=int, nargs="?", default=8000, help="0 takes a free one")

    def handle(self, *_: Any, port: int, **__: Any) -> None:
        """Serves."""
        with serve(get_internal_wsgi_application(), port) as server:
            self.stdout.write(f"http://127.0.0.1:{server.server_port}/")
            self.stdout.flush()
            with suppress(KeyboardInterrupt):
                server.serve_forever()
