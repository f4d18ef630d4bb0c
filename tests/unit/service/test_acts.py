"""An act is judged, written and in force, in this order, and in force again after a restart."""

import json

import pytest

from ecluse.directories.table_directory import TableDirectory
from ecluse.engine.evaluate import Engine
from ecluse.engine.standing import PERSON, Standing
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.estate import Application, Estate, LifeCycle
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR, parse_instant
from ecluse.service.acts import (
    Powers,
    act,
    add_account,
    adopt_accounts,
    hold,
    reopen,
    replay_acts,
    set_application,
)
from ecluse.service.rebuild import rebuild

NOW = 20_000 * DAY
SAYS = {"by": "C. Meyer", "reason": "reported stolen", "at": NOW}
ESTATE = Estate(
    tuple(Application(name, "team@example.org", 10, portal="p") for name in ("files", "letters")),
    (),
    (),
)
POLICIES = PolicySet((Budget("b", (Key.ACCOUNT,), (Window(HOUR, 1),), effect=Effect.HOLD),))


@pytest.fixture
def ledger(tmp_path):
    with DirectoryLedger.create(tmp_path / "ledger") as made:
        yield made


@pytest.fixture
def powers(ledger):
    return Powers(ledger, Standing(ESTATE), TableDirectory(), Engine(POLICIES).holds)


def acts_of(ledger):
    return [
        row
        for frame in ledger.scan()
        for row in frame.iter_rows(named=True)
        if row["kind"] != "access"
    ]


def refused(powers, account="a", application="files", at=NOW):
    request = AccessRequest(account=account, application=application, persons=(1,))
    reason = powers.standing.refusal(request, powers.directory.creators(account), at)
    return None if reason is None else reason.policy


def restarted(powers):
    standing, directory = Standing(ESTATE), TableDirectory()
    holds = replay_acts(powers.ledger, standing, directory)
    return Powers(powers.ledger, standing, directory, holds)


def test_a_hold_is_written_and_in_force_and_a_reopening_lifts_it(powers):
    made = hold(powers, key=Key.ACCOUNT, name="a", tree=True, **SAYS)
    assert (made.kind, made.at, made.held) == ("hold", NOW, (Key.ACCOUNT, "a"))
    assert powers.holds == {(Key.ACCOUNT, "a"): Hold(PERSON, NOW)}
    assert refused(powers) == "hold"
    (row,) = acts_of(powers.ledger)
    assert (row["seq"], row["at"], row["kind"], row["account"]) == (made.seq, NOW, "hold", "a")
    assert json.loads(row["detail"]) == {
        "key": "account",
        "name": "a",
        "tree": True,
        "by": "C. Meyer",
        "reason": "reported stolen",
    }
    reopen(powers, key=Key.ACCOUNT, name="a", **SAYS)
    assert powers.holds == {}
    assert refused(powers) is None
    assert [row["at"] for row in acts_of(powers.ledger)] == [NOW, NOW + 1]


def test_what_a_budget_closed_is_reopened_too(powers):
    engine = Engine(POLICIES)
    for person in (1, 2):
        engine.check(AccessRequest(account="a", application="files", persons=(person,)), NOW)
    mine = Powers(powers.ledger, powers.standing, powers.directory, engine.holds)
    hold(mine, key=Key.ACCOUNT, name="a", **SAYS)
    assert engine.holds == {(Key.ACCOUNT, "a"): Hold("b", NOW)}  # what closed it first
    reopen(mine, key=Key.ACCOUNT, name="a", **SAYS)
    assert engine.holds == {}


def test_a_hold_with_its_tree_closes_what_the_account_created(powers):
    add_account(powers, account="child", created_by="boss", by="portal", at=NOW)
    add_account(powers, account="grandchild", created_by="child", by="portal", at=NOW)
    made = hold(powers, key=Key.ACCOUNT, name="boss", tree=True, **SAYS)
    for mine in (powers, restarted(powers)):
        assert refused(mine, "grandchild") == "hold:boss"
        assert mine.directory.facts("grandchild", NOW).lineage == "boss"
        assert mine.directory.facts("grandchild", NOW).created_at == NOW + 1
    with pytest.raises(CallerError, match="`child` is not closed by itself") as caught:
        reopen(powers, key=Key.ACCOUNT, name="child", **SAYS)
    assert "`boss`" in caught.value.help
    reopen(powers, key=Key.ACCOUNT, name="boss", **(SAYS | {"at": made.at + 5}))
    assert refused(powers, "grandchild") is None


@pytest.mark.parametrize("key", [Key.ACCOUNT, Key.SESSION])
def test_what_is_not_closed_is_not_reopened(powers, key):
    with pytest.raises(CallerError, match="is not closed by itself") as caught:
        reopen(powers, key=key, name="a", **SAYS)
    assert caught.value.help == "nothing is to be reopened"
    assert acts_of(powers.ledger) == []


