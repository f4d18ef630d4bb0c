"""`ecluse gate example`, `schema` and `route`: the files of a gate, and what its routes see in a request."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli._config_files import give_shipped, read_estate, read_text
from ecluse.cli._options import json_option, print_json, say
from ecluse.sources.written import read_written

if TYPE_CHECKING:
    from ecluse.routes.outcome import Free, Match, Refused

__all__ = ["example", "route", "schema"]

FILE: Final = click.Path(path_type=Path, dir_okay=False)
NAME: Final = click.Choice(["gate", "routes"])


@click.command("example")
@click.argument("name", type=NAME)
@click.option("--out", type=FILE, help="Write it to this new file instead of standard output.")
@json_option
def example(name: str, out: Path | None, *, as_json: bool) -> None:
    """Prints a commented file to start from: `gate` for the settings, `routes` for where persons stand in requests.

    \b
    Examples:
      ecluse gate example gate --out gate.yaml
      ecluse gate example routes --out routes.yaml
    """  # noqa: D301 - click reads it
    give_shipped(name, read_text(f"{name}.yaml"), out, as_json=as_json)


@click.command("schema")
@click.argument("name", type=NAME)
@json_option
def schema(name: str, *, as_json: bool) -> None:
    """Prints the JSON Schema (draft 2020-12) of a settings file (`gate`) or a routes file (`routes`).

    \b
    Example:
      ecluse gate schema routes > routes.schema.json
    """  # noqa: D301 - click reads it
    from ecluse.loaders.schemas import published

    del as_json  # a schema is one JSON document either way
    click.echo(published(name), nl=False)


@click.command("route")
@click.argument("method")
@click.argument("target")
@click.option("--routes", type=FILE, required=True, help="The routes file.")
@click.option("--host", help="Host that the request is for, where the file tells hosts apart.")
@click.option("--estate", type=FILE, help="Also check the names in the file against this estate.")
@json_option
def route(
    method: str, target: str, routes: Path, host: str | None, estate: Path | None, *, as_json: bool
) -> int:
    """Prints whom a request shows by a routes file: METHOD and TARGET as they stand in the request line.

    \b
    Examples:
      ecluse gate route GET /people/12 --routes routes.yaml
      ecluse gate route GET '/compare?id=12&id=13' --routes routes.yaml --json

    \b
    Exit codes: 0 the gate sees whom it shows, or that it passes uncounted; 1 it is refused; 3 the file is wrong.
    """  # noqa: D301 - click reads it
    from ecluse.loaders.routes import load_routes
    from ecluse.routes.outcome import Refused

    known = None if estate is None else read_estate(estate)
    loaded = load_routes(read_written(routes), file=str(routes), estate=known)
    found = loaded.find(method, os.fsencode(target), host=host)
    document = _document(found)
    if as_json:
        print_json(document)
    else:
        for key, value in document.items():
            if value not in ("", [], None):
                say(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
    return int(isinstance(found, Refused))


def _document(found: "Match | Free | Refused") -> dict[str, Any]:
    """What was found, as the command prints it."""
    from ecluse.routes.outcome import Match, Refused

    if isinstance(found, Refused):
        return {"found": "refused", "reason": found.reason, "why": found.text}
    persons = list(found.persons) if isinstance(found, Match) else []
    word = "persons" if persons else "uncounted"
    if not isinstance(found, Match) and found.disclosed:
        word = "disclosed"
    return {
        "found": word,
        "persons": persons,
        "application": found.application,
        "operation": found.operation,
        "categories": list(found.categories),
        "route": found.route,
    }
