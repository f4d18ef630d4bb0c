"""Incidents proposed from a real ledger, and its heads held against a log."""

import json

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.loaders.defaults import shipped
from ecluse.model.entry import Entry
from ecluse.model.errors import IntegrityError, SourceError
from ecluse.model.time import HOUR, SECOND
from ecluse.wiring.incidents import check_heads, proposals

AT = 1_752_314_400_000_000


def person(number):
    return number.to_bytes(16, "big")


def reading(account, numbers, *, at, source="", effect="permit"):
    return [
        Entry(at=at + i * SECOND, account=account, session=f"s-{account}", source=source, persons=(person(n),), effect=effect, policy="partner" if effect != "permit" else "")
        for i, n in enumerate(numbers)
    ]  # fmt: skip


def finding(about, *, code="honey-read", at=AT):
    detail = {"code": code, "severity": "high", "what": f"`{about}` did", "about": about}
    return Entry(at=at, account="", kind="finding", detail=json.dumps(detail))


@pytest.fixture
def make(tmp_path):
    def made(*groups):
        path = tmp_path / "ledger"
        with DirectoryLedger.create(path) as ledger:
            for entry in sorted((e for group in groups for e in group), key=lambda e: e.at):
                ledger.append(entry)
            ledger.commit()
        return path

    return made


def ask(ledger, **more):
    options = {"estate": None, "warnings": None, "since": None, "step": lambda _: None, **more}
    return proposals(ledger, **options)


def test_one_thief_with_three_accounts_and_everybody_else(make, tmp_path):
    """One is refused, one comes from the same source, one walks the same list; a colleague at the same desk does none of it."""
    list_ = range(100, 160)
    ledger = make(
        reading("thief-1", list_, at=AT, source="192.0.2.7"),
        reading("thief-1", range(500, 503), at=AT + 200 * SECOND, effect="deny"),
        reading("thief-2", range(900, 930), at=AT + HOUR, source="192.0.2.7"),
        reading("colleague", range(700, 705), at=AT - 48 * HOUR, source="192.0.2.7"),
        reading("colleague", range(700, 705), at=AT, source="192.0.2.7"),
        reading("thief-3", list_, at=AT + 9 * HOUR, source="198.51.100.9"),
        reading("honest", [*range(159, 99, -2), *range(100, 160, 2)], at=AT + 2 * HOUR, source="198.51.100.1"),
        [finding("thief-1", at=AT + 300 * SECOND), finding("portal", code="silent-application")],
    )  # fmt: skip
    found = ask(ledger)
    (proposal,) = found.proposals
    assert set(proposal.accounts) == {"thief-1", "thief-2", "thief-3"}
    assert {s.code for s in proposal.signs} == {"refused", "honey-read"}
    assert proposal.sessions == ("s-thief-1",)
    assert proposal.sources == ("192.0.2.7",)
    assert {(k.what, k.rule) for k in proposal.links if k.rule != "same-account"} == {("thief-2", "source"), ("thief-3", "order")}  # fmt: skip
    assert found.apart == ("silent-application:portal",)
    assert (found.unreadable, found.not_compared) == (0, 0)


def test_the_accounts_table_and_warnings_from_outside(make, tmp_path):
    ledger = make(reading("manager", range(3), at=AT), reading("child", range(9), at=AT))
    (tmp_path / "accounts.csv").write_text(
        "account,kind,organization,created_at,created_by\nmanager,,,,\nchild,,,,manager\n"
    )
    estate = tmp_path / "estate.yaml"
    estate.write_text(
        f"{shipped('estate-example.yaml').decode()}\ntables: {{accounts: accounts.csv}}\n"
    )
    warnings = tmp_path / "warnings.jsonl"
    warnings.write_text(
        '{"account": "manager", "received_at": "2025-07-12T10:00:00Z", "source": "CERT"}\n'
    )
    assert [p.accounts for p in ask(ledger, warnings=warnings).proposals] == [("manager",)]
    (proposal,) = ask(ledger, warnings=warnings, estate=estate).proposals
    assert proposal.accounts == ("manager", "child")
    assert proposal.lineages == ("manager",)
    warnings.write_text("half a line")
    with pytest.raises(SourceError):
        ask(ledger, warnings=warnings)


def test_since_leaves_out_what_is_older(make):
    ledger = make(
        reading("old", range(2), at=AT, effect="deny"),
        reading("new", range(2), at=AT + HOUR, effect="deny"),
    )
    assert [p.accounts for p in ask(ledger, since=AT + HOUR).proposals] == [("new",)]
    assert len(ask(ledger).proposals) == 2


def test_a_ledger_without_signs_proposes_nothing(make):
    assert ask(make(reading("a", range(5), at=AT))).proposals == ()


def test_heads_in_the_ledger(make):
    def head(value, incident="2026-0001"):
        return Entry(at=AT, account="root", kind="incident", detail=json.dumps({"incident": incident, "head": value, "act": "note", "by": "A"}))  # fmt: skip

    ledger = make([head("a"), head("b"), head("z", "2026-0002")])
    assert check_heads(ledger, "2026-0001", ["a", "b", "c"]) == 2
    assert check_heads(ledger, "2026-0003", []) == 0
    with pytest.raises(IntegrityError, match="entry 1 of the ledger"):
        check_heads(ledger, "2026-0001", ["a", "c"])
