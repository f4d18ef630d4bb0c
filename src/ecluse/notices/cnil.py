"""D1: the draft of the notification to the CNIL (GDPR art. 33), in the order and words of its form, initial and complementary.

Nobody can send it from here: a person copies it into the form. A complement is the same document with what has changed marked.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final, Literal

from ecluse.model.incident import InstantKind
from ecluse.model.notice import Affair, Refusal
from ecluse.model.time import HOUR
from ecluse.notices.cnil_form import Item, sections
from ecluse.notices.facts import exposure_data
from ecluse.notices.notice import LANGUAGES, Notice, Required
from ecluse.notices.voice import Voice, tidy, voice
from ecluse.reports.document.blocks import Block, Document, Fact, Facts, Heading, Note, Paragraph

__all__ = ["NOTICE", "build", "check", "data"]

_LATE: Final = 72 * HOUR
_FORM: Final = "the form of the CNIL"
_ALWAYS: Final = {
    "name": f"{_FORM}, 1",
    "dpo": "GDPR art. 33(3)(b)",
    "established": f"{_FORM}, 2",
    "aware": "GDPR art. 33(1)",
    "circumstances": f"{_FORM}, 2",
    "natures": "GDPR art. 33(3)(a)",
    "informing": f"{_FORM}, 13",
}
_UNLESS_STAGED: Final = {
    "origins": f"{_FORM}, 4",
    "cause": f"{_FORM}, 5",
    "supports": f"{_FORM}, 6",
    "data": "GDPR art. 33(3)(a)",
    "records": "GDPR art. 33(3)(a)",
    "people": "GDPR art. 33(3)(a)",
    "persons": "GDPR art. 33(3)(a)",
    "consequences": "GDPR art. 33(3)(c)",
    "harms": f"{_FORM}, 10",
    "gravity": f"{_FORM}, 11",
    "done": "GDPR art. 33(3)(d)",
}
"""What an initial notification may leave to its complement, when it says what is unknown and when that comes (art. 33(4))."""


def build(affair: Affair, language: str) -> Document:
    """The draft: a box a field; what is missing and what has changed stands at its head and in its place."""
    say = voice("cnil", affair, language)
    title = say.say(f"title.{affair.kind}")
    facts = data(affair)
    changed = _changed(affair.previous, facts["fields"], language)
    return Document(
        title=title,
        subtitle=say.subtitle(),
        language=language,
        made_at=affair.made_at,
        blocks=(*_head(say, facts, changed), *_body(say, facts, changed)),
        footer=say.footer(say.say("title.short")),
    )


def data(affair: Affair) -> dict[str, Any]:
    """The fields in both languages, the exposure, and a hash over all that."""
    voices = {language: voice("cnil", affair, language) for language in LANGUAGES}
    filled = {
        language: {item.key: item.value for one in sections(say) for item in one.items}
        for language, say in voices.items()
    }
    stated = affair.statement
    whole: dict[str, Any] = {
        "document": "cnil",
        "kind": affair.kind,
        "initial_number": stated.authority_number,
        "incident": affair.incident.id,
        "head": affair.incident.head,
        "made_at": affair.made_at,
        "signer": affair.signer,
        "exposure": exposure_data(affair),
        "fields": {
            key: {language: filled[language][key] for language in LANGUAGES} for key in filled["fr"]
        },
    }
    whole["missing"] = [name for name in _wanted(affair) if not any(whole["fields"].get(name, {}).values())]  # fmt: skip
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {**whole, "hash": sha256(text.encode()).hexdigest()}


def check(affair: Affair, _: Document) -> tuple[Refusal, ...]:
    """What only this document can get wrong."""
    return tuple(_reasons(affair))


def _wanted(affair: Affair) -> Mapping[str, str]:
    kind = {"initial_number": f"{_FORM}, 0"} if affair.kind == "complementary" else {}
    return _ALWAYS | kind | ({} if _staged(affair) else _UNLESS_STAGED)


def _staged(affair: Affair) -> bool:
    """Whether the initial notification itself says that more will come, and when."""
    stated = affair.statement
    return affair.kind == "initial" and bool(stated.unknown) and stated.complement_at is not None


def _reasons(affair: Affair) -> Iterator[Refusal]:
    stated, version, gravity = affair.statement, affair.exposure, affair.gravity
    for name in data(affair)["missing"]:
        if name not in _ALWAYS:
            source = _wanted(affair)[name]
            yield Refusal("missing", name, f"`{name}` is missing ({source})", "state it; or, in an initial notification, list under `unknown` what is not known yet, and write `complement_at`")  # fmt: skip
    if affair.kind == "initial" and stated.authority_number:
        yield Refusal("inconsistent", "type", f"the authority has given the number {stated.authority_number} already", "draft the complementary notification (`--kind complementary`)")  # fmt: skip
    aware = affair.incident.instant(InstantKind.AWARE)
    told = affair.incident.instant(InstantKind.AUTHORITY_TOLD)
    until = affair.made_at if told is None else told.at
    late = aware is not None and until - aware.at > _late(affair)
    if late and affair.kind == "initial" and not (stated.delay_reasons.fr or stated.delay_reasons.en):  # fmt: skip
        yield Refusal("missing", "delay_reasons", "the notification is late, and no reasons are given (GDPR art. 33(1))", "write `delay_reasons` in the statement")  # fmt: skip
    if version is not None and version.member_states and stated.cross_border is False:
        yield Refusal("inconsistent", "cross_border", "the statement says that nobody in another Member State is concerned, and the exposure counts some", "write `cross_border: true`")  # fmt: skip
    if version is not None and version.minors and stated.people and "minors" not in stated.people:
        yield Refusal("inconsistent", "people", f"the exposure counts {version.minors:,} minors, and `people` does not name them", "add `minors` to `people`")  # fmt: skip
    if version is not None and gravity is not None and gravity.exposure not in {None, (version.number, version.digest)}:  # fmt: skip
        yield Refusal("inconsistent", "gravity", "the gravity was decided from another version of the exposure", "decide it again from the version in force")  # fmt: skip
    if gravity is not None and gravity.signed is None:
        yield Refusal("missing", "gravity", "nobody has decided the gravity; it is a proposal of the software", "decide it with `ecluse incident gravity`")  # fmt: skip


def _late(affair: Affair) -> int:
    """The hours of the clock of the incident, 72 when it has none."""
    hours = [d.hours for d in affair.incident.deadlines if d.name == "gdpr_33_1" and d.hours]
    return hours[0] * HOUR if hours else _LATE


def _changed(previous: Mapping[str, Any] | None, now: dict[str, Any], language: str) -> dict[str, str] | None:  # fmt: skip
    """The fields whose text has changed, with the text before; None when nothing was released before."""
    before = (previous or {}).get("fields")
    if not isinstance(before, Mapping):
        return None
    old = {key: str(before.get(key, {}).get(language, "")) for key in now}
    return {key: text for key, text in old.items() if text != now[key][language] and key != "type"}


def _head(say: Voice, facts: dict[str, Any], changed: dict[str, str] | None) -> Iterator[Block]:
    yield Note(say.say("draft"))
    yield Paragraph(say.say("how"))
    if facts["missing"]:
        names = ", ".join(say.say(f"field.{name}") for name in facts["missing"])
        yield Note(say.say("missing", names=names), warns=True)
    if say.affair.kind == "complementary":
        text = say.say("no_previous") if changed is None else say.say("changes", n=len(changed))
        yield Note(text, warns=changed is None)


def _body(say: Voice, facts: dict[str, Any], changed: dict[str, str] | None) -> Iterator[Block]:
    missing = frozenset(facts["missing"])
    for section in sections(say):
        yield Heading(say.say(f"section.{section.key}"))
        yield Facts(
            tuple(_fact(say, item, missing, changed or {}) for item in section.items), boxes=True
        )
    yield Heading(say.say("section.signature"))
    yield Facts(
        tuple(_fact(say, item, missing, {}) for item in _origin(say, facts["hash"])), boxes=True
    )


def _origin(say: Voice, digest: str) -> Iterator[Item]:
    version = say.affair.exposure
    yield Item("signer", tidy(say.affair.signer))
    yield Item("made_at", say.instant(say.affair.made_at))
    yield Item("exposure", say.version_line())
    yield Item("exposure_digest", "" if version is None else version.digest, code=True)
    yield Item("gaps", say.gaps_text())
    yield Item("head", say.affair.incident.head, code=True)
    yield Item("hash", digest, code=True)


def _fact(say: Voice, item: Item, missing: frozenset[str], changed: dict[str, str]) -> Fact:
    name, value = say.say(f"field.{item.key}"), item.value or say.say("not_stated")
    if item.key in changed:
        before = changed[item.key]
        small = say.say("was", text=before) if before else say.say("was_empty")
        return Fact(name, value, code=item.code, mark="changed", small=small)
    unstated: Literal["", "unstated"] = "" if item.value else "unstated"
    return Fact(name, value, code=item.code, mark="missing" if item.key in missing else unstated)


NOTICE: Final = Notice(
    name="cnil",
    title={
        "fr": "Notification à la CNIL (projet)",
        "en": "Notification to the CNIL (draft)",
    },
    required=(
        *(Required(f"fields.{key}", source) for key, source in _ALWAYS.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=build,
    data=data,
    check=check,
)
