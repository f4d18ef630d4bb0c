"""What do the documents to the CSIRT and to the insurer say? Fields that several of them share, and their common check."""

from collections.abc import Iterator

from ecluse.model.incident import InstantKind
from ecluse.model.notice import Affair, Refusal
from ecluse.notices.cnil_form import sections as form
from ecluse.notices.sheet import Sections
from ecluse.notices.voice import Voice, tidy
from ecluse.reports.document.blocks import Document

__all__ = ["check_regime", "entity", "impact", "indicators", "measures", "timing"]


def entity(say: Voice) -> Sections:
    """Who reports, of which incident, to whom."""
    controller, incident = say.affair.controller, say.affair.incident
    return {
        "entity": {
            "recipient": controller.csirt,
            "name": controller.name,
            "siren": controller.siren,
            "sector": controller.sector,
            "kind": say.say(f"entity.{controller.nis2 or 'none'}"),
            "contact": say.contact(controller.dpo),
            "id": incident.id,
            "title": tidy(incident.title),
        }
    }


def timing(say: Voice) -> Sections:
    """The instants and whether it goes on."""
    stated = say.affair.statement
    ended = say.known(InstantKind.ENDED) or say.say("ongoing" if stated.ongoing else "not_known")
    names = (InstantKind.FIRST_INDICATOR, InstantKind.AWARE, InstantKind.BEGAN, InstantKind.CONTAINED)  # fmt: skip
    return {
        "timing": {f"instant_{kind.value}": say.known(kind) for kind in names}
        | {"ended": ended, "early_told": say.known(InstantKind.CSIRT_TOLD)}
    }


def impact(say: Voice) -> dict[str, str]:
    """Severity and impact, with the persons of the exposure when there is one."""
    stated = say.affair.statement
    fields = {item.key: item.value for section in form(say) for item in section.items}
    return {
        "significance": say.both(stated.significance),
        "severe": say.both(stated.severe),
        "services": say.both(stated.services),
        "applications": ", ".join(map(tidy, say.affair.incident.applications)),
        "precision": say.persons_line(),
        "gaps": say.gaps_text(),
        "data": fields["data"],
        "member_states": fields["member_states"],
        "cross_border": fields["cross_border"],
    }


def indicators(say: Voice) -> dict[str, str]:
    """Indicators of compromise: those that persons state, and the sources of the incident."""
    known = (*say.affair.statement.indicators, *say.affair.incident.sources)
    return {"indicators": "\n".join(dict.fromkeys(map(tidy, known)))}


def measures(say: Voice) -> dict[str, str]:
    """What was done, what goes on, what is planned."""
    return {
        "done": "\n".join(say.measures("done")),
        "mitigation": say.both(say.affair.statement.mitigation),
        "planned": "\n".join(say.measures("planned")),
    }


def check_regime(affair: Affair, _: Document) -> tuple[Refusal, ...]:
    """Refuses a report under a law that is not in force here: the switch is in the file of the clocks."""
    return tuple(_regime(affair))


def _regime(affair: Affair) -> Iterator[Refusal]:
    if not any(d.name.startswith("nis2") for d in affair.incident.deadlines):
        yield Refusal(
            "regime",
            "clocks.yaml",
            "the regime `nis2` is off: directive (EU) 2022/2555 binds through a national law, and none is switched on here",
            "set `regimes: nis2: {enabled: true}` in clocks.yaml once such a law is in force and binds the organization",
        )
