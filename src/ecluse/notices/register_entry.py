"""D3: the entry of the register of breaches (GDPR art. 33(5)): facts, effects, remedial action, enough to verify.

An entry is never changed. What is learnt later makes the next entry, which names the hash of the one before; all stay.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.model.incident import Deadline, InstantKind
from ecluse.model.notice import Affair, Drafted, Refusal
from ecluse.notices.cnil_form import sections as form
from ecluse.notices.notice import Notice, Required
from ecluse.notices.sheet import Sections, Sheet
from ecluse.notices.voice import Voice, tidy
from ecluse.reports.document.blocks import Document

__all__ = ["NOTICE", "check", "fill"]

_LAW: Final = "GDPR art. 33(5)"
_WANTED: Final = {
    "title": _LAW,
    "facts": _LAW,
    "natures": _LAW,
    "effects": _LAW,
    "gravity": "EDPB 9/2022: reasons for the level of risk",
    "decision_notify_authority": "EDPB 9/2022: reasons for not notifying",
    "decision_tell_persons": "EDPB 9/2022: reasons for not telling",
    "done": f"{_LAW}: remedial action taken",
}


def fill(say: Voice) -> Sections:
    """Everything that is known of the breach."""
    fields = {item.key: item.value for section in form(say) for item in section.items}
    if say.affair.exposure is not None:  # in figures that people read, not for a box of a form
        fields["records"] = say.say("records", n=say.affair.exposure.records)
    return {
        "identification": _identification(say),
        "instants": dict(_instants(say)),
        "facts": _some(fields, "established", "natures", "origins", "cause", "supports", "circumstances", "facts"),
        "exposure": _some(fields, "accesses", "precision", "manners", "records", "data", "sensitive", "people", "linked", "minors", "protected", "member_states")
        | {"gaps": say.gaps_text()},
        "effects": {"effects": say.both(say.affair.statement.effects)}
        | _some(fields, "consequences", "consequences_text", "harms"),
        "gravity": _some(fields, "gravity", "enisa"),
        "decisions": dict(_decisions(say)),
        "delays": dict(_delays(say)) | _some(fields, "delay_reasons"),
        "measures": _some(fields, "before", "done", "planned"),
        "informing": _some(fields, "informing", "informed_at", "informed_number", "means", "ground"),
        "authorities": {"initial_number": say.affair.statement.authority_number}
        | _some(fields, "lead_authority", "other_authorities", "other_bodies", "complaint")
        | {"answers": _answers(say)},
        "documents": {"documents": "\n".join(_document(say, d) for d in say.affair.documents if d.released)},
        "review": {
            "review": say.both(say.affair.statement.review),
            "lessons": say.both(say.affair.statement.lessons),
            "retention": say.both(say.affair.statement.retention),
        },
        "timeline": {"timeline": "\n".join(_steps(say))},
        "chain": {"entry": say.words.number(_number(say.affair)), "before_digest": _before(say.affair) or ""},
    }  # fmt: skip


def _some(fields: dict[str, str], *names: str) -> dict[str, str]:
    return {name: fields.get(name, "") for name in names}


def _identification(say: Voice) -> dict[str, str]:
    incident = say.affair.incident
    return {
        "id": incident.id,
        "title": tidy(incident.title),
        "state": say.named("state", incident.state.value),
        "owner": tidy(incident.owner),
        "opened": say.signed(incident.opened),
        "applications": ", ".join(map(tidy, incident.applications)),
        "processors": "\n".join(name for name, _ in say.affair.controller.processors),
        "joint": "\n".join(say.affair.controller.joint),
    }


def _instants(say: Voice) -> Iterator[tuple[str, str]]:
    """Each instant with its source and who wrote it; a correction stands under what it corrects."""
    for kind in InstantKind:
        said = [i for i in say.affair.incident.instants if i.kind is kind]
        lines = []
        for one in said:
            line = say.instant_line(one)
            written = say.say("written", by=say.signed(one.signed))
            lines.append("\n".join((say.say("correction", text=line) if one.corrects else line, written)))  # fmt: skip
        if lines:
            yield f"instant_{kind.value}", "\n".join(lines)


def _decisions(say: Voice) -> Iterator[tuple[str, str]]:
    """Each decision with reasons and names, the earlier ones too."""
    made: dict[str, list[str]] = {"notify_authority": [], "tell_persons": []}
    for one in say.affair.incident.decisions:
        line = say.say("decided", answer=say.named("answer", one.answer), by=say.signed(one.signed))
        reasons = say.say("reasons", reasons=tidy(one.reasons)) if one.reasons else ""
        made.setdefault(one.what, []).append("\n".join(filter(None, (line, reasons))))
    for what, lines in made.items():
        yield f"decision_{what}", "\n".join(lines)


def _delays(say: Voice) -> Iterator[tuple[str, str]]:
    for deadline in say.affair.incident.deadlines:
        yield f"deadline_{deadline.name}", _delay(say, deadline)


def _delay(say: Voice, deadline: Deadline) -> str:
    if deadline.due is None:
        return say.say("delay.still")
    lines = [say.say("delay.due", instant=say.instant(deadline.due))]
    if deadline.met_at is not None:
        late = deadline.met_at > deadline.due
        key = "delay.met_late" if late else "delay.met"
        lines.append(say.say(key, instant=say.instant(deadline.met_at)))
    elif say.affair.made_at > deadline.due:
        lines.append(say.say("delay.missed"))
    if deadline.shadow_due is not None:
        lines.append(say.say("delay.shadow", instant=say.instant(deadline.shadow_due)))
    return "\n".join(lines)


def _answers(say: Voice) -> str:
    colon = say.say("colon")
    return "\n".join(f"{say.date(at)}, {name}{colon}{say.both(text)}" for at, name, text in say.affair.statement.answers)  # fmt: skip


def _document(say: Voice, drafted: Drafted) -> str:
    assert drafted.first is not None
    assert drafted.second is not None
    files = dict(drafted.files)
    digest = next((d for name, d in sorted(files.items()) if name.endswith(".json")), "")
    return say.say("released", name=drafted.name, version=drafted.version, first=tidy(drafted.first.by), second=say.signed(drafted.second), digest=digest)  # fmt: skip


def _steps(say: Voice) -> Iterator[str]:
    for step in say.affair.incident.timeline:
        if not getattr(step, "act", "").startswith("document_"):
            text = say.say("step", instant=say.words.instant(step.at), what=tidy(step.what), by=tidy(step.signed.by))  # fmt: skip
            yield text


def _number(affair: Affair) -> int:
    return int((affair.previous or {}).get("entry", 0)) + 1


def _before(affair: Affair) -> str | None:
    found = (affair.previous or {}).get("hash")
    return str(found) if found else None


def _more(affair: Affair) -> dict[str, Any]:
    return {
        "entry": _number(affair),
        "before": _before(affair),
        "gravity": None if affair.gravity is None else int(affair.gravity.decided),
    }


def check(affair: Affair, _: Document) -> tuple[Refusal, ...]:
    """What only the register can get wrong: a decision without reasons, a missed deadline without any."""
    return tuple(_reasons(affair))


def _reasons(affair: Affair) -> Iterator[Refusal]:
    incident, stated = affair.incident, affair.statement
    for what in ("breach", "notify_authority", "tell_persons"):
        decided = incident.decision(what)
        if decided is not None and not decided.reasons.strip():
            yield Refusal("missing", f"decision_{what}", f"the decision `{what}` has no reasons (EDPB 9/2022)", "decide it again with --reasons")  # fmt: skip
    late = [d for d in incident.deadlines if d.name == "gdpr_33_1" and d.due is not None and (d.met_at or affair.made_at) > d.due]  # fmt: skip
    refused = incident.decision("notify_authority")
    told = refused is None or refused.answer != "no"
    if late and told and not (stated.delay_reasons.fr or stated.delay_reasons.en):
        yield Refusal("missing", "delay_reasons", "the 72 hours have passed, and no reasons are given (GDPR art. 33(1))", "write `delay_reasons` in the statement")  # fmt: skip


_SHEET: Final = Sheet("register_entry", "register_entry", fill, _WANTED, _more)

NOTICE: Final = Notice(
    name="register_entry",
    title={
        "fr": "Entrée du registre des violations (article 33, paragraphe 5)",
        "en": "Entry of the register of breaches (art. 33(5))",
    },
    required=(
        *(Required(f"fields.{key}", source) for key, source in _WANTED.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=_SHEET.build,
    data=_SHEET.data,
    check=check,
)
