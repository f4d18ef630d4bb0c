"""What persons decided holds whatever the budgets say, over restarts, on every gate."""

from dataclasses import replace

import pytest

from ecluse.engine.standing import PERSON, Created, Standing
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold, Reason
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.estate import AccountKind, Application, Estate, LifeCycle, Organization
from ecluse.model.policy import Effect, Key
from ecluse.model.time import DAY

NOW = 20_000 * DAY
BY = {"by": "C. Meyer", "reason": "ordered by the head of the service"}


def application(name, state=LifeCycle.LIVE, **more):
    return Application(name, "team@example.org", 1000, state=state, **more)


ESTATE = Estate(
    (
        application("files", portal="agents"),
        application("letters", portal="agents"),
        application("search", portal="agents"),
        application("alone"),
        application("archive", LifeCycle.CLOSING, state_since=NOW - DAY, closes_at=NOW + DAY),
        application("old", LifeCycle.CLOSED),
    ),
    (AccountKind("adviser"),),
    (Organization("north", ()),),
)


def ask(application="files", account="a", session=None):
    return AccessRequest(account=account, application=application, persons=(1,), session=session)


def why(standing, request=None, creators=(), at=NOW):
    reason = standing.refusal(request or ask(), creators, at)
    return None if reason is None else (reason.policy, reason.effect)


def state(name, word, **more):
    return {"id": name, "state": word, **BY, **more}


def hold(name, key="account", **more):
    return {"key": key, "name": name, **BY, **more}


def changed(estate, name, **fields):
    """The estate with one application written otherwise."""
    listed = tuple(replace(a, **fields) if a.id == name else a for a in estate.applications)
    return replace(estate, applications=listed)


class TestApplications:
    def test_the_estate_file_is_the_start(self):
        standing = Standing(ESTATE)
        assert why(standing) is None
        assert why(standing, ask("old")) == ("application:old", Effect.DENY)
        assert why(standing, ask("archive")) is None
        assert why(standing, ask("archive"), at=NOW + DAY) == ("application:archive", Effect.DENY)
        assert standing.refusal(ask("old"), (), NOW) == Reason(
            "application:old", 0, 0, 0, Effect.DENY
        )

    def test_an_application_outside_the_estate_is_refused(self):
        assert why(Standing(ESTATE), ask("elsewhere")) == ("application:elsewhere", Effect.DENY)

    def test_without_an_estate_nothing_is_known_and_nothing_refused(self):
        standing = Standing()
        assert why(standing, ask("elsewhere")) is None
        standing.apply("application", state("elsewhere", "closed"), NOW)
        assert why(standing, ask("elsewhere")) == ("application:elsewhere", Effect.DENY)
        assert why(standing) is None

    def test_an_application_closes_in_steps_and_by_its_date(self):
        standing = Standing(ESTATE)
        standing.apply("application", state("files", "decommissioning"), NOW)
        standing.apply("application", state("files", "closing", closes_at=NOW + 5), NOW + 1)
        assert why(standing, at=NOW + 4) is None
        assert why(standing, at=NOW + 5) == ("application:files", Effect.DENY)
        with pytest.raises(CallerError, match="is closed and cannot become closing"):
            standing.apply("application", state("files", "closing", closes_at=NOW + 9), NOW + 6)
        standing.apply("application", state("files", "live"), NOW + 7)
        assert why(standing, at=NOW + 8) is None

    def test_a_state_begins_when_it_is_entered(self):
        standing = Standing(ESTATE)
        standing.apply("application", state("files", "closing", closes_at=NOW + 50), NOW + 1)
        standing.apply("application", state("files", "closing", closes_at=NOW + 90), NOW + 2)
        life = standing.applications["files"]
        assert (life.since, life.closes_at) == (NOW + 1, NOW + 90)
        standing.apply("application", state("archive", "closing", closes_at=NOW + 90), NOW + 2)
        assert standing.applications["archive"].since == NOW - DAY

    def test_closing_one_can_isolate_the_others_of_its_portal(self):
        standing = Standing(ESTATE)
        standing.apply("application", state("files", "closed", isolate=True), NOW)
        assert why(standing, ask("files")) == ("application:files", Effect.DENY)
        assert why(standing, ask("letters")) == ("isolated:files", Effect.DENY)
        assert why(standing, ask("alone")) is None
        standing.apply("application", state("letters", "decommissioning", isolate=True), NOW + 1)
        assert why(standing, ask("letters")) == ("isolated:files", Effect.DENY)
        assert why(standing, ask("search")) == ("isolated:files", Effect.DENY)
        standing.apply("application", state("files", "live"), NOW + 2)
        assert why(standing, ask("files")) == ("isolated:letters", Effect.DENY)
        assert why(standing, ask("letters")) is None
        standing.apply("application", state("letters", "decommissioning"), NOW + 3)
        assert why(standing, ask("search")) is None

    @pytest.mark.parametrize("name", ["alone", "archive"])
    def test_what_has_no_sibling_isolates_nothing(self, name):
        with pytest.raises(CallerError, match="shares no portal"):
            Standing(ESTATE).apply("application", state(name, "closed", isolate=True), NOW)
        with pytest.raises(CallerError, match="shares no portal"):
            Standing().apply("application", state(name, "closed", isolate=True), NOW)

    def test_what_the_estate_does_not_have_cannot_be_changed(self):
        with pytest.raises(CallerError, match="`gone` is not an application") as caught:
            Standing(ESTATE).apply("application", state("gone", "closed"), NOW)
        assert "alone, archive, files" in caught.value.help

    def test_a_refused_act_changes_nothing(self):
        standing = Standing(ESTATE)
        before = standing.snapshot()
        for kind, detail in (
            ("application", state("old", "closing", closes_at=NOW + 1)),
            ("application", state("files", "closing")),
            ("application", {"id": "files", "state": "closed", "by": "x", "reason": " "}),
            ("hold", hold("a", by="")),
            ("hold", hold("s", key="session", tree=True)),
            ("account", {"account": "n", "created_by": "n", "by": "x"}),
        ):
            with pytest.raises(CallerError):
                standing.apply(kind, detail, NOW)
        assert standing.snapshot() == before


