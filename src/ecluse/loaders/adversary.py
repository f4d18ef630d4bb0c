"""What does an adversary file say? Thieves with what they have, or every fault of the file with its place."""

from collections.abc import Sequence
from typing import Final

from ecluse.loaders import schema
from ecluse.loaders.adversary_schema import ADVERSARY, AS_MANY, EVERY
from ecluse.loaders.located import Fields, Node, Reader, quote, scalars, suggest
from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import Estate

__all__ = ["load_adversaries"]

_ENDLESS: Final = -1  # a value of None would be one that could not be read


def load_adversaries(text: bytes | str, *, file: str, estate: Estate) -> tuple[Adversary, ...]:
    """Reads thieves, whose names are those of the estate.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, schema.keys(ADVERSARY), what="an adversary file")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    top.string("description", "", lines=True)
    known = schema.keys(ADVERSARY, "adversary")
    fields = [
        Fields(reader, node, known, what="an adversary")
        for node in top.items("adversaries", required=True)
    ]
    found = tuple(_adversary(f, estate) for f in fields)
    _check_ids(fields)
    reader.raise_if_issues()
    return found


def _adversary(fields: Fields, estate: Estate) -> Adversary:
    known = schema.keys(ADVERSARY, "stolen")
    stolen = [
        _stolen(Fields(fields.reader, node, known, what="a theft"), estate)
        for node in fields.items("steals", required=True)
    ]
    creates = fields.get("creates", _creates, 0)
    return Adversary(
        id=fields.string("id", "", required=True),
        stolen=tuple(stolen),
        creates=None if creates == _ENDLESS else creates,
        second_factor=fields.boolean("second_factor", default=True),
        acts_within=fields.duration("acts_within", None),
        description=fields.string("description", "", lines=True),
    )


def _stolen(fields: Fields, estate: Estate) -> Stolen:
    kind = _one_of(fields, "kind", [k.id for k in estate.kinds], "a kind of this estate")
    body = _one_of(
        fields,
        "organization",
        [o.id for o in estate.organizations],
        "an organization of this estate",
    )
    application = _one_of(
        fields, "application", [a.id for a in estate.applications], "an application of this estate"
    )
    whole = ALL if body is not None and kind is None else 1
    accounts = fields.get("accounts", _accounts, whole)
    if application is not None and any(
        key in fields for key in ("kind", "organization", "accounts")
    ):
        fields.reader.note(
            fields.place("application"),
            "the credential of an application is stolen alone",
            "write the accounts as another item of `steals`",
        )
    if application is None:
        _check_there(fields, estate, kind=kind, body=body, accounts=accounts)
    return Stolen(kind, body, accounts, application)


def _check_there(
    fields: Fields, estate: Estate, *, kind: str | None, body: str | None, accounts: int
) -> None:
    """Nobody steals more accounts than there are."""
    if any(name is not None and name not in known for name, known in _names(estate, kind, body)):
        return
    there = sum(
        h.count
        for o in estate.organizations
        if body in {None, o.id}
        for h in o.accounts
        if kind in {None, h.kind}
    )
    if there == 0 or accounts > there:
        whose = f" of kind {quote(kind)}" if kind else ""
        where = f" in {quote(body)}" if body else " in this estate"
        number = "no accounts" if there == 0 else f"only {there:,} accounts"
        place = fields.place("accounts") if "accounts" in fields else fields.node
        fields.reader.note(place, f"there are {number}{whose}{where}", "correct it, or the estate")


def _names(
    estate: Estate, kind: str | None, body: str | None
) -> tuple[tuple[str | None, list[str]], ...]:
    return (
        (kind, [k.id for k in estate.kinds]),
        (body, [o.id for o in estate.organizations]),
    )


def _accounts(node: Node) -> int:
    return ALL if node.text == EVERY else scalars.integer(node, least=1)


def _creates(node: Node) -> int:
    return _ENDLESS if node.text == AS_MANY else scalars.integer(node, least=0)


def _one_of(fields: Fields, key: str, known: Sequence[str], what: str) -> str | None:
    name = fields.string(key, None)
    if name is not None and name not in known:
        advice = suggest(name, known) or f"known are {', '.join(known[:8])}"
        fields.reader.note(fields.place(key), f"{quote(name)} is not {what}", advice)
    return name


def _check_ids(group: list[Fields]) -> None:
    first: dict[str, int] = {}
    for fields in group:
        if "id" not in fields:
            continue
        place = fields.place("id")
        if place.text in first:
            message = f"{quote(place.text)} is the id of another one too"
            fields.reader.note(place, message, f"it is already on line {first[place.text]}")
        first.setdefault(place.text, place.line)
