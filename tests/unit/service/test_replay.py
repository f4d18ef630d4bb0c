"""A replay's report says what the decisions were, by either way of deciding."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.directories.table_directory import TableDirectory
from ecluse.engine.history import from_requests
from ecluse.formats.common.tally import Tally
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.batch import EventBatch
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import HOUR, MINUTE, SECOND
from ecluse.service import replay as steps_of_replay
from ecluse.service.collect import Collected
from strategies.histories import START, policy_sets, requests, steps


def reported(collected, policies, way):
    decided = steps_of_replay.decide(collected.history, policies, way=way)
    return steps_of_replay.report(
        collected,
        decided,
        policies,
        sources=("x.log",),
        policy_file="p.yaml",
        ledger=None,
        findings=(),
        seconds=1.0,
    )


def theft(effect):
    """Sixty accounts read two persons each; one reads 5,000 between 10:00 and 12:00; 200 an hour are allowed."""
    honest = [(n * 4 * MINUTE, f"a{n % 60}", f"h{n % 120}") for n in range(120)]
    stolen = [(2 * HOUR + n * 1440 * SECOND // 1000, "thief", f"s{n}") for n in range(5000)]
    rows = sorted(honest + stolen)
    table = pl.DataFrame(
        {
            "at": [START + r[0] for r in rows],
            "account": [r[1] for r in rows],
            "person": [r[2] for r in rows],
        }
    )
    policies = PolicySet((Budget("hour", (Key.ACCOUNT,), (Window(HOUR, 200),), effect=effect),))
    return EventBatch(table, lines=len(rows)), policies


@pytest.mark.parametrize(("effect", "read"), [(Effect.HOLD, 200), (Effect.DENY, 400)])
@pytest.mark.parametrize("way", ["compiled", "events"])
def test_the_thief_gets_what_the_window_allows_and_nobody_else_loses(effect, read, way):
    batch, policies = theft(effect)
    collected = steps_of_replay.collect(
        [batch], directory=TableDirectory(), ledger=None, seed=3, max_reject_share=0
    )
    report = reported(collected, policies, way)
    (stopped,) = report.stopped
    assert (stopped.account, stopped.policy, stopped.window, stopped.limit) == (
        "thief",
        "hour",
        HOUR,
        200,
    )
    assert (stopped.persons_read, stopped.persons_read_before, stopped.persons_attempted) == (
        read,
        200,
        5000,
    )
    assert stopped.effect == effect.word
    assert report.refused == stopped.accesses_refused == 5000 - read
    assert report.permitted + report.refused == report.events == 5120
    assert report.effects == {"permit": 120 + read, effect.word: 5000 - read}
    assert sum(b.permitted for b in report.timeline) == report.permitted
    assert sum(b.refused for b in report.timeline) == report.refused
    assert stopped.curve[-1][1:] == (5000, read)


def test_an_account_stopped_by_another_s_hold_on_their_session_has_no_window():
    table = pl.DataFrame(
        {
            "at": [START, START + 1, START + 2],
            "account": ["a", "a", "b"],
            "person": [1, 2, 3],
            "session": ["s"] * 3,
        }
    )
    window = (Window(HOUR, 1),)
    policies = PolicySet((Budget("session", (Key.SESSION,), window, effect=Effect.HOLD),))
    collected = steps_of_replay.collect(
        [EventBatch(table, lines=3)],
        directory=TableDirectory(),
        ledger=None,
        seed=3,
        max_reject_share=0,
    )
    first, second = reported(collected, policies, "compiled").stopped
    assert (first.account, first.window, first.persons_read) == ("a", HOUR, 1)
    assert (second.account, second.window, second.limit, second.persons_read) == ("b", 0, 0, 0)


@given(
    st.lists(st.tuples(steps, requests()), min_size=1, max_size=40),
    policy_sets(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_both_ways_report_alike(moves, policies):
    at, accesses = START, []
    for step, request in moves:
        at += abs(step)
        accesses.append((at, request))
    collected = Collected(
        from_requests(accesses), None, Tally(lines=len(accesses), events=len(accesses))
    )
    compiled, events = (reported(collected, policies, way) for way in ("compiled", "events"))
    assert replace(compiled, curves=()) == events
    released = compiled.permitted
    assert released == sum(
        n for word, n in compiled.effects.items() if Effect[word.upper()].releases
    )


def test_the_ledger_holds_every_decision_and_exactly_the_persons_read(tmp_path):
    batch, policies = theft(Effect.HOLD)
    with DirectoryLedger.create(tmp_path / "ledger") as ledger:
        collected = steps_of_replay.collect(
            [batch], directory=TableDirectory(), ledger=ledger, seed=3, max_reject_share=0
        )
        decided = steps_of_replay.decide(collected.history, policies)
        assert steps_of_replay.write(collected, decided, policies, ledger, lambda _: None) == 5120
        entries = pl.concat(
            ledger.scan(
                columns=["account", "persons", "effect", "policy", "used", "limit", "window"]
            )
        )
        expected = [ledger.pseudonymizer.pseudonym(f"s{n}") for n in range(200)]
    mine = entries.filter(pl.col("account") == "thief")
    read = (
        mine.filter(pl.col("effect") == "permit")["persons"].explode(empty_as_null=False).to_list()
    )
    assert read == expected
    refused = mine.filter(pl.col("effect") == "hold")
    assert refused.height == 4800
    assert refused.row(0, named=True)["used"] == 201
    assert refused["window"].to_list() == [HOUR] + [0] * 4799  # then the account is closed


def test_more_budgets_than_bits_are_counted_and_written(tmp_path):
    batch, _ = theft(Effect.HOLD)
    budgets = [Budget(f"b{n}", (Key.ACCOUNT,), (Window(HOUR, 300),)) for n in range(70)]
    for n in (66, 69):
        budgets[n] = replace(budgets[n], windows=(Window(HOUR, 200),), effect=Effect.HOLD)
    policies = PolicySet(tuple(budgets))
    with DirectoryLedger.create(tmp_path / "ledger") as ledger:
        collected = steps_of_replay.collect(
            [batch], directory=TableDirectory(), ledger=ledger, seed=3, max_reject_share=0
        )
        report = reported(collected, policies, "auto")
        decided = steps_of_replay.decide(collected.history, policies)
        steps_of_replay.write(collected, decided, policies, ledger, lambda _: None)
        entries = pl.concat(ledger.scan(columns=["policy", "detail"]))
    assert [(c.policy, c.effect, c.events) for c in report.policies] == [
        ("b66", "hold", 4800),
        ("b69", "hold", 1),
    ]
    assert entries.filter(pl.col("detail") != "").rows() == [("b66", '{"also": ["b69"]}')]
