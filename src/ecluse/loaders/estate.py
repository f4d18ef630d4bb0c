"""What does an estate file say? The applications, kinds of account and organizations, checked together."""

from functools import partial

from ecluse.loaders import schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.located import Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, LifeCycle, Organization
from ecluse.model.time import format_instant

__all__ = ["default_estate", "load_estate"]

_STATES = {s.value: s for s in LifeCycle}


def load_estate(text: bytes | str, *, file: str, now: int | None = None) -> Estate:
    """Reads an estate; with `now` (microseconds), also checks its dates against the day.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, schema.keys(schema.ESTATE), what="an estate")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    top.string("description", "", lines=True)
    applications = [
        _fields(reader, n, "application", "an application")
        for n in top.items("applications", required=True)
    ]
    kinds = [
        _fields(reader, n, "kind", "a kind of account") for n in top.items("kinds", required=True)
    ]
    bodies = [
        _fields(reader, n, "organization", "an organization")
        for n in top.items("organizations", required=True)
    ]
    tables = top.fields("tables", schema.keys(schema.ESTATE, "tables"), what="tables")
    if tables is not None and tables.node.kind is Kind.MAPPING and not tables.node.entries:
        reader.note(tables.node, "the mapping is empty", "remove `tables`, or name a table")
    estate = Estate(
        applications=tuple(_application(f, now) for f in applications),
        kinds=tuple(_kind(f) for f in kinds),
        organizations=tuple(_organization(f) for f in bodies),
        accounts_table=None if tables is None else tables.string("accounts", None),
        caseload_table=None if tables is None else tables.string("caseload", None),
        sensitive=frozenset(top.strings("sensitive")) if "sensitive" in top else None,
    )
    _check_sensitive(top, estate)
    for group in (applications, kinds, bodies):
        _check_ids(group)
    _check_references(estate, kinds, bodies)
    reader.raise_if_issues()
    return estate


def default_estate() -> Estate:
    """The estate that stands in when none is given: one application, one kind, one organization."""
    return load_estate(shipped("estate.yaml"), file="default estate")


def _fields(reader: Reader, node: Node, definition: str, what: str) -> Fields:
    return Fields(reader, node, schema.keys(schema.ESTATE, definition), what=what)


def _application(fields: Fields, now: int | None) -> Application:
    application = Application(
        id=fields.string("id", "", required=True),
        owner=fields.string("owner", "", required=True),
        population=fields.get("population", _population, 0, required=True),
        portal=fields.string("portal", None),
        state=fields.word("state", _STATES, LifeCycle.LIVE),
        state_since=fields.instant("since", None),
        closes_at=fields.instant("closes", None),
        categories=fields.strings("categories"),
        operations=fields.strings("operations"),
        lockout_after=fields.integer("lockout_after", None, least=1),
        retention=fields.duration("retention", None),
        retention_reason=fields.string("retention_reason", "", lines=True),
    )
    if "retention_reason" in fields and "retention" not in fields:
        message = "`retention_reason` says why, and nothing says how long"
        fields.reader.note(fields.place("retention_reason"), message, "add `retention: 365d`")
    _check_life(fields, application, now)
    return application


def _population(node: Node) -> int:
    if node.text == "0":
        advice = "write how many persons it holds, or remove the application"
        raise scalars.Fault("an application that holds nobody needs no policy", advice)
    return scalars.integer(node, least=1)


def _check_life(fields: Fields, application: Application, now: int | None) -> None:
    note, state = fields.reader.note, application.state
    closes, since = application.closes_at, application.state_since
    if state is LifeCycle.CLOSING and "closes" not in fields:
        note(
            fields.place("state"),
            "a closing application needs its closing date",
            "add `closes: 2027-03-31`",
        )
    if closes is None:
        return
    place = fields.place("closes")
    if state is LifeCycle.LIVE:
        note(
            place,
            "a live application has no closing date",
            "write `state: closing`, or remove `closes`",
        )
    if state is LifeCycle.CLOSING and since is not None and closes < since:
        note(place, "it closes before it began to close", "correct `since` or `closes`")
    if state is LifeCycle.CLOSED and now is not None and closes > now:
        message = f"it is said to be closed, and closes only on {format_instant(closes)}"
        note(place, message, "write `state: closing` until then")


def _kind(fields: Fields) -> AccountKind:
    return AccountKind(
        id=fields.string("id", "", required=True),
        description=fields.string("description", "", lines=True),
        factors=fields.strings("factors"),
        applications=fields.strings("applications"),
        creates=fields.strings("creates"),
    )


def _organization(fields: Fields) -> Organization:
    reader, counted = fields.reader, []
    for key, value in fields.entries("accounts", required=True):
        kind = reader.read(key, scalars.text)
        count = reader.read(value, partial(scalars.integer, least=1))
        if kind is not None and count is not None:
            counted.append(Headcount(kind, count))
    return Organization(
        id=fields.string("id", "", required=True),
        accounts=tuple(counted),
        description=fields.string("description", "", lines=True),
    )


def _check_ids(group: list[Fields]) -> None:
    first: dict[str, int] = {}
    for fields in group:
        place = fields.place("id")
        if "id" in fields and place.text in first:
            message = f"{quote(place.text)} is the id of another one too"
            fields.reader.note(place, message, f"it is already on line {first[place.text]}")
        first.setdefault(place.text, place.line)


def _check_references(estate: Estate, kinds: list[Fields], organizations: list[Fields]) -> None:
    applications, kind_ids = [a.id for a in estate.applications], [k.id for k in estate.kinds]
    for fields in kinds:
        _check_listed(fields, "applications", applications, "an application of this estate")
        _check_listed(fields, "creates", kind_ids, "a kind of this estate")
    for fields in organizations:
        if "accounts" in fields:
            for key, _ in fields.place("accounts").entries:
                _check_one(fields.reader, key, kind_ids, "a kind of this estate")


def _check_sensitive(top: Fields, estate: Estate) -> None:
    """Notes categories that no application shows, when all say what they show."""
    shown = {c for a in estate.applications for c in a.categories}
    if all(a.categories for a in estate.applications):
        _check_listed(top, "sensitive", sorted(shown), "a category of any application")


def _check_listed(fields: Fields, key: str, known: list[str], what: str) -> None:
    if key in fields:
        node = fields.place(key)
        for item in node.items if node.kind is Kind.LIST else (node,):
            _check_one(fields.reader, item, known, what)


def _check_one(reader: Reader, node: Node, known: list[str], what: str) -> None:
    if node.kind is Kind.SCALAR and node.text and node.text not in known:
        advice = suggest(node.text, known) or f"known are {', '.join(known[:8])}"
        reader.note(node, f"{quote(node.text)} is not {what}", advice)
