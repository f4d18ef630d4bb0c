"""Random policy sets and histories, small enough that budgets bind and instants collide."""

from hypothesis import strategies as st

from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import HOUR, MINUTE

KINDS = ("adviser", "partner")
ORGANIZATIONS = ("o1", "o2")
APPLICATIONS = ("x", "y")
OPERATIONS = ("view", "export")
UNIT = MINUTE
START = 1_752_300_000_000_000  # Saturday 12 July 2025, 06:00:00 UTC

maybe = st.none()


given_or_not = st.sampled_from([None, None, None, True, False])
"""A condition on a justification or a second factor: mostly none, so that budgets still bind."""


def subset(words):
    return st.none() | st.frozensets(st.sampled_from(words), min_size=1)


hours = st.none() | st.builds(
    Hours,
    zone=st.sampled_from(["Europe/Paris", "Asia/Kathmandu"]),
    spans=st.sampled_from([((0, 1440),), ((480, 530),), ((0, 485), (500, 1440))]),
    weekdays=st.sampled_from([frozenset(range(7)), frozenset({5}), frozenset({0, 1, 2, 3, 4})]),
)

targets = st.builds(
    Target,
    kinds=subset(KINDS),
    organizations=subset(ORGANIZATIONS),
    applications=subset(APPLICATIONS),
    operations=subset(OPERATIONS),
    categories=subset(("identity", "health")),
    factors=subset(("none", "key")),
    hours=hours,
    younger_than=st.none() | st.just(20 * UNIT),
    older_than=st.none() | st.just(5 * UNIT),
    own=st.none() | st.booleans(),
    justified=given_or_not,
    stepped_up=given_or_not,
)

pers = st.lists(
    st.sampled_from([k for k in Key if k is not Key.SYSTEM]), min_size=1, max_size=2, unique=True
).map(lambda keys: tuple(k for k in Key if k in keys)) | st.just((Key.SYSTEM,))


@st.composite
def budgets(draw, name="b", counts=tuple(Count)):
    lengths = sorted(
        draw(st.sets(st.sampled_from([1, 2, 3, 5, 8, 13, 40]), min_size=1, max_size=4))
    )
    count = draw(st.sampled_from(counts))
    unit = 50 if count is Count.BYTES else 1
    limits = sorted(draw(st.lists(st.integers(0, 6), min_size=len(lengths), max_size=len(lengths))))
    per = draw(pers)
    effects = (
        list(Effect)
        if {Key.ACCOUNT, Key.SESSION} & set(per)
        else [e for e in Effect if e is not Effect.HOLD]
    )
    return Budget(
        id=name,
        per=per,
        counts=count,
        windows=tuple(
            Window(n * UNIT, limit * unit) for n, limit in zip(lengths, limits, strict=True)
        ),
        target=draw(st.just(Target()) | targets),
        warn_share=draw(st.none() | st.sampled_from([0.5, 0.7, 1.0])),
        effect=draw(st.sampled_from(effects)),
        mode=draw(st.sampled_from([Mode.ENFORCE, Mode.ENFORCE, Mode.SHADOW])),
    )


@st.composite
def policy_sets(draw, size=4, counts=tuple(Count)):
    number = draw(st.integers(1, size))
    return PolicySet(tuple(draw(budgets(name=f"b{i}", counts=counts)) for i in range(number)))


@st.composite
def requests(draw, persons_max=4):
    persons = tuple(draw(st.lists(st.integers(1, 9), max_size=persons_max)))
    persons = tuple(p << 32 | p for p in persons) if draw(st.booleans()) else persons
    own = None if draw(st.booleans()) else tuple(p % 3 == 0 for p in persons)
    return AccessRequest(
        account=draw(st.sampled_from(["a1", "a2", "a3"])),
        application=draw(st.sampled_from(APPLICATIONS)),
        persons=persons,
        session=draw(st.sampled_from([None, "s1", "s2"])),
        organization=draw(st.sampled_from([None, *ORGANIZATIONS])),
        source=draw(st.sampled_from([None, "192.0.2.1", "192.0.2.2"])),
        lineage=draw(st.sampled_from([None, "a1"])),
        kind=draw(st.sampled_from([None, *KINDS])),
        factor=draw(st.sampled_from([None, "none", "key"])),
        created_at=draw(st.sampled_from([None, 0, START])),
        operation=draw(st.sampled_from([None, *OPERATIONS])),
        categories=draw(st.sampled_from([(), ("identity",), ("identity", "health")])),
        bytes=draw(st.integers(0, 120)),
        own=own,
        justified=draw(st.sampled_from([False, False, True])),
        stepped_up=draw(st.sampled_from([False, False, True])),
    )


instants = st.integers(0, 60).map(lambda n: START + n * UNIT // 2)
steps = st.sampled_from([0, 0, 1, UNIT // 2, UNIT, UNIT - 1, 3 * UNIT, 12 * UNIT, -2 * UNIT, HOUR])