def test_an_application_closes_and_a_restart_knows_it(powers):
    set_application(
        powers, id="files", state=LifeCycle.CLOSING, closes_at=NOW + DAY, isolate=True, **SAYS
    )
    (row,) = acts_of(powers.ledger)
    assert row["application"] == "files"
    assert json.loads(row["detail"])["written"] == ["live", None]
    for mine in (powers, restarted(powers)):
        assert refused(mine) is None
        assert refused(mine, at=NOW + DAY) == "application:files"
        assert refused(mine, application="letters") == "isolated:files"
    set_application(powers, id="files", state=LifeCycle.LIVE, **SAYS)
    assert refused(restarted(powers), application="letters", at=NOW + DAY) is None


def test_a_body_may_write_a_date_and_nothing_about_who_speaks(powers):
    body = {"id": "files", "state": "closing", "closes_at": "2030-01-01T00:00:00Z", "reason": "r"}
    act(powers, "application", body, by="C. Meyer", at=NOW)
    assert powers.standing.applications["files"].closes_at == parse_instant("2030-01-01")
    for body_, message in (
        (body | {"by": "A. Other"}, "`by` is no part"),
        (body | {"written": None}, "`written` is no part"),
        (body | {"until": 5}, "`until` is no part"),
        (body | {"closes_at": "soon"}, "`soon` is not an instant"),
        (body | {"closes_at": []}, "not as it should be"),
        (body | {"closes_at": 1 << 70}, "not as it should be"),
        (body | {"reason": ""}, "no `reason`"),
        ({"state": "closed", "reason": "r"}, "missing required field `id`"),
    ):
        with pytest.raises(CallerError, match=message):
            act(powers, "application", body_, by="C. Meyer", at=NOW)
    with pytest.raises(CallerError, match="no `by`"):
        act(powers, "application", body, by=" ", at=NOW)
    with pytest.raises(CallerError, match="`release` is no act"):
        act(powers, "release", {}, by="C. Meyer", at=NOW)
    assert len(acts_of(powers.ledger)) == 1


def test_an_account_is_new_once(powers):
    facts = {"account": "child", "created_by": "boss", "by": "portal", "at": NOW}
    add_account(powers, **facts)
    for name in ("child", "boss"):
        with pytest.raises(CallerError):
            add_account(powers, **(facts | {"account": name, "created_by": "other"}))
    with pytest.raises(CallerError, match="not valid Unicode"):
        add_account(powers, **(facts | {"account": "\ud800"}))
    (row,) = acts_of(powers.ledger)
    assert (row["account"], row["kind"]) == ("child", "account")
    assert set(powers.standing.accounts) == {"child"}


def test_what_the_ledger_refuses_is_not_in_force(powers, monkeypatch):
    def full(*_, **__):
        raise UnavailableError("the disk is full")

    monkeypatch.setattr(powers.ledger, "append", full)
    before = powers.standing.snapshot()
    with pytest.raises(UnavailableError):
        hold(powers, key=Key.ACCOUNT, name="a", **SAYS)
    with pytest.raises(UnavailableError):
        add_account(powers, account="child", created_by="boss", by="portal", at=NOW)
    assert powers.standing.snapshot() == before
    assert powers.holds == {}
    assert powers.directory.creators("child") == ()


def test_a_restart_gives_the_same_standing_and_the_same_holds(powers):
    hold(powers, key=Key.ACCOUNT, name="a", tree=True, **SAYS)
    hold(powers, key=Key.SESSION, name="s", **SAYS)
    hold(powers, key=Key.ACCOUNT, name="b", **SAYS)
    reopen(powers, key=Key.ACCOUNT, name="b", **SAYS)
    add_account(powers, account="child", created_by="a", by="portal", at=NOW)
    again = restarted(powers)
    assert again.standing.snapshot() == powers.standing.snapshot()
    assert again.holds == powers.holds
    engine, _ = rebuild(POLICIES, powers.ledger, now=NOW)
    assert engine.holds == powers.holds


def test_the_table_says_more_than_what_was_added_before_it_was_written(powers):
    add_account(powers, account="child", created_by="boss", by="portal", at=NOW)
    directory = TableDirectory()
    assert adopt_accounts(powers.standing, directory, but={"child"}) == ()
    assert directory.creators("child") == ()
    assert adopt_accounts(powers.standing, directory) == ()
    assert adopt_accounts(powers.standing, directory) == ("child",)
    assert directory.creators("child") == ("boss",)


@pytest.mark.parametrize("detail", ["", "[]", "{}", '{"key": "lineage", "name": "a"}'])
def test_an_act_that_says_nothing_stops_the_start(ledger, detail):
    ledger.append(Entry(at=NOW, kind="hold", account="a", detail=detail), durable=True)
    with pytest.raises(IntegrityError, match="entry 0 of kind `hold` does not say what it must"):
        replay_acts(ledger, Standing(ESTATE), TableDirectory())


def test_an_old_reopening_without_a_name_is_put_in_force(ledger):
    said = json.dumps({"key": "account", "name": "a"})
    for kind in ("hold", "reopen"):
        ledger.append(Entry(at=NOW, kind=kind, account="a", detail=said), durable=True)
    ledger.append(Entry(at=NOW, kind="policy", account="", detail="not JSON"), durable=True)
    holds = replay_acts(ledger, Standing(ESTATE), TableDirectory())
    assert holds == {(Key.ACCOUNT, "a"): Hold(PERSON, NOW)}  # at one instant the hold stands
