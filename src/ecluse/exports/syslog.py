"""Lines of syslog by RFC 5424: findings, the incident, accesses; numbers of persons, and never a person.

Structured data stands under `ecluse@32473`. 32473 is the enterprise number kept for documents (RFC 5612): no number is
registered for this software, and a log server needs the name before it alone.
"""

from collections.abc import Iterator
from typing import Final

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material, Noticed, Passage, Stage
from ecluse.exports.common.wording import changed_at, incident_uid_parts
from ecluse.exports.common.writing import instant, one_line, uid
from ecluse.model.errors import CallerError
from ecluse.model.finding import Severity
from ecluse.model.incident import Incident

__all__ = ["EXPORT"]

_ENTERPRISE: Final = "ecluse@32473"
_LEVELS: Final = {
    Severity.INFORMATIONAL: 6,
    Severity.LOW: 5,
    Severity.MEDIUM: 4,
    Severity.HIGH: 3,
    Severity.CRITICAL: 2,
}
"""RFC 5424, table 2: informational, notice, warning, error, critical."""

_VALUE: Final = 200
_MESSAGE: Final = 800
"""Characters: a line of ours stays within the 8 KiB that log servers commonly take."""

_LOCAL0: Final = "16"


def _document(material: Material, carried: frozenset[Carried]) -> Iterator[str]:
    if Carried.FINDINGS in carried:
        for noticed in material.findings:
            yield _finding(noticed, material)
    if Carried.INCIDENT in carried and material.incident is not None:
        yield _incident(material.incident, material)


def _finding(noticed: Noticed, material: Material) -> str:
    finding = noticed.finding
    over = noticed.stage is Stage.OVER
    data = {
        "uid": noticed.uid,
        "code": finding.code,
        "about": finding.about,
        "severity": finding.severity.name.lower(),
        "state": noticed.stage.value,
        "by": noticed.by,
    }
    level = 5 if over else _LEVELS[finding.severity]
    before = "" if noticed.stage is Stage.RAISED else f"{noticed.stage.value}: "
    told = f"{before}{finding.what}; {finding.help}"
    return _line(material, noticed.at, "finding", level=level, data=data, told=told)


def _incident(incident: Incident, material: Material) -> str:
    exposure = material.exposure
    data = {
        "uid": uid("incident", *incident_uid_parts(incident)),
        "id": incident.id,
        "state": incident.state.value,
        "severity": incident.severity.name.lower(),
        "confidence": incident.confidence.name.lower(),
        "suspected": str(incident.suspected).lower(),
        "owner": incident.owner,
        "accounts": str(len(incident.accounts)),
        "head": incident.head,
    }
    if exposure is not None:
        data["persons"] = str(exposure.persons)
        data["persons_at_most"] = "" if exposure.at_most is None else str(exposure.at_most)
        data["exposure"] = str(exposure.number)
    at = changed_at(incident, exposure)
    return _line(
        material, at, "incident", level=_LEVELS[incident.severity], data=data, told=incident.title
    )


def _passage(passage: Passage, material: Material) -> Iterator[str]:
    data = {
        "ledger": passage.ledger,
        "seq": str(passage.seq),
        "account": passage.account,
        "session": passage.session,
        "organization": passage.organization,
        "application": passage.application,
        "source": passage.source,
        "operation": passage.operation,
        "categories": " ".join(passage.categories),
        "persons": str(passage.count),
        "taken_back": str(passage.taken_back) if passage.taken_back else "",
        "effect": passage.effect,
        "policy": passage.policy,
    }
    done = "released" if passage.released else "refused"
    persons = f"{passage.count} {'person' if passage.count == 1 else 'persons'}"
    told = f"{done}: {passage.account} {passage.operation} {persons}"
    yield _line(
        material, passage.at, "access", level=6 if passage.released else 4, data=data, told=told
    )


def _line(
    material: Material, at: int, kind: str, *, level: int, data: dict[str, str], told: str
) -> str:
    host = "".join(c for c in material.host if "!" <= c <= "~")[:255] or "-"
    values = {**data, "tlp": material.tlp.value}
    known = " ".join(f'{name}="{_escaped(text)}"' for name, text in values.items() if text)
    priority = _facility(material) * 8 + level
    head = f"<{priority}>1 {instant(at)} {host} ecluse - {kind}"
    return f"{head} [{_ENTERPRISE} {known}] \ufeff{one_line(told, _MESSAGE)}\n"


def _escaped(value: str) -> str:
    text = one_line(value, _VALUE)
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _facility(material: Material) -> int:
    given = material.options.get("facility", _LOCAL0)
    if not (given.isascii() and given.isdigit() and int(given) <= 23):
        raise CallerError(f"`{given}` is no facility of syslog", help="give 0 to 23; 16 is local0")
    return int(given)


EXPORT: Final = Export(
    name="syslog",
    title="lines of syslog",
    schema="RFC 5424",
    reveals="title, owner, accounts, sessions, sources, applications, findings and who saw them, numbers of persons",
    carries=(Carried.FINDINGS, Carried.INCIDENT, Carried.ACCESSES),
    document=_document,
    passage=_passage,
    options={"facility": ("number of the facility", _LOCAL0)},
)
