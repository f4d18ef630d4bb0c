"""A VERIS record of the incident: when, by whom, how, which data of how many.

Written by schema 1.3.5, with words that later versions kept; the converters of VERIS lift it to 1.4.1. What nobody stated
is `Unknown` and never guessed: an actor, a way in and a motive come from the statement that persons wrote.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material
from ecluse.exports.common.wording import incident_uid_parts, outer_facts, span
from ecluse.exports.common.writing import clean, instant, json_text, uid
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Confidence, Incident, InstantKind
from ecluse.model.notice import Statement
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND

__all__ = ["EXPORT"]

_VERSION: Final = "1.3.5"
_UNKNOWN: Final = "Unknown"
_CONFIDENCE: Final = {
    Confidence.UNKNOWN: "None",
    Confidence.LOW: "Low",
    Confidence.MEDIUM: "Medium",
    Confidence.HIGH: "High",
}
_UNITS: Final = (("Days", DAY), ("Hours", HOUR), ("Minutes", MINUTE), ("Seconds", SECOND))
_VICTIMS: Final = {
    "employees": "Employee",
    "customers": "Customer",
    "users": "Customer",
    "members": "Customer",
    "patients": "Patient",
    "students": "Student",
}
_VARIETIES: Final = {
    "Bank": ("bank", "iban"),
    "Payment": ("card", "payment"),
    "Medical": ("health", "medical", "disability"),
    "Credentials": ("credential", "password", "access"),
}
"""Words in the name of a category that make it more than `Personal`, which every datum about a person is."""

_YEARS: Final = (1950, 2050)


def _document(material: Material, _: frozenset[Carried]) -> Iterator[str]:
    if material.incident is not None:
        yield json_text(_written(material.incident, material), indent=1) + "\n"


def _written(incident: Incident, material: Material) -> dict[str, Any]:
    exposure, statement = material.exposure, material.statement
    name = uid("incident", *incident_uid_parts(incident))
    return {
        "schema_version": _VERSION,
        "schema_name": "veris",
        "incident_id": name,
        "source_id": "ecluse",
        "reference": clean(incident.id),
        "security_incident": "Suspected" if incident.suspected else "Confirmed",
        "confidence": _CONFIDENCE[incident.confidence],
        "summary": "\n".join(
            [
                clean(incident.title),
                *(f"{n}: {said}" for n, said in outer_facts(incident, exposure)),
            ]
        ),
        "timeline": _timeline(incident, exposure),
        "victim": {"country": [_country(material.country)], "employee_count": _UNKNOWN},
        "actor": _actor(statement),
        "action": _action(statement),
        "asset": _asset(incident),
        "attribute": {"confidentiality": _confidentiality(exposure, statement)},
        "discovery_method": _discovery(incident),
        "targeted": _UNKNOWN,
        "plus": _plus(name, exposure, material),
    }


def _country(code: str) -> str:
    return (
        code
        if len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()
        else _UNKNOWN
    )


def _timeline(incident: Incident, exposure: ExposureVersion | None) -> dict[str, Any]:
    first, _ = span(incident, exposure)
    begin = incident.opened.at if first is None else first
    day = datetime.fromisoformat(instant(begin)).astimezone(UTC)
    low, high = _YEARS
    found: dict[str, Any] = {
        "incident": {"year": min(max(day.year, low), high), "month": day.month, "day": day.day}
    }
    told = [incident.instant(k) for k in (InstantKind.FIRST_INDICATOR, InstantKind.AWARE)]
    noticed = min((i.at for i in told if i is not None), default=None)
    contained = incident.instant(InstantKind.CONTAINED)
    if first is not None and exposure is not None and exposure.persons:
        found["exfiltration"] = _length(first, exposure.first_at)
    if first is not None:
        found["discovery"] = _length(first, noticed)
    found["containment"] = _length(noticed, None if contained is None else contained.at)
    return found


def _length(since: int | None, until: int | None) -> dict[str, Any]:
    """How long, in the largest unit of which there is one."""
    if since is None or until is None or until < since:
        return {"unit": _UNKNOWN}
    unit, size = next((u for u in _UNITS if until - since >= u[1]), _UNITS[-1])
    return {"unit": unit, "value": round((until - since) / size, 1)}


def _actor(statement: Statement | None) -> dict[str, Any]:
    inside = {"variety": [_UNKNOWN], "motive": [_UNKNOWN]}
    match statement.cause if statement is not None else "":
        case "external_malicious" | "external_accidental":
            return {"external": inside}
        case "internal_malicious" | "internal_accidental":
            return {"internal": inside}
        case _:
            return {"unknown": {"notes": "nobody has stated it"}}


def _action(statement: Statement | None) -> dict[str, Any]:
    if statement is None:
        return {"unknown": {"notes": "nobody has stated it"}}
    if statement.cause == "internal_malicious":
        return {"misuse": {"variety": ["Privilege abuse"], "vector": [_UNKNOWN]}}
    if statement.cause == "external_malicious" or "hacking" in statement.origins:
        return {"hacking": {"variety": ["Use of stolen creds"], "vector": ["Web application"]}}
    if statement.cause in ("external_accidental", "internal_accidental"):
        return {"error": {"variety": [_UNKNOWN], "vector": [_UNKNOWN]}}
    return {"unknown": {"notes": "what was stated says no way in"}}


def _asset(incident: Incident) -> dict[str, Any]:
    number = len(incident.applications)
    asset = {"variety": "S - Web application", **({"amount": number} if number else {})}
    return {"assets": [asset], "cloud": [_UNKNOWN]}


def _confidentiality(
    exposure: ExposureVersion | None, statement: Statement | None
) -> dict[str, Any]:
    people = [] if statement is None else statement.people
    victims = sorted({_VICTIMS.get(p, "Other") for p in people}) or [_UNKNOWN]
    if exposure is None:
        return {"data_disclosure": _UNKNOWN, "data_victim": victims}
    if not exposure.persons:
        nothing = exposure.at_most == 0
        return {"data_disclosure": "No" if nothing else "Potentially", "data_victim": victims}
    return {
        "data_disclosure": "Yes",
        "data_total": exposure.persons,
        "data": _data(exposure),
        "data_victim": victims,
        "state": ["Stored"],
    }


def _data(exposure: ExposureVersion) -> list[dict[str, Any]]:
    """Distinct persons of each variety, exact: the sets of categories do not overlap."""
    amounts: dict[str, int] = {}
    for one in exposure.sets:
        for variety in {_variety(c) for c in one.categories} or {"Personal"}:
            amounts[variety] = amounts.get(variety, 0) + one.persons
    if not amounts:
        return [{"variety": "Personal", "amount": exposure.persons}]
    return [{"variety": variety, "amount": amounts[variety]} for variety in sorted(amounts)]


def _variety(category: str) -> str:
    words = category.lower()
    return next(
        (v for v, marks in _VARIETIES.items() if any(m in words for m in marks)), "Personal"
    )


def _discovery(incident: Incident) -> dict[str, Any]:
    warned = incident.instant(InstantKind.WARNING_RECEIVED)
    seen = incident.instant(InstantKind.FIRST_INDICATOR)
    if warned is not None and (seen is None or warned.at <= seen.at):
        return {"external": {"variety": [_UNKNOWN]}}
    return {"unknown": True} if seen is None else {"internal": {"variety": [_UNKNOWN]}}


def _plus(name: str, exposure: ExposureVersion | None, material: Material) -> dict[str, Any]:
    own: dict[str, Any] = {"tlp": material.tlp.label, "version": material.version}
    if exposure is not None:
        own["exposure"] = {"version": exposure.number, "sha256": clean(exposure.digest)}
        own["persons_at_most"] = exposure.at_most
        own["accesses"] = exposure.records
    return {"master_id": name, "ecluse": own}


EXPORT: Final = Export(
    name="veris",
    title="VERIS record",
    schema="VERIS 1.3.5",
    reveals="title, accounts, sources that are IP addresses, applications, instants, numbers of persons, what was stated of actor and cause; nobody's name, no session, no decision",
    carries=(Carried.INCIDENT,),
    document=_document,
)
