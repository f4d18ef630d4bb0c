"""An act that does not say what it must is refused, and says what is missing."""

import pytest

from ecluse.engine.acts import ACTS, AccountAct, HoldAct, check_account, check_said, read_act
from ecluse.model.errors import CallerError
from ecluse.model.estate import AccountKind, Estate, LifeCycle, Organization

HOLD = {"key": "account", "name": "a", "by": "C. Meyer", "reason": "reported stolen"}
ESTATE = Estate((), (AccountKind("adviser"),), (Organization("north", ()),))


def test_a_detail_is_read_and_what_later_versions_add_is_passed_over():
    assert read_act("hold", HOLD | {"colour": "red"}) == HoldAct(**HOLD)
    act = read_act("application", {"id": "x", "state": "closing", "closes_at": 5})
    assert (act.state, act.closes_at, act.isolate) == (LifeCycle.CLOSING, 5, False)


@pytest.mark.parametrize(
    ("kind", "detail", "message"),
    [
        ("hold", {"key": "account"}, "missing required field `name`"),
        ("hold", HOLD | {"key": "lineage"}, "invalid enum value"),
        ("hold", HOLD | {"tree": 1}, "expected `bool`"),
        ("reopen", {"key": "account", "name": ["a"]}, "expected `str`"),
        ("application", {"id": "x", "state": "gone"}, "invalid enum value"),
        ("application", {"id": "x", "state": "closing", "closes_at": "soon"}, "expected `int"),
        ("application", {"id": "x", "state": "closing", "closes_at": 1 << 63}, "expected `int"),
        ("application", {"id": "x", "state": "closing", "closes_at": -1}, "expected `int"),
        ("account", {"created_by": "a"}, "missing required field `account`"),
    ],
)
def test_what_cannot_be_read_is_refused(kind, detail, message):
    with pytest.raises(CallerError, match=f"the act `{kind}` is not as it should be") as caught:
        read_act(kind, detail)
    assert message in str(caught.value)
    assert caught.value.help.startswith("it has ")


@pytest.mark.parametrize("word", ["name", "by", "reason"])
@pytest.mark.parametrize("said", ["", "  ", "x" * 2001])
def test_names_persons_and_reasons_are_never_empty(word, said):
    check_said("hold", HoldAct(**HOLD))
    with pytest.raises(CallerError, match=f"no `{word}`"):
        check_said("hold", HoldAct(**(HOLD | {word: said})))


def test_a_new_account_needs_a_person_but_no_reason():
    check_said("account", AccountAct(account="new", created_by="boss", by="portal"))
    with pytest.raises(CallerError, match="no `by`"):
        check_said("account", AccountAct(account="new", created_by="boss"))


def test_a_session_has_no_tree():
    with pytest.raises(CallerError, match="creates no accounts"):
        check_said("hold", HoldAct(**(HOLD | {"key": "session", "tree": True})))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"created_by": "new"}, "cannot have created itself"),
        ({"kind": "advisor"}, "`advisor` is not a kind of account of the estate"),
        ({"organization": "south"}, "`south` is not an organization of the estate"),
    ],
)
def test_an_account_of_a_kind_that_no_budget_knows_is_refused(facts, message):
    good = {"account": "new", "created_by": "boss", "kind": "adviser", "organization": "north"}
    check_account(AccountAct(**good), ESTATE)
    check_account(AccountAct(account="new", created_by="boss"), ESTATE)
    with pytest.raises(CallerError, match=message):
        check_account(AccountAct(**(good | facts)), ESTATE)


def test_every_act_has_its_kind():
    assert set(ACTS) == {"application", "hold", "reopen", "account"}
