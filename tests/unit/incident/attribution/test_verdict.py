"""Every verdict, and the law that an older leak is never called new."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_factory import BASE, DAY, LEAK_AT, START, World, leak, sample_facts
from ecluse.incident.attribution.attribute import attribute
from ecluse.incident.attribution.evidence import Decoy, Version
from ecluse.incident.attribution.views import Views, Who
from ecluse.model.claim import TESTS, Thresholds, Verdict
from ecluse.model.incident import Confidence

NEW = {Verdict.OURS_NEW, Verdict.OURS_MIXED}


@pytest.fixture(scope="module")
def world():
    made = World(11)
    made.stolen = made.thief("thief", 5_000)
    made.leaked = made.random.choice(BASE, 20_000, replace=False)
    return made


@pytest.fixture(autouse=True)
def the_same_draws(world):
    """Whichever tests ran before in this process."""
    world.random = np.random.default_rng(12)


def pick(world, persons, count):
    return world.random.choice(persons, count, replace=False)


def test_a_theft_is_new_when_no_leak_is_known(world):
    found = attribute(world.evidence(pick(world, world.stolen, 30)))
    assert found.verdict is Verdict.OURS_NEW
    assert found.confidence is Confidence.MEDIUM, (
        "that no leak is known does not show that there was none"
    )
    assert [s.account for s in found.named] == ["thief"]
    assert "no-leak-registered" in found.because
    assert tuple(t.name for t in found.tests) == TESTS
    assert found.margin >= 25
    assert found.settle


def test_two_records_rank_the_thief_first_without_a_verdict(world):
    found = attribute(world.evidence(pick(world, world.stolen, 2)))
    assert min(found.suspects, key=lambda s: s.rank).account == "thief"
    assert found.verdict is Verdict.UNDETERMINED
    assert "more" in found.settle


def test_persons_drawn_from_the_base_accuse_nobody(world):
    for _ in range(20):
        found = attribute(world.evidence(pick(world, BASE, 40)))
        assert found.verdict is Verdict.UNDETERMINED
        assert not found.named


def test_a_theft_after_a_leak_is_new_by_the_persons_whom_the_leak_lacks(world):
    sample = pick(world, world.stolen, 40)
    found = attribute(world.evidence(sample, leaks=(leak("old", world.leaked, sample),)))
    assert found.verdict is Verdict.OURS_NEW
    assert "newer-persons" in found.because
    assert found.confidence is Confidence.HIGH


def test_a_stretch_that_leaked_before_is_undetermined_until_something_newer_shows(world):
    sample = pick(world, world.stolen, 40)
    again = (leak("old", world.stolen[::-1], sample, ordered=False),)
    found = attribute(world.evidence(sample, leaks=again))
    assert (found.verdict, found.because[0]) == (Verdict.UNDETERMINED, "both-explain")
    values = tuple(Version(n, LEAK_AT + DAY, None) for n in range(2))
    assert (
        attribute(world.evidence(sample, leaks=again, versions=values)).verdict is Verdict.OURS_NEW
    )
    assert (
        attribute(world.evidence(sample, leaks=again, versions=values[:1])).verdict
        is Verdict.UNDETERMINED
    )
    decoy = (Decoy(0, "thief", START - DAY),)
    assert attribute(world.evidence(sample, leaks=again, honey=decoy)).verdict is Verdict.OURS_NEW
    early = (Decoy(0, "thief", LEAK_AT - DAY),)
    assert (
        attribute(world.evidence(sample, leaks=again, honey=early)).verdict is Verdict.UNDETERMINED
    )


def test_rows_in_the_order_of_a_session_are_new_unless_anybody_could_order_them_so(world):
    place = {int(p): n for n, p in enumerate(world.stolen)}
    sample = np.array(sorted(pick(world, world.stolen, 40), key=lambda p: place[int(p)]))
    shuffled = world.random.permutation(world.stolen)
    assert (
        attribute(world.evidence(sample, leaks=(leak("old", shuffled, sample),))).verdict
        is Verdict.OURS_NEW
    )
    same_order = (leak("old", world.stolen, sample),)
    assert attribute(world.evidence(sample, leaks=same_order)).verdict is not Verdict.OURS_NEW
    by_column = sample_facts(40, sorted_by=("mail",))
    assert (
        attribute(
            world.evidence(sample, facts=by_column, leaks=(leak("old", shuffled, sample),))
        ).verdict
        is Verdict.UNDETERMINED
    )
    unordered = (leak("old", shuffled, sample, ordered=False),)
    assert attribute(world.evidence(sample, leaks=unordered)).verdict is Verdict.UNDETERMINED


def test_a_resale_of_a_leak_of_nearly_everybody_is_recycled_by_its_own_dates(world):
    all_of_them = np.arange(BASE)[: BASE * 85 // 100]
    sample = pick(world, all_of_them, 30)
    dated = sample_facts(30, dated=30, first_at=LEAK_AT - 90 * DAY, last_at=LEAK_AT - DAY)
    found = attribute(
        world.evidence(sample, facts=dated, leaks=(leak("2024", all_of_them, sample),))
    )
    assert (found.verdict, found.leak) == (Verdict.OURS_RECYCLED, "2024")
    undated = attribute(world.evidence(sample, leaks=(leak("2024", all_of_them, sample),)))
    assert (undated.verdict, undated.because[0]) == (Verdict.UNDETERMINED, "leak-covers-all")
    later = sample_facts(30, dated=30, first_at=LEAK_AT - 90 * DAY, last_at=LEAK_AT + DAY)
    assert (
        attribute(
            world.evidence(sample, facts=later, leaks=(leak("2024", all_of_them, sample),))
        ).verdict
        is Verdict.UNDETERMINED
    )


def test_the_leak_of_a_session_of_that_time_is_recycled():
    past = World(5)
    stolen = past.thief("thief-of-then", 3_000, at=LEAK_AT - DAY)
    sample = pick(past, stolen, 30)
    found = attribute(past.evidence(sample, leaks=(leak("then", stolen, sample),)))
    assert found.verdict is Verdict.OURS_RECYCLED
    assert "older-sessions" in found.because


def test_a_mixture_is_told_as_one(world):
    new, old = pick(world, world.stolen, 25), pick(world, world.leaked, 25)
    sample = world.random.permutation(np.unique(np.concatenate([new, old])))
    found = attribute(world.evidence(sample, leaks=(leak("old", world.leaked, sample),)))
    assert (found.verdict, found.leak) == (Verdict.OURS_MIXED, "old")


def test_too_large_a_residue_gives_no_verdict(world):
    rest = np.setdiff1d(np.arange(BASE), world.stolen)
    sample = np.concatenate([pick(world, world.stolen, 20), pick(world, rest, 20)])
    found = attribute(world.evidence(sample))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.because[0] == "explained-in-part"
    assert [s.account for s in found.named] == ["thief"]


def own_accounts(records, population, lone):
    numbers = np.arange(records, dtype=np.int64)
    who = tuple(Who(f"own-{n}", "s", alone=True) for n in range(records))
    return Views(
        numbers,
        numbers,
        numbers + START,
        numbers,
        who,
        np.ones(records, dtype=np.int64),
        ((1, lone - records),),
        lone,
    )


def test_one_account_for_each_person_is_the_end_users_side(world):
    evidence = world.evidence(pick(world, BASE, 30))
    stolen = attribute(type(evidence)(30, sample_facts(30), own_accounts(30, BASE, 9_000), BASE))
    assert stolen.verdict is Verdict.OWN_ACCOUNTS
    everybody_does = attribute(
        type(evidence)(30, sample_facts(30), own_accounts(30, BASE, 95_000), BASE)
    )
    assert everybody_does.verdict is Verdict.UNDETERMINED


def test_not_ours_needs_the_file_of_people(world):
    sample = pick(world, BASE, 30)
    assert (
        attribute(world.evidence(sample, facts=sample_facts(30, held=1))).verdict
        is Verdict.NOT_OURS
    )
    assert (
        attribute(world.evidence(sample, facts=sample_facts(30, held=30))).verdict
        is Verdict.UNDETERMINED
    )
    other = sample_facts(30, held=28, compared=60, agreeing=3)
    assert attribute(world.evidence(sample, facts=other)).because == ("values-differ",)


def test_impossible_rows_are_fabricated_unless_the_persons_are_ours(world):
    sample = pick(world, BASE, 30)
    assert (
        attribute(world.evidence(sample, facts=sample_facts(30, impossible=20, held=0))).verdict
        is Verdict.FABRICATED
    )
    assert (
        attribute(world.evidence(sample, facts=sample_facts(30, impossible=14, held=0))).verdict
        is Verdict.NOT_OURS
    )
    assert (
        attribute(world.evidence(sample, facts=sample_facts(30, impossible=20, held=25))).verdict
        is not Verdict.FABRICATED
    )


def test_values_that_are_not_ours_keep_a_covered_sample_from_being_called_new(world):
    facts = sample_facts(30, held=30, compared=60, agreeing=5)
    assert (
        attribute(world.evidence(pick(world, world.stolen, 30), facts=facts)).verdict
        is Verdict.UNDETERMINED
    )


def test_a_view_before_the_value_was_so_explains_nothing(world):
    sample = pick(world, world.stolen, 20)
    later = tuple(Version(n, START + 10 * DAY, None) for n in range(20))
    found = attribute(world.evidence(sample, versions=later))
    assert not found.suspects
    assert found.test("coverage").outcome == "nobody"
    assert found.bounds.earliest == START + 10 * DAY


def test_a_crowded_sample_is_of_low_confidence(world):
    found = attribute(world.evidence(pick(world, world.stolen, 30)), thresholds=Thresholds(crowd=2))
    assert found.crowded
    assert found.confidence is Confidence.LOW


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    size=st.sampled_from([500, 5_000, 20_000, 90_000]),
    rows=st.sampled_from([2, 5, 20, 100]),
    stretch=st.booleans(),
    ordered=st.booleans(),
)
def test_a_sample_of_an_older_leak_is_never_called_new(
    world, *, seed, size, rows, stretch, ordered
):
    """Whatever leaked and whoever reads since: at random, or a thief on the very stretch, in the very order."""
    rng = np.random.default_rng(seed)
    leaked = rng.choice(BASE, size, replace=False)
    if stretch:
        leaked = np.sort(leaked)
        world.steal("reads-what-leaked", leaked[:3_000])
        sample = leaked[:3_000][np.sort(rng.choice(min(size, 3_000), rows, replace=False))]
    else:
        sample = rng.choice(leaked, rows, replace=False)
    registered = leak(
        "old", leaked if ordered else rng.permutation(leaked), sample, ordered=ordered
    )
    found = attribute(world.evidence(sample, leaks=(registered,)))
    world.sessions.pop(("reads-what-leaked", "night"), None)
    assert found.verdict not in NEW
