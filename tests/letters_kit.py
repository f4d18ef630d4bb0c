"""Where do letters for tests come from? A register with an incident, a frozen exposure, who answers for it, and a file of names."""

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa

from ecluse.incident.exposure_digest import SCHEMA
from ecluse.model.exposure import (
    CategoryCount,
    CategorySet,
    ExposureVersion,
    LedgerState,
    Selection,
)
from ecluse.model.time import parse_instant
from ecluse.registers import exposures
from ecluse.registers.folder import IncidentFolder, Register

__all__ = ["FIRST", "INCIDENT", "STATEMENT", "make_register", "person", "write_people"]

INCIDENT = "2025-0001"
FIRST = parse_instant("2025-07-12T10:00:02Z")

CONTROLLER = """version: 1
name: Agence de l’emploi d’Exemple
siren: "130005481"
address: |
  1 place de l’Exemple
  75000 Exemple
dpo: {name: Dominique Exemple, role: déléguée, mail: dpo@example.org, phone: "01 99 00 12 34"}
helpdesk:
  name: Ligne d’information
  mail: info@example.org
  phone: "01 99 00 56 78"
  hours: {fr: "du lundi au vendredi, de 9 h à 18 h", en: "Monday to Friday, 9 a.m. to 6 p.m."}
news: www.example.org/incident
"""

STATEMENT = """version: 1
established: true
facts:
  fr: Le compte d’un organisme de formation a été utilisé par un inconnu.
  en: The account of a training body was used by a stranger.
consequences_text: {fr: "Des appels trompeurs sont à craindre.", en: "Calls that deceive are to be feared."}
informing_text: {fr: "Certaines adresses manquent.", en: "Some addresses are missing."}
complaint_number: PV 2025/0042
measures:
  - phase: done
    at: 2025-07-12T14:10:00+02:00
    text: {fr: "Le compte volé est fermé et ses sessions sont coupées.", en: "The stolen account is closed and its sessions are ended."}
  - phase: planned
    at: 2025-09-01
    text: {fr: "Un second facteur pour chaque compte de partenaire.", en: "A second factor for each account of a partner."}
"""


def person(number: int) -> bytes:
    """The pseudonym of the person of that number."""
    return number.to_bytes(16, "big")


def make_register(
    root: Path,
    persons: int,
    *,
    exported_from: int | None = None,
    protected: frozenset[int] = frozenset(),
    minors: frozenset[int] = frozenset(),
    statement: str = STATEMENT,
) -> IncidentFolder:
    """A register whose incident has a frozen exposure of so many persons: of the later ones an export was made."""
    register = Register(root)
    register.create()
    (root / "controller.yaml").write_text(CONTROLLER, "utf-8")
    by: dict[str, Any] = {"by": "Sacha Analyste", "at": FIRST}
    folder = register.begin(2025, "opened", {"title": "Lecture massive", "owner": "Sacha Analyste"}, **by)  # fmt: skip
    folder.append("instant", {"kind": "aware", "happened_at": FIRST + 10**11, "source": "réunion", "reasons": "établi"}, **by)  # fmt: skip
    folder.append("decided", {"what": "tell_persons", "answer": "yes", "reasons": "risque élevé"}, **by)  # fmt: skip
    (folder.path / "statement.yaml").write_text(statement, "utf-8")
    exposures.freeze(folder.path, *exposure(persons, exported_from, protected, minors))
    return folder


def exposure(
    persons: int,
    exported_from: int | None,
    protected: frozenset[int] = frozenset(),
    minors: frozenset[int] = frozenset(),
) -> tuple[ExposureVersion, pa.Table]:
    """An exposure before it is frozen: of all identity and contact, of those exported the bank details as well."""
    start = persons if exported_from is None else exported_from
    exported = [n >= start for n in range(persons)]
    many = sum(exported)
    both, bank = "contact identity", "bank contact identity"
    table = pa.table(
        {
            "person": pa.array([person(n) for n in range(persons)], pa.binary(16)),
            "linked": [False] * persons,
            "manner": ["exported" if e else "shown" for e in exported],
            "categories": [bank if e else both for e in exported],
            "shown": ["" if e else both for e in exported],
            "exported": [bank if e else "" for e in exported],
            "listed": [""] * persons,
            "first_at": [FIRST + n for n in range(persons)],
            "last_at": [FIRST + n + 5 for n in range(persons)],
            "accesses": [1] * persons,
            "minor": [n in minors for n in range(persons)],
            "protected": [n in protected for n in range(persons)],
            "member_state": pa.nulls(persons, pa.string()),
        }
    ).cast(SCHEMA)
    sets = [(tuple(both.split()), persons - many), (tuple(bank.split()), many)]
    version = ExposureVersion(
        number=0,
        digest="",
        made_at=FIRST,
        made_by="Sacha Analyste",
        selections=(Selection(accounts=("partner-0311",)),),
        ledgers=(LedgerState("ecluse.example.org/ledger", persons, "b" * 64),),
        persons=persons,
        at_most=persons,
        records=persons,
        shown=persons - many,
        exported=many,
        categories=tuple(CategoryCount(c, n) for c, n in (("bank", many), ("contact", persons), ("identity", persons)) if n),
        sets=tuple(CategorySet(c, n) for c, n in sets if n),
        first_at=FIRST,
        last_at=FIRST + persons,
    )  # fmt: skip
    return version, table


def write_people(path: Path, rows: list[dict[str, str]]) -> Path:
    """A file of names as `ecluse identify` writes it; `n` is the number of a person."""
    columns = ("person", "identifier", "name", "mail", "address", "language", "channel", "minor")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for row in rows:
            rest = {k: v for k, v in row.items() if k != "n"}
            writer.writerow({"person": person(int(row["n"])).hex(), **rest})
    return path


def everybody(persons: int, **more: str) -> list[dict[str, str]]:
    """A row for each person, with a mail address of its own."""
    return [
        {"n": str(n), "name": f"Personne {n}", "mail": f"p{n}@example.org", "address": f"{n} rue de l’Exemple\n75000 EXEMPLE", **more}
        for n in range(persons)
    ]  # fmt: skip
