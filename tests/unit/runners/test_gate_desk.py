import asyncio
import json

import pytest

from ecluse.model.client import Client, Scope
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.runners.commits import GroupCommit
from ecluse.runners.embedded import EmbeddedCounts
from ecluse.runners.gate_desk import GateDesk
from ecluse.service.findings_book import FindingsBook
from gate_kit import ME, GateKit, asked

READER = Client("reader", frozenset({Scope.READ}), person="Camille Martin")
APART = Client("apart", frozenset({Scope.READ}), frozenset({"cases"}))


@pytest.fixture
def kit(tmp_path):
    with GateKit(tmp_path / "ledger") as made:
        yield made


def run(kit, steps, acts=None):
    """Lets the steps have a desk."""

    async def all_of_it():
        commits = GroupCommit(kit.ledger, kit.keeper.tally)
        counts = EmbeddedCounts(kit.decider, commits)
        findings = FindingsBook(kit.ledger, kit.clock)
        try:
            return await steps(GateDesk(kit.keeper, counts, commits, findings, acts or {}))
        finally:
            await commits.close()

    return asyncio.run(all_of_it())


def queries(kit):
    """Who asked what, as the ledger on disk has it."""
    rows = [row for frame in kit.ledger.scan() for row in frame.iter_rows(named=True)]
    return [json.loads(row["detail"]) for row in rows if row["kind"] == "query"]


def test_whoever_looks_is_in_the_ledger_before_seeing_anything(kit):
    async def steps(desk):
        entry = (await desk.ask("check", asked("1"), ME)).entry
        told = await desk.explain(asked("1"), READER)
        assert [(b["used"], b["with_request"]) for b in told["budgets"]] == [(1, 1)]
        assert queries(kit)[-1] == {"question": "explain", "about": "agent", "by": "Camille Martin"}
        assert (await desk.explain(entry, READER))["effect"] == "permit"
        assert queries(kit)[-1] == {"question": "entry", "about": "0", "by": "Camille Martin"}
        assert (await desk.status("agent", "files", READER))["budgets"][0]["left"] == 2
        assert queries(kit)[-1] == {"question": "status", "about": "agent", "by": "Camille Martin"}

    run(kit, steps)


@pytest.mark.parametrize("question", ["explain", "status"])
def test_nothing_is_told_when_the_question_cannot_be_written(kit, question):
    def refuse():
        raise UnavailableError("the disk refuses")

    async def steps(desk):
        kit.ledger.commit = refuse
        looking = (
            desk.explain(asked("1"), READER)
            if question == "explain"
            else desk.status("agent", "files", READER)
        )
        with pytest.raises(UnavailableError):
            await looking
        del kit.ledger.commit

    run(kit, steps)


def test_a_client_sees_only_its_applications(kit):
    async def steps(desk):
        entry = (await desk.ask("check", asked("1"), ME)).entry
        for looking in (
            desk.explain(entry, APART),
            desk.explain(asked("1"), APART),
            desk.status("agent", "files", APART),
        ):
            with pytest.raises(CallerError):
                await looking
        assert queries(kit) == []

    run(kit, steps)


def test_acts_are_made_by_named_persons(kit):
    async def act(body, by):
        return {"by": by}

    async def steps(desk):
        with pytest.raises(CallerError, match="no person's client"):
            await desk.act("hold", {}, ME)
        assert await desk.act("account", {}, ME) == {"by": "unix"}
        with pytest.raises(CallerError, match="no person's client"):
            await desk.act("account", {}, APART)
        assert await desk.act("hold", {}, READER) == {"by": "Camille Martin"}
        with pytest.raises(CallerError, match="is no act"):
            await desk.act("release", {}, READER)

    run(kit, steps, {"hold": act, "account": act})