class TestTheFileChanges:
    """A person's word holds until the estate file changes; then the stricter of both, until the next word."""

    def after(self, word, estate, **more):
        first = Standing(ESTATE)
        detail = state(word[0], word[1], written=first.written(word[0]), **more)
        standing = Standing(estate)
        standing.replay("application", detail, NOW)
        return standing

    def test_a_restart_with_the_same_file_changes_nothing(self):
        assert why(self.after(("old", "live"), ESTATE), ask("old")) is None

    def test_an_edit_does_not_reopen_what_a_person_closed(self):
        edited = changed(ESTATE, "files", state=LifeCycle.DECOMMISSIONING)
        standing = self.after(("files", "closed"), edited, isolate=True)
        assert why(standing) == ("application:files", Effect.DENY)
        assert why(standing, ask("letters")) == ("isolated:files", Effect.DENY)

    def test_an_edit_closes_what_a_person_had_opened(self):
        edited = changed(ESTATE, "archive", state=LifeCycle.CLOSED, closes_at=None)
        standing = self.after(("archive", "live"), edited)
        assert why(standing, ask("archive")) == ("application:archive", Effect.DENY)
        standing.apply(
            "application", state("archive", "live", written=standing.written("archive")), NOW + 1
        )
        assert why(standing, ask("archive")) is None

    def test_what_the_file_no_longer_has_is_refused(self):
        less = replace(ESTATE, applications=ESTATE.applications[1:])
        standing = self.after(("files", "decommissioning"), less, isolate=True)
        assert why(standing) == ("application:files", Effect.DENY)
        assert why(standing, ask("letters")) is None


class TestHolds:
    def test_an_account_and_a_session_are_closed_until_they_are_reopened(self):
        standing = Standing(ESTATE)
        standing.apply("hold", hold("a"), NOW)
        standing.apply("hold", hold("s", key="session"), NOW + 1)
        assert why(standing) == ("hold", Effect.HOLD)
        assert why(standing, ask(account="b", session="s")) == ("hold", Effect.HOLD)
        assert why(standing, ask(account="s", session="a")) is None
        assert standing.holds() == {
            (Key.ACCOUNT, "a"): Hold(PERSON, NOW),
            (Key.SESSION, "s"): Hold(PERSON, NOW + 1),
        }
        standing.apply("reopen", hold("a"), NOW + 2)
        standing.apply("reopen", hold("s", key="session"), NOW + 2)
        assert why(standing, ask(session="s")) is None
        assert standing.holds() == {}

    def test_a_tree_takes_along_all_that_the_account_created(self):
        standing = Standing(ESTATE)
        standing.apply("hold", hold("boss", tree=True), NOW)
        assert standing.trees == {"boss"}
        assert why(standing, ask(account="boss")) == ("hold", Effect.HOLD)
        assert why(standing, ask(account="child"), ("boss",)) == ("hold:boss", Effect.HOLD)
        assert why(standing, ask(account="grandchild"), ("child", "boss", "root"))
        assert why(standing, ask(account="other"), ("root",)) is None
        standing.apply("reopen", hold("boss", key="session"), NOW + 1)  # a session of that name
        assert why(standing, ask(account="child"), ("boss",))
        standing.apply("hold", hold("other", tree=True), NOW + 1)
        standing.apply("reopen", hold("boss"), NOW + 1)
        assert standing.trees == {"other"}
        assert why(standing, ask(account="child"), ("boss",)) is None

    def test_a_hold_alone_leaves_the_tree_open(self):
        standing = Standing(ESTATE)
        standing.apply("hold", hold("boss"), NOW)
        assert why(standing, ask(account="child"), ("boss",)) is None

    def test_holding_once_more_never_loosens(self):
        standing = Standing(ESTATE)
        standing.apply("hold", hold("boss", tree=True), NOW)
        standing.apply("hold", hold("boss"), NOW + 1)
        assert why(standing, ask(account="child"), ("boss",)) == ("hold:boss", Effect.HOLD)

    def test_a_reopening_leaves_the_holds_of_others(self):
        standing = Standing(ESTATE)
        for name in ("boss", "child"):
            standing.apply("hold", hold(name, tree=True), NOW)
        standing.apply("reopen", hold("boss"), NOW + 1)
        assert why(standing, ask(account="child"), ("boss",)) == ("hold", Effect.HOLD)

    def test_a_hold_is_told_before_a_closed_application(self):
        standing = Standing(ESTATE)
        standing.apply("hold", hold("a"), NOW)
        assert why(standing, ask("old")) == ("hold", Effect.HOLD)


