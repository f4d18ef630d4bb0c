"""One actor's signs become one proposal, honest neighbours stay out, and each link says why."""

import random

from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.grouping import COMMON_MIN, LINE_MAX, SOURCE_MAX, order_alike, propose
from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence
from ecluse.model.sign import Observed, Sign, Use
from ecluse.model.time import DAY, HOUR

AT = 1_752_314_400_000_000


def sign(account, code="refused", *, at=AT, severity=Severity.MEDIUM):
    return Sign(f"{code}:{account}", code, account, at, at, severity, f"`{account}` did")


def use(account, name="192.0.2.7", first=AT, last=None):
    return Use(account, name, first, last or first + HOUR)


def groups(signs, **observed):
    return [set(p.accounts) for p in propose(signs, Observed(**observed))]


def test_signs_of_one_account_are_one_incident():
    signs = [sign("a"), sign("a", "honey-read", severity=Severity.HIGH, at=AT + 5), sign("b")]
    first, second = propose(signs, Observed(sessions=(use("a", "s1"), use("b", "s2"))))
    assert first.accounts == ("a",)
    assert [s.code for s in first.signs] == ["refused", "honey-read"]
    assert (first.severity, first.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert (first.first_at, first.last_at) == (AT, AT + 5)
    assert (first.sessions, second.sessions) == (("s1",), ("s2",))
    assert {link.rule for link in first.links} == {"same-account"}
    assert second.confidence is Confidence.LOW
    assert "honey-read" in first.title


def test_a_stolen_manager_and_the_accounts_that_it_created():
    tree = (("child", "manager"), ("grandchild", "child"), ("other", "boss"), ("manager", "boss"))
    (found,) = propose([sign("manager")], Observed(created_by=tree))
    assert found.accounts == ("manager", "child", "grandchild")
    assert found.lineages == ("boss",)
    reasons = {link.what: link.reason for link in found.links if link.rule == "lineage"}
    assert reasons == {
        "child": "`manager` created it",
        "grandchild": "`manager` created it through `child`",
    }
    circle = (("a", "b"), ("b", "a"))
    assert groups([sign("a")], created_by=circle) == [{"a", "b"}]


def test_two_accounts_of_one_creator_unless_it_creates_everybodys():
    few = tuple((f"n{i}", "manager") for i in range(LINE_MAX))
    assert groups([sign("n1"), sign("n2")], created_by=few) == [{"n1", "n2"}]
    many = (*few, ("n50", "manager"))
    assert groups([sign("n1"), sign("n2")], created_by=many) == [{"n1"}, {"n2"}]


def test_accounts_from_one_source_at_one_time():
    uses = (use("a"), use("b", first=AT + 5 * HOUR), use("c", first=AT + 3 * DAY))
    (found,) = propose([sign("a")], Observed(uses=uses))
    assert found.accounts == ("a", "b")
    assert found.sources == ("192.0.2.7",)
    (link,) = [link for link in found.links if link.rule == "source"]
    assert (link.what, "`192.0.2.7`" in link.reason, "`a`" in link.reason) == ("b", True, True)


def test_who_sat_there_before_sits_at_his_own_desk():
    before = Use("b", "192.0.2.7", AT, AT, since=AT - 2 * DAY)
    new = Use("c", "192.0.2.7", AT, AT, since=AT - HOUR)
    assert groups([sign("a")], uses=(use("a"), before, new)) == [{"a", "c"}]
    assert groups([sign("a"), sign("b")], uses=(use("a"), before)) == [{"a", "b"}]


def test_the_door_of_a_building_links_nobody():
    uses = tuple(use(f"n{i}") for i in range(SOURCE_MAX))
    assert groups([sign("n0")], uses=uses) == [{f"n{i}" for i in range(SOURCE_MAX)}]
    assert groups([sign("n0"), sign("n1")], uses=(*uses, use("n9"))) == [{"n0"}, {"n1"}]


def test_accounts_that_read_the_same_persons_in_the_same_order():
    order = tuple(range(60))
    shuffled = list(order)
    random.Random(5).shuffle(shuffled)
    orders = (("a", order), ("b", (900, *order[10:40], 901)), ("c", tuple(shuffled)), ("d", order[: COMMON_MIN - 1]))  # fmt: skip
    (found,) = propose([sign("a")], Observed(orders=orders))
    assert found.accounts == ("a", "b")
    (link,) = [link for link in found.links if link.rule == "order"]
    assert link.reason == "read 30 of the same persons as `a`, 100% of them in the same order"
    assert groups([sign("a"), sign("b"), sign("c")], orders=orders) == [{"a", "b"}, {"c"}]


def test_order():
    assert order_alike((), (1,)) == (0, 0.0)
    assert order_alike((1, 2, 3), (3, 2, 1)) == (3, 1 / 3)
    assert order_alike((1, 2, 3), (1, 1, 2, 9, 3)) == (3, 1.0)


def test_by_chance_nobody_reads_in_the_same_order():
    chance = random.Random(7)
    order = list(range(COMMON_MIN))
    shares = []
    for _ in range(2000):
        other = order[:]
        chance.shuffle(other)
        shares.append(order_alike(order, other)[1])
    assert max(shares) < 0.8


ACCOUNTS = st.sampled_from("abcdefgh")
SIGNS = st.lists(st.builds(sign, ACCOUNTS, st.sampled_from(["refused", "honey-read"]), at=st.integers(AT, AT + 9)), min_size=1, max_size=8, unique_by=lambda s: s.id)  # fmt: skip
OBSERVED = st.builds(
    Observed,
    created_by=st.lists(st.tuples(ACCOUNTS, ACCOUNTS), unique_by=lambda p: p[0], max_size=5).map(tuple),
    uses=st.lists(st.builds(use, ACCOUNTS, st.sampled_from(["s", "t"])), max_size=6).map(tuple),
)  # fmt: skip


@given(SIGNS, OBSERVED, st.randoms(use_true_random=False))
def test_every_sign_is_in_one_proposal_whatever_the_order(signs, observed, chance):
    found = propose(signs, observed)
    named = [s for p in found for s in p.signs]
    assert sorted(named, key=lambda s: s.id) == sorted(signs, key=lambda s: s.id)
    accounts = [a for p in found for a in p.accounts]
    assert len(accounts) == len(set(accounts))
    for proposal in found:
        linked = {link.what for link in proposal.links}
        for account in proposal.accounts:
            assert account in {s.account for s in proposal.signs} | linked
    chance.shuffle(signs)
    assert {frozenset(p.accounts) for p in propose(signs, observed)} == {frozenset(p.accounts) for p in found}  # fmt: skip
