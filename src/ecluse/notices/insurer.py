"""The note for the insurer: facts, damage, and the complaint that French law asks for within 72 hours (insurance code, L. 12-10-1)."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.incident import InstantKind
from ecluse.model.notice import Affair, Refusal
from ecluse.notices.nis2_fields import impact, measures
from ecluse.notices.notice import Notice, Required
from ecluse.notices.sheet import Sections, Sheet
from ecluse.notices.voice import Voice, tidy
from ecluse.reports.document.blocks import Document

__all__ = ["NOTICE", "check", "fill"]

_LAW: Final = "French insurance code, art. L. 12-10-1"
_WANTED: Final = {"insurer": _LAW, "facts": _LAW, "instant_aware": _LAW, "complaint": _LAW, "claim": "the contract"}  # fmt: skip


def fill(say: Voice) -> Sections:
    """Who, what happened and when, the complaint, and what it costs."""
    stated, controller = say.affair.statement, say.affair.controller
    filed = say.known(InstantKind.COMPLAINT_FILED, source=False)
    number = stated.complaint_number
    complaint = (
        say.say("complaint.number", number=number) if number else "",
        say.say("complaint.prosecutor", name=stated.prosecutor) if stated.prosecutor else "",
        say.say("complaint.at", instant=filed) if filed else "",
    )
    shown = {name: impact(say)[name] for name in ("services", "applications", "precision", "gaps")}
    return {
        "entity": {
            "insurer": say.contact(controller.insurer),
            "name": controller.name,
            "siren": controller.siren,
            "contact": say.contact(controller.representative),
            "id": say.affair.incident.id,
            "title": tidy(say.affair.incident.title),
        },
        "timing": {
            f"instant_{kind.value}": say.known(kind)
            for kind in (InstantKind.BEGAN, InstantKind.AWARE, InstantKind.CONTAINED)
        },
        "description": {"facts": say.both(stated.facts), "root_cause": say.both(stated.root_cause)},
        "impact": shown,
        "complaint": {"complaint": "\n".join(filter(None, complaint))},
        "claim": {"claim": say.both(stated.claim)},
        "measures": measures(say),
    }


def check(affair: Affair, _: Document) -> tuple[Refusal, ...]:
    """A complaint that came too late, or not at all, is said before the insurer finds it."""
    return tuple(_reasons(affair))


def _reasons(affair: Affair) -> Iterator[Refusal]:
    filed = affair.incident.instant(InstantKind.COMPLAINT_FILED)
    if filed is None:
        yield Refusal("missing", "complaint", f"no complaint was filed, and without one within 72 hours there is no indemnity ({_LAW})", "file it, then write the instant `complaint_filed`")  # fmt: skip
        return
    clocks = [d for d in affair.incident.deadlines if d.name == "lopmi_complaint" and d.due is not None]  # fmt: skip
    for clock in clocks:
        if clock.due is not None and filed.at > clock.due and not any(affair.statement.delay_reasons.in_(lang) for lang in ("fr", "en")):  # fmt: skip
            yield Refusal("missing", "delay_reasons", f"the complaint was filed after its 72 hours ({_LAW}), and no reasons are given", "write `delay_reasons` in the statement, and ask counsel")  # fmt: skip


_SHEET: Final = Sheet("insurer", "nis2", fill, _WANTED)

NOTICE: Final = Notice(
    name="insurer",
    title={"fr": "Note à l’assureur", "en": "Note for the insurer"},
    required=(
        *(Required(f"fields.{key}", source) for key, source in _WANTED.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=_SHEET.build,
    data=_SHEET.data,
    check=check,
)
