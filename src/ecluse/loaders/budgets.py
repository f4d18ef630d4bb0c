"""What does one budget of a policy file say, and can it do anything at all?"""

import re
from dataclasses import dataclass
from functools import cache, partial
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from ecluse.counting.closure import most_in
from ecluse.loaders import schema
from ecluse.loaders.located import Fault, Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, Target, Window
from ecluse.model.time import DAY, format_duration

__all__ = [
    "ID",
    "STANDARD_REASONS",
    "ReadBudget",
    "check_windows",
    "read_budget",
    "read_limits",
    "read_zone",
]

ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What the id of a budget looks like."""

MAX_WINDOWS: Final = 16
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_WHOLE_DAY: Final = ((0, 1440),)

_KEYS: Final = {k.value: k for k in Key}
_COUNTS: Final = {c.value: c for c in Count}
_EFFECTS: Final = {e.word: e for e in Effect if e is not Effect.PERMIT}
_MODES: Final = {m.value: m for m in Mode}
_OWN: Final = {"inside": True, "outside": False}

_REFUSED: Final = (
    ("en", "You have reached the number of people that your account may read for now."),
    (
        "fr",
        "Vous avez atteint le nombre de personnes que votre compte peut consulter pour le moment.",
    ),
)
STANDARD_REASONS: Final[dict[Effect, tuple[tuple[str, str], ...]]] = {
    Effect.WARN: (
        ("en", "You are reading more people than usual; this is recorded."),
        ("fr", "Vous consultez plus de personnes que d’ordinaire ; cela est enregistré."),
    ),
    Effect.JUSTIFY: (
        ("en", "You are reading many people: say why before you go on."),
        ("fr", "Vous consultez beaucoup de personnes : dites pourquoi avant de continuer."),
    ),
    Effect.STEP_UP: (
        ("en", "You are reading many people: confirm with your second factor before you go on."),
        (
            "fr",
            "Vous consultez beaucoup de personnes : confirmez avec votre second facteur avant de continuer.",
        ),
    ),
    Effect.SLOW: (
        ("en", "You are reading many people: the next pages come more slowly."),
        (
            "fr",
            "Vous consultez beaucoup de personnes : les pages suivantes arrivent plus lentement.",
        ),
    ),
    Effect.DENY: _REFUSED,
    Effect.HOLD: (
        ("en", "Your access is closed until your security team has spoken with you."),
        ("fr", "Votre accès est fermé jusqu’à ce que votre équipe de sécurité vous ait parlé."),
    ),
}
"""What the person reads when a budget gives no reason of its own."""


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """A budget with the places of its parts, for checks that come later.

    Attributes:
        target: the fields of the target, or None without one.
        limits: key and value node of each window, in the order of the budget's windows.
        description: for the readers of the file.
        why: why each number is what it is, by window in microseconds.
        of: id of the budget whose `afterwards` it is; empty for one that is written as such.
    """

    budget: Budget
    fields: Fields
    target: Fields | None
    limits: tuple[tuple[Node, Node], ...]
    description: str
    why: dict[int, str]
    of: str = ""


def read_budget(reader: Reader, node: Node, *, zone: str) -> ReadBudget:
    """Reads one budget and notes every fault of it; `zone` is for hours that name none."""
    fields = Fields(reader, node, schema.keys(schema.POLICY, "budget"), what="a budget")
    shape = "a name of small letters, digits, `.`, `_` and `-`"
    name = fields.string("id", "", required=True, pattern=ID, shape=shape)
    description = fields.string("description", "", lines=True)
    effect = fields.get("effect", _effect, Effect.DENY)
    target_fields = fields.fields("target", schema.keys(schema.POLICY, "target"), what="a target")
    windows, places = read_limits(fields, "limits", required=True)
    budget = Budget(
        id=name,
        per=tuple(sorted(fields.each("per", _key, required=True), key=list(Key).index)),
        windows=windows,
        counts=fields.word("counts", _COUNTS, Count.PERSONS),
        target=Target() if target_fields is None else _read_target(target_fields, zone=zone),
        warn_share=fields.get("warn_at", _share, None),
        effect=effect,
        mode=fields.word("mode", _MODES, Mode.ENFORCE),
        reason=_read_reason(fields) or STANDARD_REASONS[effect],
    )
    read = ReadBudget(
        budget, fields, target_fields, places, description, _read_why(fields, windows)
    )
    _check_keys(read)
    check_windows(read)
    return read


def read_zone(fields: Fields, key: str, default: str) -> str:
    """An IANA time zone by its name, such as `Europe/Paris` or `UTC`."""
    return fields.get(key, _zone, default)


def _key(node: Node) -> Key:
    if node.text in {"person", "persons"}:
        advice = "say `counts: persons`, and count them per account, session, organization, …"
        raise Fault("persons are what is counted, not what it is counted by", advice)
    return scalars.word(node, _KEYS)


def _effect(node: Node) -> Effect:
    if node.text == "permit":
        advice = "write `effect: warn`, or `mode: shadow` to only watch"
        raise Fault("a budget whose effect is `permit` does nothing", advice)
    return scalars.word(node, _EFFECTS)


def _share(node: Node) -> float:
    share = scalars.number(node, least=0.001, most=1)
    if abs(share * 1000 - round(share * 1000)) > 1e-9:
        raise Fault(f"{quote(node.text)} has more than three decimals", f"write {share:.3f}")
    return share


def read_limits(
    fields: Fields, name: str, *, required: bool = False
) -> tuple[tuple[Window, ...], tuple[tuple[Node, Node], ...]]:
    """The windows written under a key, shortest first, and the nodes of each."""
    reader = fields.reader
    found: dict[int, tuple[int, int, Node, Node]] = {}
    for key, value in fields.entries(name, required=required):
        length = reader.read(key, partial(scalars.duration, most=schema.MAX_WINDOW_DAYS * DAY))
        limit = reader.read(value, partial(scalars.integer, least=0))
        if length in found:
            earlier = found[length][2]
            message = f"{quote(key.text)} and {quote(earlier.text)} are the same window"
            reader.note(key, message, f"keep one of them; the other is on line {earlier.line}")
        elif length is not None and limit is not None:
            found[length] = (length, limit, key, value)
    if len(found) > MAX_WINDOWS:
        reader.note(fields.place(name), f"more than {MAX_WINDOWS} windows in one budget")
    ordered = [found[length] for length in sorted(found)]
    return (
        tuple(Window(length, limit) for length, limit, _, _ in ordered),
        tuple((key, value) for _, _, key, value in ordered),
    )


def _read_reason(fields: Fields) -> tuple[tuple[str, str], ...]:
    reason = fields.fields("reason", schema.keys(schema.POLICY, "reason"), what="a reason")
    if reason is None:
        return ()
    texts = [(lang, reason.string(lang, "", required=True, lines=True)) for lang in ("en", "fr")]
    return tuple(texts)


def _read_why(fields: Fields, windows: tuple[Window, ...]) -> dict[int, str]:
    whys: dict[int, str] = {}
    known = {w.length for w in windows}
    for key, value in fields.entries("why"):
        length = fields.reader.read(key, scalars.duration)
        if length is not None and length not in known:
            listed = ", ".join(format_duration(w.length) for w in windows)
            advice = f"its windows are {listed}" if listed else ""
            fields.reader.note(key, f"{quote(key.text)} is not a window of this budget", advice)
        text = fields.reader.read(value, partial(scalars.text, lines=True))
        if length is not None and text is not None:
            whys[length] = text
    return whys


def _read_target(fields: Fields, *, zone: str) -> Target:
    if fields.node.kind is Kind.MAPPING and not fields.node.entries:
        fields.reader.note(
            fields.node, "the target is empty", "remove `target` to mean every access"
        )
    under, over = _read_age(fields)
    return Target(
        kinds=_names(fields, "kind"),
        organizations=_names(fields, "organization"),
        applications=_names(fields, "application"),
        operations=_names(fields, "operation"),
        categories=_names(fields, "category"),
        factors=_names(fields, "factor"),
        hours=_read_hours(fields, zone=zone),
        younger_than=under,
        older_than=over,
        own=fields.word("caseload", _OWN, None),
        justified=fields.boolean("justified", None),
        stepped_up=fields.boolean("stepped_up", None),
    )


def _names(fields: Fields, key: str) -> frozenset[str] | None:
    return frozenset(fields.strings(key)) or None


def _read_age(fields: Fields) -> tuple[int | None, int | None]:
    keys = schema.keys(schema.POLICY, "account_age")
    age = fields.fields("account_age", keys, what="an account age")
    if age is None:
        return None, None
    under, over = age.duration("under", None), age.duration("over", None)
    if age.node.kind is Kind.MAPPING and not age.node.entries:
        age.reader.note(age.node, "the account age is empty", "write `under: 14d`, or `over: 14d`")
    if under is not None and over is not None and over >= under:
        message = f"no account is at once under {format_duration(under)} and over {format_duration(over)} old"
        age.reader.note(age.node, message, "the budget could never fire: keep one of the two")
    return under, over


def _read_hours(fields: Fields, *, zone: str) -> Hours | None:
    hours = fields.fields("hours", schema.keys(schema.POLICY, "hours"), what="hours")
    if hours is None:
        return None
    faults = len(hours.reader.issues)
    start, end = hours.get("from", _minute, None), hours.get("to", _minute, None)
    if ("from" in hours) != ("to" in hours):
        missing = "to" if "from" in hours else "from"
        hours.reader.note(hours.node, f"`{missing}` is missing from hours", f'add `{missing}: "…"`')
    spans = _WHOLE_DAY if start is None or end is None else _spans(hours, start, end)
    weekdays = frozenset(hours.words("weekdays", schema.WEEKDAYS)) or frozenset(range(7))
    if len(hours.reader.issues) == faults and spans == _WHOLE_DAY and len(weekdays) == 7:
        hours.reader.note(hours.node, "these hours are always", "remove `hours`, or narrow them")
    return Hours(zone=read_zone(hours, "zone", zone), spans=spans, weekdays=weekdays)


def _minute(node: Node) -> int:
    if node.plain and _TIME.fullmatch(node.text):
        raise Fault(
            f"{quote(node.text)} is a number in base 60 to some YAML readers",
            f'put it in quotes: "{node.text}"',
        )
    text = scalars.text(node, pattern=_TIME, shape="a time from 00:00 to 24:00, such as 20:00")
    return int(text[:2]) * 60 + int(text[3:])


def _spans(hours: Fields, start: int, end: int) -> tuple[tuple[int, int], ...]:
    if start == 1440:
        hours.reader.note(hours.place("from"), "a span cannot begin at 24:00", 'write "00:00"')
    if start == end:
        message = "`from` and `to` are the same: the span has no length"
        hours.reader.note(
            hours.place("to"), message, 'for the whole day write from "00:00" to "24:00"'
        )
    if start < end:
        return ((start, end),)
    return ((0, end), (start, 1440)) if end > 0 else ((start, 1440),)


def _zone(node: Node) -> str:
    name = scalars.text(node)
    area = name.split("/")[0]
    known = name == "UTC" or ("/" in name and area not in {"posix", "right"})
    try:
        if known:
            return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        pass
    raise Fault(
        f"{quote(name)} is not a time zone",
        suggest(name, _zones()) or "write it like Europe/Paris, or UTC",
    )


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(z for z in available_timezones() if "/" in z or z == "UTC"))


def _check_keys(read: ReadBudget) -> None:
    budget, fields = read.budget, read.fields
    note = partial(fields.reader.note, fields.place("per"))
    if Key.SYSTEM in budget.per and len(budget.per) > 1:
        note(
            "`system` counts everything together, and stands alone",
            "remove `system`, or the others",
        )
    single = {Key.ACCOUNT, Key.SESSION} & set(budget.per)
    if budget.counts is Count.ACCOUNTS and single:
        key = "account" if Key.ACCOUNT in single else "session"
        message = (
            f"per {key} there is never more than one account to count: the budget could never fire"
        )
        note(
            message,
            "count persons, or count accounts per organization, application, lineage, source or system",
        )
    if budget.effect is Effect.HOLD and budget.per and not single:
        message = "a hold closes the account or the session that asked, and this budget is counted by neither"
        fields.reader.note(
            fields.place("effect"),
            message,
            "write `effect: deny`: it refuses, and closes nobody who happened to ask last",
        )
    if (
        budget.target.own is not None
        and budget.counts is not Count.PERSONS
        and read.target is not None
    ):
        message = f"`caseload` tells persons apart, and this budget counts {budget.counts.value}"
        fields.reader.note(
            read.target.place("caseload"), message, "write `counts: persons`, or remove `caseload`"
        )


def check_windows(read: ReadBudget) -> None:
    """Notes windows that can never bind, because of the others."""
    budget, reader = read.budget, read.fields.reader
    useful: list[Window] = []
    for window, (key, value) in zip(budget.windows, read.limits, strict=True):
        above = [w for w in useful if w.limit > window.limit]
        if above:
            shorter = above[-1]
            message = (
                f"{window.limit} in {format_duration(window.length)} is less than {shorter.limit} in "
                f"{format_duration(shorter.length)}: the window {format_duration(shorter.length)} could never bind"
            )
            reader.note(
                value, message, "give the longer window the larger limit, or remove the shorter one"
            )
            continue
        most = most_in(useful, window.length) if useful and _limits_by_itself(budget) else None
        if most is not None and most <= window.limit and window.limit > useful[-1].limit:
            message = (
                f"{window.limit} in {format_duration(window.length)} could never bind: "
                f"the shorter windows let at most {most} through in that time"
            )
            reader.note(key, message, f"write less than {most}, or remove this window")
        useful.append(window)


def _limits_by_itself(budget: Budget) -> bool:
    """Whether its shorter windows really keep the count down: not when it only warns, slows or watches."""
    return budget.mode is Mode.ENFORCE and not budget.effect.releases
