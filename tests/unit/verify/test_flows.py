"""Flows are split so that no policy tells the members of one apart, and merged without loss."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.model.policy import Budget, Key, Target, Window
from ecluse.verify.flows import SIDES, Flow, allows, merge, split

ESTATE = load_estate(shipped("estate-example.yaml"), file="e")
BY_BODY = Budget(
    "b", (Key.ACCOUNT,), (Window(1, 1),), target=Target(organizations=frozenset({"agencies"}))
)


def test_organizations_stay_together_until_a_policy_tells_them_apart():
    together = {f.organizations for f, k in split(ESTATE, []) if k.id == "adviser"}
    apart = {f.organizations for f, k in split(ESTATE, [BY_BODY]) if k.id == "adviser"}
    assert together == {frozenset({"head-office", "agencies"})}
    assert apart == {frozenset({"head-office"}), frozenset({"agencies"})}


def test_kinds_flow_only_through_what_they_can_open():
    pairs = {(k.id, *f.applications) for f, k in split(ESTATE, [])}
    assert pairs == {
        ("adviser", "job-seekers"), ("adviser", "archive"), ("partner", "partners"), ("manager", "partners"),
        ("machine", "job-seekers"),
    }  # fmt: skip


def test_everything_merges_into_one_group_an_application():
    merged = merge((f for f, _ in split(ESTATE, [])), ESTATE)
    assert merged == [Flow(frozenset(), frozenset(), frozenset(), frozenset(), frozenset())]


def test_a_target_matches_a_flow_that_lies_inside_it():
    flow = next(f for f, k in split(ESTATE, [BY_BODY]) if f.organizations == {"agencies"})

    def matches(target):
        return all(allows(target, side, getattr(flow, side)) for side in SIDES)

    assert matches(BY_BODY.target)
    assert matches(Target())
    assert not matches(Target(kinds=frozenset({"partner"})))


def members(flow, estate):
    """The single flows of a merged one, with empty sides filled in again."""
    for kind, app in product(estate.kinds, estate.applications):
        opens = not kind.applications or app.id in kind.applications
        if (
            not opens
            or (flow.kinds and kind.id not in flow.kinds)
            or (flow.applications and app.id not in flow.applications)
        ):
            continue
        bodies = [o.id for o in estate.organizations if any(h.kind == kind.id for h in o.accounts)]
        for body, operation, category in product(
            bodies, app.operations or ("",), app.categories or ("",)
        ):
            sides = (
                (flow.organizations, body),
                (flow.operations, operation),
                (flow.categories, category),
            )
            if all(not side or one in side for side, one in sides):
                yield kind.id, app.id, body, operation, category


@given(st.data())
def test_merging_loses_nothing_and_adds_nothing(data):
    every = [f for f, _ in split(ESTATE, [BY_BODY])]
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True))
    expected = {m for f in chosen for m in members(f, ESTATE)}
    merged = merge(chosen, ESTATE)
    found = [m for f in merged for m in members(f, ESTATE)]
    assert set(found) == expected
    assert len(found) == len(set(found))
    assert len(merged) <= max(len(chosen), 0)
