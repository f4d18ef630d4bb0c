"""A MISP event: the incident, each account, each source; numbers of persons, and never a person.

For others: neither owner, nor decisions, nor time line. It is made unpublished and for one's own organization only; who
shares it further decides so in MISP.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material
from ecluse.exports.common.wording import changed_at, incident_uid_parts, outer_facts, span
from ecluse.exports.common.writing import address, clean, instant, json_text, uid
from ecluse.model.exposure import ExposureVersion
from ecluse.model.finding import Severity
from ecluse.model.incident import Incident, State

__all__ = ["EXPORT"]

_LONGEST: Final = 60_000
"""MISP keeps the value of an attribute in 65,535 bytes; this many characters of ASCII, fewer of others, fit."""

_INHERIT: Final = "5"
_THREAT: Final = {
    Severity.CRITICAL: "1",
    Severity.HIGH: "1",
    Severity.MEDIUM: "2",
    Severity.LOW: "3",
    Severity.INFORMATIONAL: "4",
}
_CRITICALITY: Final = {
    Severity.CRITICAL: "Extreme",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Moderate",
    Severity.LOW: "Low",
    Severity.INFORMATIONAL: "Not Specified",
}
_ANALYSIS: Final = {State.NEW: "0", State.CLOSED: "2", State.RESOLVED: "2"}
_STATUS: Final = {State.NEW: "new", State.CLOSED: "closed"}
_INCIDENT: Final = ("incident", "38597424-f9bb-4865-9b4b-819172df0334", "1")
_ACCOUNT: Final = ("user-account", "49606b06-22f0-4ac8-8eee-2f12ad46f3d3", "6")
"""Name, template and version of objects (MISP/misp-objects)."""


def _document(material: Material, _: frozenset[Carried]) -> Iterator[str]:
    if material.incident is not None:
        yield json_text({"Event": _event(material.incident, material)}, indent=1) + "\n"


def _event(incident: Incident, material: Material) -> dict[str, Any]:
    exposure = material.exposure
    parts = incident_uid_parts(incident)
    changed = str(max(changed_at(incident, exposure) // 1_000_000, 0))
    first = span(incident, exposure)[0]
    objects = [_incident(incident, exposure, changed)]
    objects += [_account(a, parts, changed) for a in incident.accounts if a]
    return {
        "uuid": uid("misp event", *parts),
        "info": _text(incident.title) or clean(incident.id),
        "date": instant(incident.opened.at if first is None else first)[:10],
        "timestamp": changed,
        "threat_level_id": _THREAT[incident.severity],
        "analysis": _ANALYSIS.get(incident.state, "1"),
        "distribution": "0",
        "published": False,
        "Tag": [{"name": material.tlp.tag}],
        "Attribute": [*_sources(incident, parts, changed), *_numbers(exposure, parts, changed)],
        "Object": objects,
    }


def _sources(incident: Incident, parts: tuple[str, ...], changed: str) -> Iterator[dict[str, Any]]:
    for source in incident.sources:
        ip = address(source)
        if ip:
            comment = "a session of the incident came from here"
            name = uid("misp source", *parts, ip)
            yield _attribute(
                name, "ip-src", "Network activity", ip, changed=changed, comment=comment
            )


def _numbers(
    exposure: ExposureVersion | None, parts: tuple[str, ...], changed: str
) -> Iterator[dict[str, Any]]:
    if exposure is not None:
        comment = f"distinct persons whose data left, by version {exposure.number} of the exposure"
        name = uid("misp persons", *parts)
        yield _attribute(
            name, "counter", "Other", str(exposure.persons), changed=changed, comment=comment
        )


def _incident(incident: Incident, exposure: ExposureVersion | None, changed: str) -> dict[str, Any]:
    facts = "\n".join(f"{name}: {said}" for name, said in outer_facts(incident, exposure))
    read = exposure is not None and exposure.persons > 0
    values = [
        ("name", f"{clean(incident.id)} {incident.title}".strip()),
        ("description", facts),
        ("criticality", _CRITICALITY[incident.severity]),
        ("investigation_status", _STATUS.get(incident.state, "open")),
        ("determination", "suspected" if incident.suspected else "successful-attempt"),
        ("incident_type", "unauthorized-access-information"),
        *([("incident_type", "data-exfiltration")] if read else []),
    ]
    parts = incident_uid_parts(incident)
    return _object(_INCIDENT, uid("misp incident", *parts), values, changed, "")


def _account(account: str, parts: tuple[str, ...], changed: str) -> dict[str, Any]:
    name = uid("misp account", *parts, account)
    comment = "in wrong hands, or used against what its function is for"
    return _object(_ACCOUNT, name, [("user-id", account)], changed, comment)


def _object(
    template: tuple[str, str, str],
    name: str,
    values: list[tuple[str, str]],
    changed: str,
    comment: str,
) -> dict[str, Any]:
    attributes = []
    for number, (relation, value) in enumerate(values):
        one = uid("misp attribute", name, relation, str(number))
        found = _attribute(one, "text", "Other", _text(value), changed=changed, comment="")
        attributes.append({**found, "object_relation": relation})
    return {
        "name": template[0],
        "meta-category": "misc",
        "template_uuid": template[1],
        "template_version": template[2],
        "uuid": name,
        "timestamp": changed,
        "distribution": _INHERIT,
        "comment": comment,
        "Attribute": attributes,
    }


def _attribute(
    name: str, type_: str, category: str, value: str, *, changed: str, comment: str
) -> dict[str, Any]:
    """Never for detection (`to_ids`): an account or an address of one's own is no indicator for everybody's sensors."""
    return {
        "uuid": name,
        "type": type_,
        "category": category,
        "value": value,
        "to_ids": False,
        "disable_correlation": type_ != "ip-src",
        "timestamp": changed,
        "distribution": _INHERIT,
        "comment": comment,
    }


def _text(value: str) -> str:
    """As much as MISP keeps; a dash for nothing, which it would leave out with what needs it."""
    text = clean(value).strip() or "-"
    cut = text.encode()[:_LONGEST].decode("utf-8", "ignore")
    return text if cut == text else f"{cut}…"


EXPORT: Final = Export(
    name="misp",
    title="MISP event",
    schema="MISP core format; object templates incident and user-account",
    reveals="title, accounts, sources that are IP addresses, applications, instants, numbers of persons; nobody's name, no session, no decision",
    carries=(Carried.INCIDENT,),
    document=_document,
)
