"""OCSF 1.8.0 as JSON lines: findings (2004), the incident (2005), accesses (6001, or 6005 for a datastore).

OCSF has no object for the person whose data is read, and no count of distinct ones: both stand under `unmapped.ecluse`.
So does what the record integrity profile of OCSF 1.9 will say of a hash chain, until it is released.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material, Noticed, Passage, Stage
from ecluse.exports.common.wording import changed_at, incident_uid_parts, span
from ecluse.exports.common.writing import address, clean, instant, json_text, kept, uid
from ecluse.incident.ocsf import VERDICT_ID, suspected_breach, verdict
from ecluse.model.exposure import ExposureVersion
from ecluse.model.finding import Severity
from ecluse.model.incident import Incident, InstantKind, State

__all__ = ["EXPORT"]

_VERSION: Final = "1.8.0"
_CATEGORIES: Final = {2: "Findings", 6: "Application Activity"}
_CLASSES: Final = {
    2004: "Detection Finding",
    2005: "Incident Finding",
    6001: "Web Resources Activity",
    6005: "Datastore Activity",
}
_CHANGES: Final = {1: "Create", 2: "Update", 3: "Close"}
_WEB: Final = {
    1: "Create",
    2: "Read",
    3: "Update",
    4: "Delete",
    5: "Search",
    7: "Export",
    99: "Other",
}
_STORE: Final = {1: "Read", 2: "Update", 4: "Query", 7: "Delete", 8: "List", 99: "Other"}
_WEB_OF: Final = {
    "create": 1,
    "view": 2,
    "read": 2,
    "update": 3,
    "delete": 4,
    "list": 5,
    "search": 5,
    "export": 7,
}
_STORE_OF: Final = {
    "view": 1,
    "read": 1,
    "export": 1,
    "update": 2,
    "search": 4,
    "query": 4,
    "delete": 7,
    "list": 8,
}
_STAGES: Final = {
    Stage.RAISED: (1, 1, "New"),
    Stage.ACKNOWLEDGED: (2, 2, "In Progress"),
    Stage.OVER: (3, 4, "Resolved"),
}
_STATES: Final = {
    State.NEW: (1, 1, "New"),
    State.IN_PROGRESS: (2, 2, "In Progress"),
    State.ON_HOLD: (2, 3, "On Hold"),
    State.RESOLVED: (2, 4, "Resolved"),
    State.CLOSED: (3, 5, "Closed"),
}  # fmt: skip
_AT_ONCE: Final = 5_000
"""Persons of one event; an access that showed more becomes several events of one `correlation_uid`."""


def _document(material: Material, carried: frozenset[Carried]) -> Iterator[str]:
    if Carried.FINDINGS in carried:
        for noticed in material.findings:
            yield json_text(_finding(noticed, material)) + "\n"
    if Carried.INCIDENT in carried and material.incident is not None:
        yield json_text(_incident(material.incident, material)) + "\n"


def _event(
    class_uid: int,
    activity: tuple[int, str],
    *,
    at: int,
    severity: Severity,
    metadata: dict[str, Any],
    material: Material,
) -> dict[str, Any]:
    """What every event has."""
    product = {"name": "Ecluse", "vendor_name": "Ecluse", "version": material.version}
    return {
        "metadata": {
            "version": _VERSION,
            "product": product,
            "labels": [material.tlp.label],
            **metadata,
        },
        "time": at // 1000,
        "class_uid": class_uid,
        "class_name": _CLASSES[class_uid],
        "category_uid": class_uid // 1000,
        "category_name": _CATEGORIES[class_uid // 1000],
        "activity_id": activity[0],
        "activity_name": activity[1],
        "type_uid": class_uid * 100 + activity[0],
        "type_name": f"{_CLASSES[class_uid]}: {activity[1]}",
        "severity_id": int(severity),
        "severity": severity.name.capitalize(),
    }


def _finding(noticed: Noticed, material: Material) -> dict[str, Any]:
    finding = noticed.finding
    activity, status, word = _STAGES[noticed.stage]
    raised = None if noticed.raised_at is None else noticed.raised_at // 1000
    about = {"about": clean(finding.about), "at": noticed.at}
    return {
        **_event(
            2004,
            (activity, _CHANGES[activity]),
            at=noticed.at,
            severity=finding.severity,
            metadata={
                "uid": uid("finding event", noticed.uid, noticed.stage, str(noticed.at)),
                **({"profiles": ["incident"]} if noticed.by else {}),
            },
            material=material,
        ),
        "status_id": status,
        "status": word,
        "message": clean(finding.what),
        "finding_info": kept(
            {
                "uid": clean(noticed.uid) or "-",
                "title": clean(finding.code),
                "desc": clean(finding.what),
                "created_time": raised,
                "modified_time": noticed.at // 1000,
                "analytic": {"uid": clean(finding.code), "name": clean(finding.code), "type_id": 1},
            }
        ),
        "remediation": {"desc": clean(finding.help)},
        **kept(
            {
                "assignee": {"name": clean(noticed.by)} if noticed.by else None,
                "comment": clean(noticed.note),
            }
        ),
        "unmapped": {"ecluse": kept(about)},
    }


def _incident(incident: Incident, material: Material) -> dict[str, Any]:
    exposure = material.exposure
    activity, status, word = _STATES[incident.state]
    changed = changed_at(incident, exposure)
    name = uid("incident", *incident_uid_parts(incident))
    first, last = span(incident, exposure)
    owner = {"assignee": {"name": clean(incident.owner)}}
    return {
        **_event(
            2005,
            (activity, _CHANGES[activity]),
            at=changed,
            severity=incident.severity,
            metadata={"uid": uid("incident event", name, str(changed)), "correlation_uid": name},
            material=material,
        ),
        "status_id": status,
        "status": word,
        "message": clean(incident.title),
        "desc": clean(incident.title),
        **(owner if incident.owner else {"assignee_group": {"name": "nobody yet"}}),
        "is_suspected_breach": suspected_breach(incident),
        "confidence_id": int(incident.confidence),
        "confidence": incident.confidence.name.capitalize(),
        "verdict_id": VERDICT_ID[verdict(incident)],
        "verdict": verdict(incident).replace("_", " ").title(),
        "finding_info_list": _findings(incident, material),
        "tickets": [{"uid": clean(incident.id), "title": clean(incident.title)}],
        "observables": _observables(incident),
        **kept(
            {
                "start_time": None if first is None else first // 1000,
                "end_time": None if last is None else last // 1000,
            }
        ),
        "unmapped": {"ecluse": _own(incident, exposure), **_attested(incident.head, name)},
    }


def _findings(incident: Incident, material: Material) -> list[dict[str, Any]]:
    """One element for each finding or warning, under the name of its own event where the ledger tells it; else the incident itself."""
    known = {noticed.uid: noticed for noticed in material.findings}
    known |= {f"{n.finding.code}:{n.finding.about}": n for n in material.findings}
    listed = []
    for name in filter(None, incident.findings):
        told = known.get(name)
        title = "" if told is None else clean(told.finding.code)
        listed.append(
            kept({"uid": clean(name if told is None else told.uid) or "-", "title": title})
        )
    return listed or [{"uid": clean(incident.id) or "-", "title": clean(incident.title)}]


def _observables(incident: Incident) -> list[dict[str, Any]]:
    found = [
        {"name": "actor.user.uid", "type_id": 31, "value": clean(a)} for a in incident.accounts
    ]
    for source in incident.sources:
        ip = address(source)
        found.append(
            {"name": "src_endpoint.ip", "type_id": 2, "value": ip}
            if ip
            else {"name": "src_endpoint.uid", "type_id": 48, "value": clean(source)}
        )
    return found


def _own(incident: Incident, exposure: ExposureVersion | None) -> dict[str, Any]:
    """What OCSF has no word for."""
    told = {
        "instants": {k.value: instant(i.at) for k in InstantKind if (i := incident.instant(k))},
        "deadlines": {clean(d.name): instant(d.due) for d in incident.deadlines if d.due is not None},
        "sessions": [clean(s) for s in incident.sessions],
        "lineages": [clean(name) for name in incident.lineages],
        "applications": [clean(a) for a in incident.applications],
    }  # fmt: skip
    if exposure is None:
        return kept(told)
    numbers = {
        "persons_distinct": exposure.persons,
        "persons_at_most": exposure.at_most,
        "persons_linked": exposure.linked,
        "persons_shown": exposure.shown,
        "persons_exported": exposure.exported,
        "persons_listed": exposure.listed,
        "person_accesses": exposure.records,
        "exposure": {"version": exposure.number, "sha256": clean(exposure.digest)},
        "gaps": [clean(gap.what) for gap in exposure.gaps],
    }
    categories = {clean(c.category): c.persons for c in exposure.categories}
    return {**kept(told), **numbers, "categories": categories}


def _attested(digest: str, chain: str) -> dict[str, Any]:
    """As the record integrity profile of OCSF 1.9 lays it out."""
    if not digest:
        return {}
    print_ = {"algorithm_id": 3, "algorithm": "SHA-256", "value": clean(digest)}
    return {"record_integrity": {"attestation_list": [{"chain_uid": chain, "fingerprint": print_}]}}


def _passage(passage: Passage, material: Material) -> Iterator[str]:
    """Events of one access: one, or several when it showed thousands of persons who are named."""
    persons = passage.persons if material.persons else None
    if not persons:
        yield json_text(_access(passage, material, None, (1, 1))) + "\n"
        return
    parts = [persons[i : i + _AT_ONCE] for i in range(0, len(persons), _AT_ONCE)]
    for number, part in enumerate(parts, start=1):
        yield json_text(_access(passage, material, part, (number, len(parts)))) + "\n"


def _access(
    passage: Passage, material: Material, persons: tuple[bytes, ...] | None, part: tuple[int, int]
) -> dict[str, Any]:
    store = passage.application in material.datastores
    words, numbers = (_STORE, _STORE_OF) if store else (_WEB, _WEB_OF)
    activity = numbers.get(passage.operation, 99)
    entry = f"{clean(passage.ledger)}/{passage.seq}"
    labels = [material.tlp.label, *(["pseudonyms of persons"] if persons else [])]
    correlated = {
        "correlation_uid": entry,
        "profiles": ["host", "security_control"],
        "labels": labels,
    }
    event = _event(
        6005 if store else 6001,
        (activity, words[activity]),
        at=passage.at,
        severity=_severity(passage),
        metadata={"uid": entry if part[1] == 1 else f"{entry}/{part[0]}", **correlated},
        material=material,
    )
    return {
        **event,
        **_who(passage),
        **_outcome(passage),
        **_what(passage, persons, part, store=store),
    }


def _severity(passage: Passage) -> Severity:
    if not passage.released:
        return Severity.MEDIUM
    return Severity.INFORMATIONAL if passage.effect in ("permit", "") else Severity.LOW


def _who(passage: Passage) -> dict[str, Any]:
    ip = address(passage.source)
    place = (
        {"ip": ip}
        if ip
        else {"uid": clean(passage.source)}
        if passage.source
        else {"name": "unknown"}
    )
    account = {
        "uid": clean(passage.account) or "-",
        "type": clean(passage.account_kind),
        "org": {"uid": clean(passage.organization)} if passage.organization else None,
    }
    actor = {"user": kept(account), "session": kept({"uid": clean(passage.session)})}
    reached = {"svc_name": clean(passage.application) or "-"}
    return {"actor": kept(actor), "src_endpoint": place, "dst_endpoint": reached}


def _outcome(passage: Passage) -> dict[str, Any]:
    done = passage.released
    return {
        "status_id": 1 if done else 2,
        "status": "Success" if done else "Failure",
        "action_id": 1 if done else 2,
        "action": "Allowed" if done else "Denied",
        "disposition_id": 1 if done else 2,
        "disposition": "Allowed" if done else "Blocked",
        **({"policy": {"uid": clean(passage.policy)}} if passage.policy else {}),
    }


def _what(
    passage: Passage, persons: tuple[bytes, ...] | None, part: tuple[int, int], *, store: bool
) -> dict[str, Any]:
    """Which persons, or how many; and which categories of their data."""
    categories = [clean(c) for c in passage.categories]
    own: dict[str, Any] = {
        "at": passage.at,
        "persons_distinct": passage.count,
        "persons_taken_back": passage.taken_back,
        "categories": categories,
        "operation": clean(passage.operation),
        "effect": clean(passage.effect),
        "factor": clean(passage.factor),
        "part": list(part) if part[1] > 1 else None,
    }
    named = [person.hex() for person in persons or ()]
    leaf = "" if passage.leaf is None else passage.leaf.hex()
    unmapped = {"ecluse": kept(own), **_attested(leaf, clean(passage.ledger))}
    if store:
        database = {"name": clean(passage.application) or "-", "type_id": 0}
        ids = {"person_ids": named} if named else {}
        return {"database": database, "type_id": 1, "unmapped": {**unmapped, **ids}}
    together = [{"name": "persons", "type": "person", "data": categories}]
    listed = [{"uid": name, "type": "person"} for name in named]
    return {"web_resources": listed or together, "unmapped": unmapped}


EXPORT: Final = Export(
    name="ocsf",
    title="OCSF 1.8.0, one JSON event a line",
    schema="OCSF 1.8.0, classes 2004, 2005, 6001, 6005",
    reveals="title, owner, accounts, sessions, sources, lineages, applications, instants, deadlines, findings and who saw them, numbers of persons; pseudonyms of persons with --persons",
    carries=(Carried.FINDINGS, Carried.INCIDENT, Carried.ACCESSES),
    document=_document,
    passage=_passage,
    names_persons=True,
)
