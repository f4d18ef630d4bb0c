"""A STIX 2.1 bundle: incident, who was hit, what was observed, a note with the numbers, a report; marked by TLP 2.0.

Identifiers are name-based, and `modified` is when the incident was last written to: a later export updates an earlier
one. For others: neither owner, nor decisions, nor time line, nor a person.
"""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid5

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material, Tlp
from ecluse.exports.common.wording import changed_at, incident_uid_parts, outer_facts, span
from ecluse.exports.common.writing import address, clean, instant, json_text, uid
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Confidence, Incident

__all__ = ["EXPORT"]

_OBSERVABLES: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of observables, whose identifiers everybody makes alike (STIX 2.1, 2.9)."""

_TLP2: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_MARKINGS: Final = {
    Tlp.CLEAR: "94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
"""The definitions of FIRST and OASIS; everybody uses the same ones."""

_CONFIDENCE: Final = {Confidence.LOW: 15, Confidence.MEDIUM: 50, Confidence.HIGH: 85}
"""STIX 2.1, appendix A: the middle of none, low, medium and high."""

_OBSERVED_MAX: Final = 999_999_999
_MADE: Final = "2026-01-01T00:00:00.000Z"
"""Of objects that never change: the same in every export."""


def _document(material: Material, _: frozenset[Carried]) -> Iterator[str]:
    if material.incident is not None:
        yield json_text(_bundle(material.incident, material), indent=1) + "\n"


def _bundle(incident: Incident, material: Material) -> dict[str, Any]:
    parts = incident_uid_parts(incident)
    changed = changed_at(incident, material.exposure)
    marking = f"marking-definition--{_MARKINGS[material.tlp]}"
    author = _identity(material.organization, marking)
    common = {
        "spec_version": "2.1",
        "created": instant(incident.opened.at, millis=True),
        "modified": instant(changed, millis=True),
        "created_by_ref": author["id"],
        "object_marking_refs": [marking],
    }
    seen = list(_seen(incident, marking))
    core = _incident(incident, material.exposure, parts, common)
    told = [core, *_observed(incident, material.exposure, parts, common, seen)]
    told += _note(material.exposure, parts, common, core["id"])
    named = [author, *told, *seen]
    report = {
        "type": "report",
        "id": f"report--{uid('stix report', *parts)}",
        **common,
        "name": core["name"],
        "report_types": ["observed-data"],
        "published": instant(incident.opened.at, millis=True),
        "object_refs": [one["id"] for one in named],
    }
    bundle = uid("stix bundle", *parts, str(changed), material.tlp)
    return {
        "type": "bundle",
        "id": f"bundle--{bundle}",
        "objects": [_marking(material.tlp), *named, report],
    }


def _marking(tlp: Tlp) -> dict[str, Any]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{_MARKINGS[tlp]}",
        "created": "2022-10-01T00:00:00.000Z",
        "name": tlp.label,
        "extensions": {_TLP2: {"extension_type": "property-extension", "tlp_2_0": tlp.value}},
    }


def _identity(organization: str, marking: str) -> dict[str, Any]:
    """Who says it: the organization where that is known, and else the software."""
    name, kind = (clean(organization), "organization") if organization else ("Ecluse", "system")
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{uid('stix identity', name)}",
        "created": _MADE,
        "modified": _MADE,
        "object_marking_refs": [marking],
        "name": name,
        "identity_class": kind,
    }


def _incident(
    incident: Incident,
    exposure: ExposureVersion | None,
    parts: tuple[str, ...],
    common: dict[str, Any],
) -> dict[str, Any]:
    facts = outer_facts(incident, exposure)
    confidence = _CONFIDENCE.get(incident.confidence)
    return {
        "type": "incident",
        "id": f"incident--{uid('stix incident', *parts)}",
        **common,
        "name": f"{clean(incident.id)} {clean(incident.title)}".strip(),
        "description": "\n".join(f"{name}: {said}" for name, said in facts),
        "labels": [
            "unauthorized-access",
            f"state-{incident.state.value.replace('_', '-')}",
            f"severity-{incident.severity.name.lower()}",
        ],
        **({} if confidence is None else {"confidence": confidence}),
        "external_references": [{"source_name": "ecluse", "external_id": clean(incident.id)}],
    }


def _seen(incident: Incident, marking: str) -> Iterator[dict[str, Any]]:
    """Each account and each address once."""
    accounts = dict.fromkeys(clean(a) for a in incident.accounts if a)
    for account in accounts:
        yield _observable("user-account", {"user_id": account}, marking)
    addresses = dict.fromkeys(ip for s in incident.sources if (ip := address(s)))
    for ip in addresses:
        yield _observable("ipv6-addr" if ":" in ip else "ipv4-addr", {"value": ip}, marking)


def _observable(kind: str, facts: dict[str, str], marking: str) -> dict[str, Any]:
    name = uuid5(_OBSERVABLES, _canonical(facts))
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{name}",
        "object_marking_refs": [marking],
        **facts,
    }


def _canonical(facts: dict[str, str]) -> str:
    """RFC 8785 of an object with one text: controls are escaped, other characters stand as they are."""
    ((name, text),) = facts.items()
    short = {
        '"': '\\"',
        "\\": "\\\\",
        "\b": "\\b",
        "\t": "\\t",
        "\n": "\\n",
        "\f": "\\f",
        "\r": "\\r",
    }
    spelled = "".join(short.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text)
    return f'{{"{name}":"{spelled}"}}'


def _observed(
    incident: Incident,
    exposure: ExposureVersion | None,
    parts: tuple[str, ...],
    common: dict[str, Any],
    seen: list[dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    if not seen:
        return
    first, last = span(incident, exposure)
    begin = incident.opened.at if first is None else first
    number = exposure.records if exposure is not None else 1
    yield {
        "type": "observed-data",
        "id": f"observed-data--{uid('stix observed', *parts)}",
        **common,
        "first_observed": instant(begin, millis=True),
        "last_observed": instant(max(begin, begin if last is None else last), millis=True),
        "number_observed": min(max(number, 1), _OBSERVED_MAX),
        "object_refs": [one["id"] for one in seen],
    }


def _note(
    exposure: ExposureVersion | None, parts: tuple[str, ...], common: dict[str, Any], about: str
) -> Iterator[dict[str, Any]]:
    if exposure is None:
        return
    more = "" if exposure.at_most == exposure.persons else " or more"
    yield {
        "type": "note",
        "id": f"note--{uid('stix exposure', *parts)}",
        **common,
        "abstract": f"data of {exposure.persons:,} persons{more} left",
        "content": "\n".join(
            f"{clean(c.category)}: {c.persons:,} persons" for c in exposure.categories
        )
        or f"{exposure.persons:,} persons",
        "object_refs": [about],
    }


EXPORT: Final = Export(
    name="stix",
    title="STIX 2.1 bundle",
    schema="STIX 2.1 (OASIS), TLP 2.0 marking definitions",
    reveals="organization, title, accounts, sources that are IP addresses, applications, instants, numbers of persons; nobody's name, no session, no decision",
    carries=(Carried.INCIDENT,),
    document=_document,
)
