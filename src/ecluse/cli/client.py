"""`ecluse client`: enrol who may speak to the gate, show who is, and take it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli._options import TEXT, TextPath, counted, json_option, print_json, say

if TYPE_CHECKING:
    from ecluse.cli._clients import Book

__all__ = ["command"]

_FILE: Final = TextPath(path_type=Path, dir_okay=False)
_DAYS: Final = click.IntRange(1, 3650)
_clients = click.option(
    "--clients",
    "file",
    type=_FILE,
    default="clients.yaml",
    show_default=True,
    help="The clients file; made when it is not there.",
)
_days = click.option(
    "--days", type=_DAYS, default=365, show_default=True, help="How long the token is valid."
)
_token_file = click.option(
    "--token-file",
    type=_FILE,
    help="Write the token to this new file, readable by its owner alone, instead of printing it.",
)
_name = click.argument("name", metavar="ID", type=TEXT)


@click.group()
def command() -> None:
    """Enrols who may speak to the gate, shows who is enrolled, and takes it back.

    \b
    Start with:
      ecluse client add portal --application orientation --may ask --token-file portal.token
      ecluse client list
    A running gate keeps the file that it has until it is told to read it again: `ecluse gate reload`, or SIGHUP.
    """  # noqa: D301 - click reads it


@command.command()
@_name
@_clients
@click.option(
    "--application",
    "applications",
    type=TEXT,
    multiple=True,
    help="Application that it speaks for; may be repeated. All when left out.",
)
@click.option(
    "--may",
    type=TEXT,
    required=True,
    help="What it may do, with commas: ask, report, read, manage.",
)
@click.option("--person", type=TEXT, default="", help="The named person whose client it is.")
@_days
@click.option(
    "--without-token", is_flag=True, help="For a client known by its certificate or its user."
)
@_token_file
@json_option
def add(  # noqa: PLR0917 - click passes them by name
    name: str,
    file: Path,
    applications: tuple[str, ...],
    may: str,
    person: str,
    days: int,
    without_token: bool,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Enrols the client ID and prints its token, once: it is kept nowhere.

    \b
    Examples:
      ecluse client add portal --application orientation --may ask,report --token-file portal.token
      ecluse client add on-call --may read,manage --person "Claude Martin" --days 90
      ecluse client add nginx --may ask --without-token
    """  # noqa: D301 - click reads it
    from ecluse.cli._clients import made

    with _opened(file) as book:
        book.enrol(made(name, may, applications, person))
        token = None if without_token else book.issue(name, days)
        _keep(book, token, token_file)
    _tell(book, {"client": name}, token, token_file, as_json=as_json)


@command.command()
@_name
@_clients
@_days
@_token_file
@json_option
def token(name: str, file: Path, days: int, token_file: Path | None, as_json: bool) -> None:
    """Prints one more token for the client ID; the others stay valid until they end or are revoked."""
    with _opened(file) as book:
        secret = book.issue(name, days)
        _keep(book, secret, token_file)
    _tell(book, {"client": name}, secret, token_file, as_json=as_json)


@command.command()
@_name
@_clients
@click.option(
    "--token", "jti", type=TEXT, help="Only the token of this id, as `client list` shows it."
)
@json_option
def revoke(name: str, file: Path, jti: str | None, as_json: bool) -> None:
    """Takes back all that the client ID can show, or one token of it."""
    with _opened(file) as book:
        book.revoke(name, jti)
        book.write()
        book.notes.append("a running gate still knows it: `ecluse gate reload`, or send it SIGHUP")
    _tell(book, {"client": name, "revoked": jti or "client"}, as_json=as_json)


@command.command()
@_name
@_clients
@click.option(
    "--user",
    "account",
    type=TEXT,
    required=True,
    help="Name or number of the user; may be `www-data`.",
)
@json_option
def unix(name: str, file: Path, account: str, as_json: bool) -> None:
    """Lets a user of the operating system be the client ID on the Unix socket."""
    with _opened(file) as book:
        book.add_unix(name, account)
        book.write()
    _tell(book, {"client": name, "user": account}, as_json=as_json)


@command.command()
@_name
@_clients
@click.option("--fingerprint", type=TEXT, help="SHA-256 of the certificate, as openssl prints it.")
@click.option(
    "--pem",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The certificate itself.",
)
@json_option
def certificate(
    name: str, file: Path, fingerprint: str | None, pem: Path | None, as_json: bool
) -> None:
    """Lets the client ID show a TLS certificate (mutual TLS)."""
    from ecluse.cli._clients import fingerprint_of

    digest = fingerprint_of(fingerprint, pem)
    with _opened(file) as book:
        book.add_certificate(name, digest)
        book.write()
    _tell(book, {"client": name, "certificate": f"sha256:{digest}"}, as_json=as_json)


@command.command("list")
@_clients
@json_option
def list_(file: Path, as_json: bool) -> None:
    """Shows the enrolled clients: what each may do, and what it can show."""
    from ecluse.cli._clients import described, read_clients
    from ecluse.wiring import now

    documents = [described(e, now()) for e in read_clients(file).clients]
    if as_json:
        print_json({"clients": documents})
        return
    for document in documents:
        _show(document)
    say(counted(len(documents), "client"))


@contextmanager
def _opened(file: Path) -> Iterator["Book"]:
    from ecluse.cli._clients import Book
    from ecluse.wiring import now

    with Book.open(file, now()) as book:
        yield book


def _keep(book: "Book", secret: str | None, token_file: Path | None) -> None:
    """Writes both files, or neither."""
    from ecluse.cli._clients import write_secret

    if secret is None or token_file is None:
        book.write()
        return
    write_secret(token_file, secret)
    try:
        book.write()
    except BaseException:
        token_file.unlink(missing_ok=True)
        raise


def _tell(
    book: "Book",
    document: dict[str, Any],
    secret: str | None = None,
    token_file: Path | None = None,
    *,
    as_json: bool,
) -> None:
    for note in book.notes:
        say(note, err=True)
    if "revoked" not in document:
        say("a running gate takes it in at `ecluse gate reload`, or SIGHUP", err=True)
    if token_file is not None and secret is not None:
        document["token_file"] = str(token_file)
    elif secret is not None:
        document["token"] = secret
    if as_json:
        print_json(document)
    elif "token" in document:
        say("keep this token safe; it is shown this once", err=True)
        click.echo(secret)
    else:
        said = (f"{key.replace('_', ' ')} {value}" for key, value in document.items())
        say(f"{book.file}: {', '.join(said)}")


def _show(document: dict[str, Any]) -> None:
    revoked = f", revoked {document['revoked']}" if document["revoked"] else ""
    person = f", of {document['person']}" if document["person"] else ""
    applications = "all applications"
    if document["applications"] is not None:
        applications = ", ".join(document["applications"])
    say(f"{document['id']}: may {', '.join(document['may'])}; {applications}{person}{revoked}")
    for held in document["tokens"]:
        say(f"  token {held['id']} {held['state']}, ends {held['expires']}")
    for shown in document["certificates"]:
        say(f"  certificate sha256:{shown}")
    for account in document["unix"]:
        say(f"  user {account}")
