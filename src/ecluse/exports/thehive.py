"""What TheHive 5 takes at `POST /api/v1/alert`: one for the incident, with its accounts and sources as observables.

For one's own team: owner, decisions, deadlines and time line are in it. `sourceRef` is the incident, so that a second
one is refused rather than doubled; then update it in TheHive.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material, Tlp
from ecluse.exports.common.wording import incident_uid_parts, inner_facts, outer_facts
from ecluse.exports.common.writing import address, clean, json_text, one_line, uid
from ecluse.model.finding import Severity
from ecluse.model.incident import Incident

__all__ = ["EXPORT"]

_TLP: Final = {Tlp.CLEAR: 0, Tlp.GREEN: 1, Tlp.AMBER: 2, Tlp.AMBER_STRICT: 3, Tlp.RED: 4}
_SEVERITY: Final = {
    Severity.INFORMATIONAL: 1,
    Severity.LOW: 1,
    Severity.MEDIUM: 2,
    Severity.HIGH: 3,
    Severity.CRITICAL: 4,
}
_PAP_AMBER: Final = 2
_TITLE: Final = 512
_VALUE: Final = 4096
_TEXT: Final = 1_000_000
"""Characters that TheHive takes of a title, an observable, a description."""


def _document(material: Material, _: frozenset[Carried]) -> Iterator[str]:
    if material.incident is not None:
        yield json_text(_written(material.incident, material), indent=1) + "\n"


def _written(incident: Incident, material: Material) -> dict[str, Any]:
    tlp = _TLP[material.tlp]
    return {
        "type": "ecluse",
        "source": one_line(material.organization or "ecluse", 128),
        "sourceRef": uid("incident", *incident_uid_parts(incident)),
        "title": one_line(f"{incident.id} {incident.title}".strip(), _TITLE),
        "description": _description(incident, material),
        "severity": _SEVERITY[incident.severity],
        "date": incident.opened.at // 1000,
        "tags": ["ecluse", material.tlp.tag, f"state:{incident.state.value}"],
        "flag": False,
        "tlp": tlp,
        "pap": _PAP_AMBER,
        "observables": list(_observables(incident, tlp)),
    }


def _description(incident: Incident, material: Material) -> str:
    """Markdown in which no name can be anything but a name."""
    facts = [*outer_facts(incident, material.exposure), *inner_facts(incident)]
    lines = [f"- **{name}**: {_literal(said)}" for name, said in facts]
    return clean("\n".join(lines), _TEXT)


def _literal(said: str) -> str:
    """As code, between more backticks than there are in it."""
    text = one_line(said, 20_000)
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence} {text} {fence}"


def _observables(incident: Incident, tlp: int) -> Iterator[dict[str, Any]]:
    common = {"tlp": tlp, "pap": _PAP_AMBER, "ioc": False, "ignoreSimilarity": False}
    for account in dict.fromkeys(clean(a, _VALUE) for a in incident.accounts if a):
        yield {"dataType": "other", "data": account, "tags": ["account"], **common}
    for source in dict.fromkeys(clean(s, _VALUE) for s in incident.sources if s):
        ip = address(source)
        kind = ("ip", ip) if ip else ("other", source)
        yield {"dataType": kind[0], "data": kind[1], "tags": ["source"], **common}


EXPORT: Final = Export(
    name="thehive",
    title="alert of TheHive 5",
    schema="TheHive API v1, InputAlert",
    reveals="everything that is known of the incident: owner, decisions with reasons, sessions, time line; numbers of persons",
    carries=(Carried.INCIDENT,),
    document=_document,
    inner=True,
)
