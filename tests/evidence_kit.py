"""A register with an incident, its frozen exposure and the ledger behind it, for the tests of evidence packs."""

import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from ecluse.incident.exposure_digest import SCHEMA
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.keys import Pseudonymizer
from ecluse.ledgers.notes import read_notes
from ecluse.ledgers.reader import scan, take_snapshot
from ecluse.model.entry import Entry
from ecluse.model.evidence import PackProfile
from ecluse.model.exposure import (
    CategoryCount,
    CategorySet,
    ExposureVersion,
    LedgerState,
    Selection,
)
from ecluse.registers.exposures import freeze
from ecluse.registers.folder import Register
from ecluse.wiring.evidence.pack import PackRequest, make_pack

START = 1_752_314_400_000_000
THIEF = "formateur-0042"
HOSTILE = '=HYPERLINK("http://example.test")\x1b[2J'
CONTROLLER = """version: 1
name: Agence d’exemple
siren: "732829320"
address: 1 rue de l’Exemple, 75000 Paris
representative: {name: Camille Exemple, role: directrice générale}
dpo: {name: Dominique Exemple, mail: dpo@example.org}
"""
STATEMENT = """version: 1
facts:
  fr: Un compte de formateur a consulté des dossiers hors de toute mission, un samedi.
  en: A trainer's account read files outside any task, on a Saturday.
"""


@dataclass(frozen=True)
class World:
    """Where everything lies."""

    register: Path
    incident: str
    ledger: Path
    persons: int

    def request(self, out, **changes):
        """What is packed, unless a test says otherwise."""
        asked = {
            "register": self.register,
            "incident": self.incident,
            "ledgers": (self.ledger,),
            "profile": PackProfile.POLICE,
            "out": out,
            "by": "tester",
            "now": START + 10**12,
        }
        return PackRequest(**{**asked, **changes})

    def pack(self, out, *, pdf=False, **changes):
        """Makes a pack; without PDF files, which take most of the time, unless they are asked for."""
        with pytest.MonkeyPatch.context() as patch:
            if not pdf:
                patch.setattr("ecluse.wiring.evidence.pages.print_form.installed", lambda: False)
            return make_pack(
                self.request(out, **changes), step=lambda _what, _size: lambda _count: None
            )


def person(number):
    return number.to_bytes(4, "big") + b"\x07" * 12


def read(number, account, *, persons, session="s-1", effect="permit", kind="access", detail=""):
    return Entry(
        at=START + number * 1_000_000, account=account, account_kind="trainer", organization="of-038",
        lineage=account, application="kairos", session=session, source="192.0.2.7", operation="view", factor="mail",
        categories=("contact", "identity"), persons=tuple(map(person, persons)), own="", effect=effect, kind=kind, detail=detail,
    )  # fmt: skip


def entries():
    """Thirty accesses of the thief between those of others; one refused, one taken back, an account that he made, a hold."""
    for number in range(30):
        yield read(3 * number, "conseiller-0001", persons=(500 + number,), session="c-1")
        yield read(3 * number + 1, THIEF, persons=range(number, number + number % 3 + 1))
        if number % 4 == 0:
            yield read(3 * number + 2, HOSTILE, persons=(200 + number,), session="+1-2\u202e")
    yield read(95, THIEF, persons=(900,), effect="deny")
    yield read(96, THIEF, persons=(901, 902))
    yield Entry(at=START + 97_000_000, account=THIEF, kind="release", persons=(person(902),), detail='{"of":%d}')  # fmt: skip
    yield Entry(at=START + 98_000_000, account=HOSTILE, kind="account", detail='{"account":"%s","created_by":"%s","by":"portal"}' % ("made-up", THIEF))  # fmt: skip  # noqa: UP031
    yield Entry(at=START + 99_000_000, account="", kind="hold", detail='{"key":"account","name":"%s","by":"Alix","reason":"stolen"}' % THIEF)  # fmt: skip  # noqa: UP031
    yield Entry(at=START + 100_000_000, account="", kind="policy", detail='{"digest":"aa","written":"bb","file":"policy.yaml"}')  # fmt: skip


