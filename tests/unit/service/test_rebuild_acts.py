import polars as pl
import pytest

from ecluse.model.decision import Hold
from ecluse.model.entry import Entry
from ecluse.model.errors import IntegrityError
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.service.rebuild_acts import HOLD, OBSERVED, RELEASE, REOPEN, Acts, is_released
from rebuild_kit import Book, names

POLICIES = PolicySet(
    (
        Budget("by-account", (Key.ACCOUNT,), (Window(10, 1),), effect=Effect.HOLD),
        Budget("by-session", (Key.SESSION,), (Window(10, 1),), effect=Effect.HOLD),
    )
)


def frame(*entries):
    (whole,) = Book(entries, at_once=99).scan(columns=Acts.COLUMNS)
    return whole


def closing(at, policy="by-account", detail="", **facts):
    return Entry(
        at=at,
        account="a",
        session="s",
        effect="hold",
        policy=policy,
        window=10,
        detail=detail,
        **facts,
    )


def act(kind, detail, at=9, **facts):
    return Entry(at=at, kind=kind, account="x", detail=detail, **facts)


def holds(*entries):
    acts = Acts(POLICIES)
    acts.close(frame(*entries))
    return acts.holds


def test_a_decision_closes_what_its_budget_is_counted_by():
    assert holds(closing(1)) == {(Key.ACCOUNT, "a"): Hold("by-account", 1)}
    assert holds(closing(1, "by-session")) == {(Key.SESSION, "s"): Hold("by-session", 1)}
    assert holds(closing(1, "gone")) == {(Key.ACCOUNT, "a"): Hold("gone", 1)}
    assert holds(closing(1, detail='{"also": ["by-session"], "client": "c"}')).keys() == {
        (Key.ACCOUNT, "a"),
        (Key.SESSION, "s"),
    }
    assert holds(closing(1, detail='{"justified": "words"}')).keys() == {(Key.ACCOUNT, "a")}


def test_a_refusal_because_of_an_earlier_hold_closes_nothing_again():
    refused = Entry(at=3, account="b", effect="hold", policy="by-account")
    assert holds(refused) == {}
    assert holds(closing(1), closing(2)) == {(Key.ACCOUNT, "a"): Hold("by-account", 1)}


def test_a_person_closes_and_opens_in_the_order_of_the_ledger():
    close, open_ = (
        '{"key": "account", "name": "a", "tree": true}',
        '{"key": "account", "name": "a"}',
    )
    assert holds(act(HOLD, close)) == {(Key.ACCOUNT, "a"): Hold("hold", 9)}
    assert holds(act(HOLD, close), act(REOPEN, open_)) == {}
    assert holds(act(REOPEN, open_), act(HOLD, close)).keys() == {(Key.ACCOUNT, "a")}
    assert holds(closing(1), act(REOPEN, open_)) == {}


@pytest.mark.parametrize("detail", ["", "{}", '{"key": "source", "name": "a"}', "["])
def test_an_act_that_does_not_say_what_it_closes_is_refused(detail):
    with pytest.raises(IntegrityError, match="entry 0 of kind `hold`"):
        holds(act(HOLD, detail))


def test_accesses_left_when_they_were_permitted_or_observed():
    kinds = [("access", "permit"), ("access", "warn"), ("access", "slow"), (OBSERVED, "deny"), ("access", "deny"),
             ("access", "hold"), (RELEASE, "permit"), ("policy", "permit"), ("access", "later")]  # fmt: skip
    entries = [Entry(at=1, account="a", kind=kind, effect=effect) for kind, effect in kinds]
    left = frame(*entries).filter(is_released()).select("kind", "effect").rows()
    assert left == [
        *kinds[:4],
        kinds[8],
    ]  # an effect of a later version counts, since it may have let go


def test_persons_taken_back_are_told_with_the_entry_they_belong_to():
    acts = Acts(POLICIES)
    assert len(acts.not_shown()) == 0
    acts.take_back(
        frame(
            Entry(at=1, account="a"),
            act(RELEASE, '{"of": 0}', persons=names([1 << 63, 2])),
            act(RELEASE, '{"of": 7}', persons=names([3])),
            act(RELEASE, "{}", persons=names([4])),
        )
    )
    found = acts.not_shown()
    assert found.of.tolist() == [0, 0, 7]
    assert found.person.tolist() == [1 << 63, 2, 3]
    assert found.account.to_list() == ["x", "x", "x"]
    assert acts.reaches_before(1, since=0)
    assert acts.reaches_before(1, since=1)
    assert not acts.reaches_before(1, since=2)
    assert acts.reaches_before(8, since=2)


def test_the_columns_are_those_that_it_reads():
    assert set(Acts.COLUMNS) >= {"seq", "kind", "effect", "detail"}
    assert isinstance(frame(Entry(at=1, account="a")), pl.DataFrame)
