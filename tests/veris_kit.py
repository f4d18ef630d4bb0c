"""What VERIS 1.3.5 takes: the parts of the community schema (vz-risk/veris, verisc-merged.json) that our records use.

Written down from the published schema, names and words alone; members that we never write are left out and so refused.
"""

import jsonschema

_UNITS = ["Seconds", "Minutes", "Hours", "Days", "Weeks", "Months", "Years", "Never", "NA", "Unknown"]  # fmt: skip
_TEXT = {"type": "string"}
_NOTES = {"type": "string", "minLength": 1}
_MOTIVES = ["Convenience", "Espionage", "Fear", "Financial", "Fun", "Grudge", "Ideology", "Secondary", "NA", "Other", "Unknown"]  # fmt: skip
_HACKING = ["Abuse of functionality", "Brute force", "Footprinting", "Forced browsing", "Offline cracking", "Session fixation", "Session prediction", "Session replay", "SQLi", "Use of backdoor or C2", "Use of stolen creds", "Other", "Unknown"]  # fmt: skip
_HACKING_VECTORS = ["Backdoor or C2", "Command shell", "Desktop sharing", "Partner", "Physical access", "VPN", "Web application", "Other", "Unknown"]  # fmt: skip
_MISUSE = ["Data mishandling", "Email misuse", "Illicit content", "Knowledge abuse", "Net misuse", "Possession abuse", "Privilege abuse", "Unapproved hardware", "Unapproved software", "Unapproved workaround", "Other", "Unknown"]  # fmt: skip
_DATA = ["Bank", "Classified", "Copyrighted", "Credentials", "Digital certificate", "Internal", "Medical", "Payment", "Personal", "Secrets", "Source code", "System", "Virtual currency", "Other", "Unknown"]  # fmt: skip
_VICTIMS = ["Customer", "Employee", "Partner", "Patient", "Student", "Victim organization", "Other", "Unknown"]  # fmt: skip
_STATES = ["Processed", "Stored", "Stored encrypted", "Stored unencrypted", "Transmitted", "Transmitted encrypted", "Transmitted unencrypted", "Printed", "Other", "Unknown"]  # fmt: skip


def _closed(properties, required=(), **more):
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required), **more}  # fmt: skip


def _words(words):
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": words, "type": "string"}}  # fmt: skip


_LENGTH = _closed({"unit": {"enum": _UNITS}, "value": {"type": "number"}}, ["unit"])
_FOUND = _closed({"variety": _words(["Unknown", "Other"])}, ["variety"])
_UNKNOWN = {"type": "object", "properties": {"notes": _NOTES}}

SCHEMA = _closed(
    {
        "schema_version": _TEXT,
        "schema_name": _TEXT,
        "incident_id": _TEXT,
        "source_id": _TEXT,
        "reference": _TEXT,
        "summary": _TEXT,
        "security_incident": {"enum": ["Confirmed", "Suspected", "Near miss", "False positive"]},
        "confidence": {"enum": ["High", "Medium", "Low", "None"]},
        "targeted": {"enum": ["Opportunistic", "Targeted", "NA", "Unknown"]},
        "timeline": _closed(
            {
                "incident": _closed(
                    {
                        "year": {"type": "integer", "minimum": 1950, "maximum": 2050},
                        "month": {"type": "integer", "minimum": 1, "maximum": 12},
                        "day": {"type": "integer", "minimum": 1, "maximum": 31},
                    },
                    ["year"],
                ),
                **dict.fromkeys(("compromise", "exfiltration", "discovery", "containment"), _LENGTH),
            },
            ["incident"],
        ),
        "victim": _closed(
            {
                "country": {"type": "array", "minItems": 1, "items": {"pattern": "^([A-Z]{2}|Unknown|Other)$"}},
                "employee_count": {"enum": ["Small", "Large", "Over 100000", "Unknown"]},
            }
        ),
        "actor": _closed(
            {
                "external": _closed({"variety": _words(["Unknown"]), "motive": _words(_MOTIVES)}, ["variety", "motive"]),
                "internal": _closed({"variety": _words(["Unknown"]), "motive": _words(_MOTIVES)}, ["variety", "motive"]),
                "unknown": _UNKNOWN,
            },
            minProperties=1,
        ),
        "action": _closed(
            {
                "hacking": _closed({"variety": _words(_HACKING), "vector": _words(_HACKING_VECTORS)}, ["variety", "vector"]),
                "misuse": _closed({"variety": _words(_MISUSE), "vector": _words(["LAN access", "Remote access", "Unknown"])}, ["variety", "vector"]),
                "error": _closed({"variety": _words(["Unknown"]), "vector": _words(["Unknown"])}, ["variety", "vector"]),
                "unknown": _UNKNOWN,
            },
            minProperties=1,
        ),
        "asset": _closed(
            {
                "assets": {
                    "type": "array", "minItems": 1, "uniqueItems": True,
                    "items": _closed({"variety": {"enum": ["S - Web application", "S - Database", "Unknown"]}, "amount": {"type": "integer"}}, ["variety"]),
                },
                "cloud": _words(["On-Premise Asset(s)", "External Cloud Asset(s)", "Other", "Unknown", "NA"]),
            },
            ["assets", "cloud"],
        ),
        "attribute": _closed(
            {
                "confidentiality": _closed(
                    {
                        "data_disclosure": {"enum": ["No", "Potentially", "Yes", "Unknown"]},
                        "data_total": {"type": "integer"},
                        "data": {"type": "array", "minItems": 1, "items": _closed({"variety": {"enum": _DATA}, "amount": {"type": "integer"}}, ["variety"])},
                        "data_victim": _words(_VICTIMS),
                        "state": _words(_STATES),
                    },
                    ["data_disclosure"],
                )
            },
            minProperties=1,
        ),
        "discovery_method": _closed(
            {"external": _FOUND, "internal": _FOUND, "partner": _FOUND, "other": {"type": "boolean"}, "unknown": {"type": "boolean"}},
            minProperties=1,
        ),
        "plus": {"type": "object", "properties": {"master_id": _NOTES}},
    },
    [
        "actor", "action", "discovery_method", "schema_version", "asset", "timeline", "incident_id", "security_incident",
        "summary",
    ],
)  # fmt: skip


def check_veris(written):
    jsonschema.Draft4Validator(SCHEMA).validate(written)
    data = written["attribute"]["confidentiality"]
    assert all(d["amount"] <= data["data_total"] for d in data.get("data", ()))
