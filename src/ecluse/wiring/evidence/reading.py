"""What does a pack need from the files that people write, and from this software itself?"""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from ecluse.loaders.controller import load_controller
from ecluse.loaders.evidence import load_evidence
from ecluse.loaders.statement import load_statement
from ecluse.model.errors import CallerError
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Incident
from ecluse.model.notice import Affair, Statement
from ecluse.registers.files import unavailable
from ecluse.registers.stamping import Authority

__all__ = ["read_affair", "read_authority", "verifier_script"]

T = TypeVar("T")
_MOST = 1 << 20


def read_affair(
    register: Path,
    folder: Path,
    incident: Incident,
    versions: tuple[ExposureVersion, ...],
    now: int,
) -> Affair | None:
    """What the complaint is made from; None when the register has no `controller.yaml`.

    Raises:
        ConfigError: when one of the files has faults.
    """
    controller = _read(register / "controller.yaml", load_controller)
    if controller is None:
        return None
    statement = _read(folder / "statement.yaml", load_statement) or Statement()
    return Affair(controller, incident, statement, now, exposures=versions)


def read_authority(register: Path) -> Authority | None:
    """The time-stamping authority that the register names; None without one.

    Raises:
        CallerError: when its certificates are missing.
        ConfigError: when `evidence.yaml` has faults.
    """
    stamping = _read(register / "evidence.yaml", load_evidence)
    if stamping is None:
        return None
    path = register / stamping.certificates
    if not path.is_file():
        raise CallerError(
            f"`{path}` is missing: `evidence.yaml` names it for the time-stamping authority",
            help="put the authority's root certificate there, in PEM",
        )
    with unavailable(f"`{path}` cannot be read"):
        return Authority(stamping.url, path.read_bytes()[:_MOST])


def _read(path: Path, load: Callable[..., T]) -> T | None:
    if not path.is_file():
        return None
    with unavailable(f"`{path}` cannot be read"):
        content = path.read_bytes()
    return load(content, file=str(path))


def verifier_script() -> str:
    """The stand-alone verifier of packs as one file: its three parts, each without what it takes from the others."""
    folder = files("ecluse.ledgers.standalone")
    ledger, pack, main = (
        folder.joinpath(name).read_text("utf-8")
        for name in ("verify_ecluse.py", "pack_files.py", "verify_evidence.py")
    )
    doc, _, rest = main.partition('"""\n\n')
    head, _, body = rest.partition("# --- begin\n")
    theirs = pack.partition("# --- begin\n")
    from_ledger = ledger[ledger.index("Point = ") : ledger.index("# --- The three things")]
    imports = {
        line
        for text in (head, theirs[0], ledger[: ledger.index("Point = ")])
        for line in text.splitlines()
        if re.match(r"(import|from) (?!ecluse)", line)
    }
    parts = (
        f'{doc}"""\n',
        "# ruff: noqa",
        "\n".join(sorted(imports)),
        from_ledger,
        theirs[2],
        body,
    )
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"
