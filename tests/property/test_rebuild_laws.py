"""Promise 5: kill the process at any point, and no budget starts afresh."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.entry import Entry
from ecluse.model.policy import Key
from ecluse.service.rebuild import OBSERVED, REOPEN, rebuild
from ecluse.service.record import entry_of
from strategies.histories import START, policy_sets, requests, steps


def entry(request, decision, at, kind="access"):
    names = tuple(p.to_bytes(8, "little") + bytes(8) for p in request.persons)
    return entry_of(request, decision, at=at, pseudonyms=names, kind=kind)


moves = st.lists(
    st.tuples(st.sampled_from(["check", "check", "observe", "reopen"]), steps, st.integers(0, 5)),
    max_size=30,
)


@given(policy_sets(), st.lists(requests(), min_size=6, max_size=6), moves, moves)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_engine_rebuilt_from_the_ledger_goes_on_as_the_one_that_died(
    policies, asked, before, after
):
    live, at = Engine(policies), START
    with (
        tempfile.TemporaryDirectory() as folder,
        DirectoryLedger.create(Path(folder) / "ledger") as ledger,
    ):
        for act, step, pick in before:
            at += step
            request = asked[pick]
            if act == "reopen":
                live.reopen(Key.ACCOUNT, request.account)
                detail = json.dumps({"key": "account", "name": request.account})
                ledger.append(
                    Entry(at=live.clock, kind=REOPEN, account=request.account, detail=detail)
                )
                continue
            decision = getattr(live, act)(request, at)
            ledger.append(
                entry(request, decision, live.clock, "access" if act == "check" else OBSERVED)
            )
        ledger.commit()
        again = rebuild(policies, ledger, now=live.clock)
    for _, step, pick in after:
        at = max(at + step, live.clock)
        assert again.check(asked[pick], at) == live.check(asked[pick], at)
