"""What is left to read after the demonstration? A page, and how to look at the portal again."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from ecluse.cli._demo_watch import Watch, clock
from ecluse.reports.text import shell_word

__all__ = ["Told", "write_report"]


@dataclass(frozen=True)
class Told:
    """All that the demonstration found.

    Attributes:
        bare: the thief without a gate. watch: with it. again: after its account was closed.
        persons: that the portal holds.
        named: whom the ledger says that the account read. reached: whom the thief's client received.
    """

    bare: Watch
    watch: Watch
    again: Watch
    persons: int
    named: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()

    def with_lists(self, named: set[str], reached: set[str]) -> "Told":
        """The same, with whom the thief read by both accounts."""
        return replace(self, named=frozenset(named), reached=frozenset(reached))

    def comparison(self) -> str:
        """How the ledger's list compares with the thief's."""
        missing, more = len(self.reached - self.named), len(self.named - self.reached)
        if not missing and not more:
            return f"The ledger names {len(self.named):,} persons: exactly those who reached the thief."
        return (
            f"The ledger names {len(self.named):,} persons; {missing:,} who reached the thief are not among them, "
            f"and {more:,} of them were cut off on the way."
        )

    def document(self, out: Path) -> dict[str, Any]:
        """The numbers, for a program."""
        first = self.watch.first
        return {
            "folder": str(out),
            "report": str(out / "report.html"),
            "thief": self.watch.thief,
            "persons": self.persons,
            "without_gate": {"persons": self.bare.stolen, "seconds": round(self.bare.at, 1)},
            "with_gate": {
                "persons": self.watch.stolen,
                "requests": self.watch.requests,
                "refused": self.watch.refused,
                "first_refusal": None if first is None else first.reference,
                "seconds": round(self.watch.at, 1),
            },
            "after_hold": {"persons": self.again.stolen, "refused": self.again.refused},
            "others": {"accounts": len(self.watch.others), "refused": self.watch.disturbed},
            "ledger": {"persons": len(self.named), "same": self.named == self.reached},
        }


def write_report(out: Path, told: Told, template: Path, password: str) -> None:
    """Writes `report.html` by a template of jinja, and `LOOK.md` with the password of the portal's accounts."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(template.read_text("utf-8")).render(
        told=told,
        turns=[asdict(turn) | {"when": clock(turn.at)} for turn in told.watch.rows()],
        again=told.again.first,
        comparison=told.comparison(),
    )
    (out / "report.html").write_text(page, "utf-8")
    words = {"out": shell_word(str(out.absolute())), "password": password}
    (out / "LOOK.md").write_text(_LOOK.format(**words), "utf-8")


_LOOK: Final = """\
# Look at the portal

`ecluse demo --keep` leaves portal and gate running, and says where. To start them again from this folder, in two
terminals in the project's own folder, with its virtual environment active:

    ecluse serve --policy {out}/gate/policy.yaml --estate {out}/gate/estate.yaml \\
        --settings {out}/gate/gate.yaml --clients {out}/gate/clients.yaml --ledger {out}/ledger

    cd examples/portal
    DATABASE_URL=sqlite:///{out}/portal.sqlite3 ECLUSE_GATE=unix:{out}/gate/gate.sock \\
        python manage.py serve 8000

Then open http://127.0.0.1:8000/ and log in as `adviser-01` (the page shows the code of its telephone) or as
`partner-01` (no second factor), with the password `{password}`. Without ECLUSE_GATE the portal runs unprotected.

The account `partner-09` is closed. This opens it again:

    ecluse gate reopen partner-09 --reason "it has a new password" \\
        --gate unix:{out}/gate/gate.sock --token-file {out}/gate/on-call.token

What else lies here:

| | |
|---|---|
| `report.html` | what happened |
| `persons.csv` | the persons that the thief read, from the ledger: numbers, times, categories |
| `people.csv` | the same from the portal's register: names and addresses |
| `ledger/` | every decision; `ecluse ledger --help` |
| `gate/` | the gate's files: policy, estate with its tables, settings, clients |
| `logs/` | of portal and gate, and every visit as a line of JSON |
| `portal.sqlite3` | the portal's invented persons |
"""
