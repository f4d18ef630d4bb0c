"""Where does a register with an incident that is ready for its documents come from? On disk, from the affair of `notice_factory`."""

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from ecluse.incident.exposure_digest import SCHEMA
from ecluse.incident.gravity_log import SIGNED, detail_of
from ecluse.loaders.defaults import shipped
from ecluse.registers.exposures import freeze
from ecluse.registers.folder import IncidentFolder, Register
from ecluse.wiring.noticing import Desk
from notice_factory import at, exposure, gravity, incident, uncommented

__all__ = ["AT", "freeze_next", "register_with_incident", "state"]

AT = at("2025-07-15T16:00:00Z")
LATER = "authority_number complaint_page ground informed_at informed_number delay_reasons comment review answers data categories informing_text"


def register_with_incident(root: Path) -> Desk:
    """A register with one incident: instants, decisions, a frozen exposure, a signed gravity, both files filled in."""
    shutil.copytree(Path(_made().name) / "incidents", root / "incidents")
    return Desk.open(root / "incidents", "2025-0001")


@cache
def _made() -> TemporaryDirectory:
    """Made once: every act waits for the disk."""
    place = TemporaryDirectory(prefix="ecluse-register-")
    _make(Path(place.name))
    return place


def _make(root: Path) -> None:
    register = Register(root / "incidents")
    register.create()
    known = incident()
    opened = {"title": known.title, "owner": known.owner, "accounts": ["partner-0311"], "applications": ["kairos"], "severity": "critical"}  # fmt: skip
    folder = register.begin(2025, "opened", opened, by="Sacha Analyste", at=known.opened.at)
    for one in known.instants:
        said = {"kind": one.kind.value, "happened_at": one.at, "source": one.source, "reasons": one.reasons}  # fmt: skip
        folder.append("instant", said, by=one.signed.by, at=one.signed.at)
    for decided in known.decisions:
        said = {"what": decided.what, "answer": decided.answer, "reasons": decided.reasons}
        folder.append("decided", said, by=decided.signed.by, at=decided.signed.at)
    freeze_next(folder, persons=340_000)
    (register.root / "controller.yaml").write_text(uncommented(shipped("controller.fr.yaml").decode()), "utf-8")  # fmt: skip
    state(folder)


def freeze_next(folder: IncidentFolder, *, persons: int, signed: bool = True):
    """Freezes the next version, and signs a gravity made from it."""
    made = replace(exposure(), persons=persons, at_most=persons, shown=persons - 900)
    frozen = freeze(folder.path, made, SCHEMA.empty_table())
    if signed:
        said = msgspec.to_builtins(detail_of(gravity(exposure=(frozen.number, frozen.digest))))
        folder.append(SIGNED, said, by="Dominique Exemple", at=AT)
    return frozen


def state(folder: IncidentFolder, **changes: str) -> None:
    """Writes the statement: the template filled in, without what comes later, with lines replaced."""
    text = uncommented(shipped("statement.fr.yaml").decode())
    kept = [line for line in text.splitlines() if line.split(":")[0] not in LATER.split()]
    kept = [line for line in kept if "…" not in line and not line.startswith("  dossier:")]
    text = "\n".join(kept).replace("people: [users]", "people: [users, minors]") + "\n"
    text += "effects: {fr: Aucun usage constaté., en: No use was seen.}\n"
    for key, value in changes.items():
        text = re.sub(rf"^{key}:.*\n(?: .*\n)*", "", text, flags=re.MULTILINE) + f"{key}: {value}\n"
    (folder.path / "statement.yaml").write_text(text, "utf-8")