NEW = {"account": "new", "created_by": "boss", "kind": "adviser", "by": "portal"}


class TestAccounts:
    def test_an_account_is_remembered_for_the_other_gates(self):
        standing = Standing(ESTATE)
        standing.apply("account", NEW, NOW)
        assert standing.accounts == {"new": Created(NOW, "boss", "adviser")}
        assert Standing.restore(ESTATE, standing.snapshot()).accounts == standing.accounts

    def test_nobody_need_be_known_to_have_created_it(self):
        standing = Standing(ESTATE)
        standing.apply("account", {"account": "new", "by": "portal"}, NOW)
        assert Standing.restore(ESTATE, standing.snapshot()).accounts == {"new": Created(NOW)}

    def test_an_account_is_created_once(self):
        standing = Standing(ESTATE)
        standing.apply("account", NEW, NOW)
        with pytest.raises(CallerError, match="known already"):
            standing.apply("account", NEW, NOW + 1)

    def test_what_an_account_may_be_is_in_the_estate(self):
        with pytest.raises(CallerError, match="not a kind"):
            Standing(ESTATE).apply("account", NEW | {"kind": "king"}, NOW)
        Standing().apply("account", NEW | {"kind": "king"}, NOW)


class TestMoments:
    """An act comes after what it changes, also where the clock of another gate is ahead."""

    def test_a_reopening_by_a_gate_with_a_slow_clock_counts(self):
        standing = Standing(ESTATE)
        standing.apply("hold", hold("a"), NOW + 100)
        assert standing.moment("reopen", hold("a"), NOW) == NOW + 101
        assert standing.moment("reopen", hold("b"), NOW) == NOW
        assert standing.moment("hold", hold("a"), NOW + 500) == NOW + 500

    def test_when_it_was_opened_is_known(self):
        standing = Standing(ESTATE)
        assert standing.reopened(Key.ACCOUNT, "a") < 0
        standing.apply("reopen", hold("a"), NOW)
        standing.apply("hold", hold("a"), NOW + 5)
        assert standing.reopened(Key.ACCOUNT, "a") == NOW

    def test_applications_and_accounts_too(self):
        standing = Standing(ESTATE)
        standing.apply("application", state("files", "closed"), NOW + 100)
        assert standing.moment("application", state("files", "live"), NOW) == NOW + 101
        assert standing.moment("application", state("letters", "closed"), NOW) == NOW
        standing.apply("account", NEW, NOW + 100)
        child = NEW | {"account": "child", "created_by": "new"}
        assert standing.moment("account", child, NOW) == NOW + 101
        assert standing.moment("account", child | {"created_by": "boss"}, NOW) == NOW


def test_of_two_words_at_one_instant_the_stricter_holds():
    early = {"closes_at": NOW + 5}
    for loose, strict in (
        (state("files", "closing", closes_at=NOW + 9), state("files", "closing", **early)),
        (state("files", "decommissioning"), state("files", "decommissioning", **early)),
        (state("files", "closing", **early), state("files", "closed")),
        (state("files", "closed"), state("files", "closed", isolate=True)),
    ):
        for here, there in ((loose, strict), (strict, loose)):
            gate, other = Standing(ESTATE), Standing(ESTATE)
            gate.apply("application", here, NOW)
            other.apply("application", there, NOW)
            gate.merge(other.snapshot())
            life = gate.applications["files"]
            said = (life.state.value, life.closes_at, life.isolate)
            assert said == (strict["state"], strict.get("closes_at"), strict.get("isolate", False))


def test_other_kinds_of_entries_are_passed_over():
    standing = Standing(ESTATE)
    before = standing.snapshot()
    standing.apply("policy", {"digest": "x"}, NOW)
    standing.replay("release", {"of": 4}, NOW)
    assert standing.snapshot() == before


@pytest.mark.parametrize("data", [b"", b"\x93\x90", b"not this"])
def test_what_is_no_snapshot_is_refused(data):
    standing = Standing(ESTATE)
    standing.apply("hold", hold("a"), NOW)
    with pytest.raises(IntegrityError, match="cannot be read"):
        standing.merge(data)
    assert why(standing) == ("hold", Effect.HOLD)
