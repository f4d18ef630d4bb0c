"""What can be found in a request? The persons whom it shows, nobody, or a reason why it is refused."""

from typing import Final, Literal, get_args

import msgspec

__all__ = ["REASONS", "Free", "Match", "Reason", "Refused"]

Reason = Literal[
    "target",
    "long",
    "fragment",
    "slashes",
    "encoding",
    "separator",
    "characters",
    "dots",
    "parameters",
    "shift",
    "spelling",
    "method",
    "host",
    "route",
    "query",
    "person",
    "nobody",
    "crowd",
    "absent",
    "twice",
    "underscore",
    "list",
    "blanks",
]

REASONS: Final[dict[Reason, str]] = {
    "target": "the request target is no path",
    "long": "it is too long",
    "fragment": "the request target holds `#`, where some servers end it and others do not",
    "slashes": "the path begins with two slashes, and what follows them is a host to some readers",
    "encoding": "a percent sign is followed by no two hexadecimal digits, is encoded twice, or gives no valid UTF-8",
    "separator": "an encoded `/`, `?`, `#` or `;`, or a backslash: some servers divide the path there",
    "characters": "a control or invisible character, a digit other than 0 to 9, or a character that some servers take for an ASCII one",
    "dots": "a segment of dots or blanks alone: some servers go up there and others do not",
    "parameters": "a segment has `;` parameters that the routes file does not list",
    "shift": "an empty or single-dot segment, where it would change which of several parameters is the person",
    "spelling": "the path is free only in its plain spelling, and this is another one",
    "method": "the path shows persons by another method or host, and is not listed for this one",
    "host": "the host is malformed, or the request target names another one",
    "route": "no route matches, and what no route matches is refused",
    "query": "the name of a parameter is malformed, or the value of a person's parameter is",
    "person": "a person's parameter is not of the form that the routes file asks for",
    "nobody": "the route needs a person in its query, and there is none",
    "crowd": "more persons than one request may name",
    "absent": "the header is missing or empty",
    "twice": "it is sent twice",
    "underscore": "a header of the same name is sent with `_` for `-`, which some servers take for it",
    "list": "the value is a list",
    "blanks": "the value begins or ends with a blank",
}
"""Why a request is refused before anything is counted, by the word that logs and metrics use."""

assert set(REASONS) == set(get_args(Reason))


class Match(msgspec.Struct, frozen=True, gc=False):
    """The request shows persons.

    Attributes:
        persons: each once, as the routes file normalises them.
        operation: `view`, `list`, …; None when the route does not say.
        categories: categories of data that the route shows.
        application: empty when the routes file names none.
        route: pattern of the route, for the ledger's readers and for metrics; it holds no person.
    """

    persons: tuple[str, ...]
    operation: str | None = None
    categories: tuple[str, ...] = ()
    application: str = ""
    route: str = ""


class Free(msgspec.Struct, frozen=True, gc=False):
    """The request passes uncounted.

    Attributes:
        route: pattern of the route; empty when none matches and the routes file permits that.
        disclosed: the application itself tells whom it shows before it answers; otherwise it shows nobody.
        operation, categories, application: what the route says, for what the application discloses.
    """

    route: str = ""
    disclosed: bool = False
    operation: str | None = None
    categories: tuple[str, ...] = ()
    application: str = ""


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The request cannot be read in one way only, or nothing says that it may pass.

    Attributes:
        reason: a word of `REASONS`.
    """

    reason: Reason

    @property
    def text(self) -> str:
        """The reason as a sentence without its full stop."""
        return REASONS[self.reason]