def make_ledger(root, *, unsealed=4):
    """Two segments and a log, with a checkpoint in the middle of the log, and one over all."""
    ticks = iter(range(START, START + 10**13, 1_000_000))
    with DirectoryLedger.create(
        root, origin="example.org/kairos", now=lambda: next(ticks)
    ) as ledger:
        made = list(entries())
        for number, written in enumerate(made):
            fields = {name: getattr(written, name) for name in Entry.__struct_fields__}
            if written.kind == "release":
                fields["detail"] = written.detail % (number - 1)
            ledger.append(Entry(**fields))
            if number in (20, len(made) - unsealed):
                ledger.seal()
            if number == len(made) - 2:
                ledger.checkpoint()
        ledger.checkpoint()
        for number in range(200, 203):
            ledger.append(read(number, "conseiller-0001", persons=(600,), session="c-2"))
    return root


def shown(root, accounts):
    """Persons whose data left to the accounts, by going through the entries one by one."""
    found, back = {}, []
    for frame in scan(take_snapshot(root)):
        for row in frame.iter_rows(named=True):
            if row["account"] not in accounts:
                continue
            if row["kind"] == "access" and row["effect"] in {"permit", "warn", "slow"}:
                found[row["seq"]] = (row["at"], set(row["persons"]))
            elif row["kind"] == "release":
                back.append((int(row["detail"].split(":")[1].rstrip("}")), set(row["persons"])))
    for of, persons in back:
        found[of][1].difference_update(persons)
    together = {}
    for at, persons in found.values():
        for one in persons:
            first, last, count = together.get(one, (at, at, 0))
            together[one] = (min(first, at), max(last, at), count + 1)
    return together


def freeze_exposure(folder, root, accounts):
    """Freezes what `shown` finds, over the last checkpoint."""
    together = shown(root, accounts)
    rows = [
        {
            "person": one, "linked": False, "manner": "shown", "categories": "contact identity",
            "shown": "contact identity", "exported": "", "listed": "", "first_at": first, "last_at": last,
            "accesses": count, "minor": None, "protected": None, "member_state": None,
        }
        for one, (first, last, count) in sorted(together.items())
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema_overrides={"minor": pl.Boolean, "protected": pl.Boolean, "member_state": pl.String}).to_arrow()  # fmt: skip
    layout = take_snapshot(root).layout
    key = layout.read_public_key()
    last = read_notes(layout.checkpoints, key, layout.read_first_page(key).origin)[0][-1].checkpoint
    count = len(rows)
    made = ExposureVersion(
        number=0, digest="", made_at=START, made_by="tester", selections=(Selection(accounts=tuple(accounts)),),
        ledgers=(LedgerState(last.origin, last.size, last.root.hex()),), persons=count, at_most=count,
        records=sum(row["accesses"] for row in rows), shown=count,
        categories=(CategoryCount("contact", count, count), CategoryCount("identity", count, count)),
        sets=(CategorySet(("contact", "identity"), count),), accounts=tuple(accounts), applications=("kairos",),
        first_at=min(row["first_at"] for row in rows), last_at=max(row["last_at"] for row in rows),
    )  # fmt: skip
    freeze(folder, made, table.cast(SCHEMA))
    return count


def make_world(root):
    """A whole world in a folder."""
    root.mkdir(parents=True, exist_ok=True)
    ledger = make_ledger(root / "ledger")
    register = Register(root / "register")
    register.create()
    opened = {
        "title": "A trainer's account read outside any task", "severity": "high", "confidence": "high", "owner": "Alix",
        "accounts": [THIEF, HOSTILE], "sessions": ["s-1"], "sources": ["192.0.2.7"], "applications": ["kairos"],
    }  # fmt: skip
    folder = register.begin(2025, "opened", opened, by="Alix", at=START + 10**9)
    persons = freeze_exposure(folder.path, ledger, (THIEF, HOSTILE))
    (register.root / "controller.yaml").write_text(CONTROLLER, "utf-8")
    (folder.path / "statement.yaml").write_text(STATEMENT, "utf-8")
    return World(register.root, folder.id, ledger, persons)


def fingerprint(world):
    return Pseudonymizer(
        bytes.fromhex((world.ledger / "keys" / "pseudonym.key").read_text())
    ).fingerprint


PYTHON = [sys.executable, "-I", "-S"]
"""A Python that sees nothing but its standard library."""
