"""What stands in each field of the authority's form, section by section, in its order? Reference, sections 0 to 15."""

from dataclasses import dataclass

from ecluse.model.form import SENSITIVE
from ecluse.model.incident import InstantKind
from ecluse.notices.categories import form_words
from ecluse.notices.voice import Voice, tidy

__all__ = ["Item", "Section", "sections"]


@dataclass(frozen=True, slots=True)
class Item:
    """A field of the form.

    Attributes:
        key: `circumstances`; its label is the sentence `field.circumstances`.
        value: as it goes into the field, lines apart; empty when nobody has stated it.
        code: whether it is a digest.
    """

    key: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the form."""

    key: str
    items: tuple[Item, ...]


def sections(say: Voice) -> tuple[Section, ...]:
    """All sections with what is known."""
    return (
        Section("type", _type(say)),
        Section("organization", _organization(say)),
        Section("breach", _breach(say)),
        *_choices(say),
        Section("data", _data(say)),
        Section("people", _people(say)),
        Section("consequences", _consequences(say)),
        Section("harms", (Item("harms", say.chosen("harm", say.affair.statement.harms)),)),
        Section("gravity", _gravity(say)),
        Section("measures", _measures(say)),
        Section("informing", _informing(say)),
        Section("borders", _borders(say)),
        Section("rest", _rest(say)),
    )


def _type(say: Voice) -> tuple[Item, ...]:
    kind = say.affair.kind
    number = Item("initial_number", say.affair.statement.authority_number)
    first = Item("type", say.say(f"type.{kind}"))
    return (first,) if kind == "initial" else (first, number)


def _organization(say: Voice) -> tuple[Item, ...]:
    controller = say.affair.controller
    does = say.say("colon")
    return (
        Item("name", controller.name),
        Item("siren", controller.siren or say.say("no_siren")),
        Item("address", controller.address.strip()),
        Item("sector", controller.sector),
        Item("size", controller.size),
        Item("representative", say.contact(controller.representative)),
        Item("dpo", say.contact(controller.dpo)),
        Item("processors", "\n".join(f"{n}{does}{d}" if d else n for n, d in controller.processors)),
        Item("joint", "\n".join(controller.joint)),
    )  # fmt: skip


def _breach(say: Voice) -> tuple[Item, ...]:
    stated, version = say.affair.statement, say.affair.exposure
    ended = say.known(InstantKind.ENDED) or say.say("ongoing" if stated.ongoing else "not_known")
    accesses = ""
    if version is not None and version.first_at is not None and version.last_at is not None:
        accesses = say.say("interval", first=say.words.instant(version.first_at), last=say.instant(version.last_at))  # fmt: skip
    return (
        Item("established", say.say(f"established.{str(stated.established).lower()}")),
        Item("discovered", say.known(InstantKind.FIRST_INDICATOR)),
        Item("aware", say.known(InstantKind.AWARE)),
        Item("began", say.known(InstantKind.BEGAN) or say.say("not_known")),
        Item("ended", ended),
        Item("accesses", accesses),
        Item("processor_told", say.known(InstantKind.PROCESSOR_TOLD)),
        Item("circumstances", say.both(stated.circumstances)),
        Item("facts", say.both(stated.facts)),
        Item("delay_reasons", say.both(stated.delay_reasons)),
    )


def _choices(say: Voice) -> tuple[Section, ...]:
    stated = say.affair.statement
    cause = (stated.cause,) if stated.cause else ()
    return (
        Section("nature", (Item("natures", say.chosen("nature", stated.natures)),)),
        Section("origin", (Item("origins", say.chosen("origin", stated.origins)),)),
        Section("cause", (Item("cause", say.chosen("cause", cause)),)),
        Section("supports", (Item("supports", say.chosen("support", stated.supports)),)),
    )


def _data(say: Voice) -> tuple[Item, ...]:
    version = say.affair.exposure
    usual: list[str] = []
    sensitive: list[str] = []
    for count in version.categories if version is not None else ():
        for word in form_words(count.category, say.affair.statement):
            persons = say.say("persons", n=count.persons)
            line = say.say("data_line", word=say.say(f"data.{word}"), category=say.category(count.category), count=persons)  # fmt: skip
            (sensitive if word in SENSITIVE else usual).append(line)
    known = version is not None and bool(version.categories)
    return (
        Item("data", "\n".join(usual)),
        Item("sensitive", "\n".join(sensitive) or (say.say("data.none_sensitive") if known else "")),
        Item("records", "" if version is None else str(version.records)),
    )  # fmt: skip


def _people(say: Voice) -> tuple[Item, ...]:
    stated, version = say.affair.statement, say.affair.exposure
    counted = {} if version is None else {"linked": version.linked, "minors": version.minors, "protected": version.protected}  # fmt: skip
    return (
        Item("people", say.chosen("people", stated.people)),
        Item("persons", "" if version is None else str(version.persons)),
        Item("precision", say.persons_line()),
        Item("manners", say.manners()),
        *(Item(n, "" if c is None else say.words.number(c)) for n, c in counted.items()),
        Item("identifiable", say.yes(stated.identifiable)),
    )


def _consequences(say: Voice) -> tuple[Item, ...]:
    stated = say.affair.statement
    return (
        Item("consequences", say.chosen("consequence", stated.consequences)),
        Item("consequences_text", say.both(stated.consequences_text)),
    )


def _gravity(say: Voice) -> tuple[Item, ...]:
    gravity = say.affair.gravity
    if gravity is None:
        return (Item("gravity", ""), Item("enisa", ""))
    level = say.say(f"gravity.{int(gravity.decided)}")
    return (Item("gravity", level), Item("enisa", "\n".join(say.working(gravity))))


def _measures(say: Voice) -> tuple[Item, ...]:
    return tuple(Item(phase, "\n".join(say.measures(phase))) for phase in ("before", "done", "planned"))  # fmt: skip


def _informing(say: Voice) -> tuple[Item, ...]:
    stated = say.affair.statement
    informing = (stated.informing,) if stated.informing else ()
    when = say.known(InstantKind.PERSONS_TOLD) or say.date(stated.informed_at)
    number = stated.informed_number
    items = (
        Item("informing", say.chosen("informing", informing)),
        Item("informed_at", when),
        Item("informed_number", "" if number is None else str(number)),
        Item("means", say.chosen("means", stated.means)),
        Item("informing_text", say.both(stated.informing_text)),
    )
    ground = (Item("ground", say.chosen("ground", (stated.ground,))),) if stated.ground else ()
    return (*items, *ground)


def _borders(say: Voice) -> tuple[Item, ...]:
    stated, version = say.affair.statement, say.affair.exposure
    states = () if version is None else version.member_states or ()
    lines = [say.say("state", code=code, count=say.say("persons", n=n)) for code, n in states]
    crossed = stated.cross_border if stated.cross_border is not None else (True if states else None)
    bodies = [say.say("body", name=n, text=t) if t else n for n, t in stated.other_bodies]
    filed = say.known(InstantKind.COMPLAINT_FILED, source=False)
    complaint = (
        say.say("complaint.number", number=stated.complaint_number) if stated.complaint_number else "",
        say.say("complaint.prosecutor", name=stated.prosecutor) if stated.prosecutor else "",
        say.say("complaint.at", instant=filed) if filed else "",
    )  # fmt: skip
    return (
        Item("cross_border", say.yes(crossed)),
        Item("member_states", "\n".join(lines)),
        Item("lead_authority", stated.lead_authority),
        Item("other_authorities", "\n".join(stated.other_authorities)),
        Item("other_bodies", "\n".join(bodies)),
        Item("complaint", "\n".join(filter(None, complaint))),
    )


def _rest(say: Voice) -> tuple[Item, ...]:
    stated = say.affair.statement
    colon = say.say("colon")
    return (
        Item("attachments", "\n".join(f"{tidy(a.name)}{colon}{a.digest}" for a in stated.attachments)),
        Item("comment", say.both(stated.comment)),
        Item("unknown", "\n".join(filter(None, map(say.both, stated.unknown)))),
        Item("complement_at", say.date(stated.complement_at)),
    )  # fmt: skip
