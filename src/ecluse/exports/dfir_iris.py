"""What DFIR-IRIS takes at `POST /alerts/add`: one for the incident, all that is known of it as its content.

For one's own team: owner, decisions, deadlines and time line are in it. Numbers of customers, severities and states are
those of a database that was set up afresh; `--option` gives those of another one.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.exports.common.contract import Carried, Export
from ecluse.exports.common.material import Material
from ecluse.exports.common.wording import incident_uid_parts, inner_facts, outer_facts
from ecluse.exports.common.writing import clean, instant, json_text, one_line, uid
from ecluse.model.errors import CallerError
from ecluse.model.incident import Incident

__all__ = ["EXPORT"]

_TEXT: Final = 1_000_000
_SEVERITIES: Final = "2,3,4,5,6"
"""Of informational, low, medium, high and critical, where 1 is unspecified."""


def _document(material: Material, _: frozenset[Carried]) -> Iterator[str]:
    if material.incident is not None:
        yield json_text(_written(material.incident, material), indent=1) + "\n"


def _written(incident: Incident, material: Material) -> dict[str, Any]:
    facts = [*outer_facts(incident, material.exposure), *inner_facts(incident)]
    severities = _numbers(material, "severities", _SEVERITIES, 5)
    return {
        "alert_title": one_line(f"{incident.id} {incident.title}".strip(), 480),
        "alert_description": clean(
            "\n".join(f"{name}: {one_line(said, 20_000)}" for name, said in facts), _TEXT
        ),
        "alert_source": "Ecluse",
        "alert_source_ref": uid("incident", *incident_uid_parts(incident)),
        "alert_source_event_time": instant(incident.opened.at, millis=True).removesuffix("Z"),
        "alert_source_content": _content(facts),
        "alert_severity_id": severities[incident.severity - 1],
        "alert_status_id": _numbers(material, "status", "2", 1)[0],
        "alert_customer_id": _numbers(material, "customer", "1", 1)[0],
        "alert_tags": ",".join(["ecluse", material.tlp.tag, f"state:{incident.state.value}"]),
        "alert_note": "",
    }


def _content(facts: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Each fact under its name, in order."""
    content: dict[str, list[str]] = {}
    for name, said in facts:
        content.setdefault(name, []).append(said)
    return content


def _numbers(material: Material, name: str, default: str, count: int) -> list[int]:
    given = material.options.get(name, default)
    parts = given.split(",")
    if len(parts) != count or not all(p.isascii() and p.isdigit() and len(p) < 10 for p in parts):
        what = "a number" if count == 1 else f"{count} numbers with commas between"
        raise CallerError(f"`{name}` is `{given}`, not {what}", help=f"the default is {default}")
    return [int(p) for p in parts]


EXPORT: Final = Export(
    name="dfir_iris",
    title="alert of DFIR-IRIS 2",
    schema="DFIR-IRIS API 2, alerts/add",
    reveals="everything that is known of the incident: owner, decisions with reasons, sessions, time line; numbers of persons",
    carries=(Carried.INCIDENT,),
    document=_document,
    options={
        "customer": ("number of the customer in DFIR-IRIS", "1"),
        "status": ("number of the state that a new one has", "2"),
        "severities": ("numbers of informational, low, medium, high, critical", _SEVERITIES),
    },
    inner=True,
)
