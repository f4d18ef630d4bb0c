from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.simulator.plan import Pace, Raid, Walk
from ecluse.simulator.requests import merge
from ecluse.simulator.theft import Thief, pieces_of
from ecluse.simulator.workdays import instant
from ecluse.simulator.world import World

BEGIN = instant(date(2026, 6, 2), 10)
PLAIN = Raid(
    account="conseiller-0001",
    application="suivi",
    spans=((BEGIN, BEGIN + 2 * HOUR),),
    persons=5_000,
)


def thief(world: World, raid: Raid, *, sources: tuple[int, ...] = (3, 4)) -> Thief:
    return Thief(
        raid, number=1, seed=9, population=world.population, persons=world.plan.population, needed=raid.persons,
        application=0, sources=sources,
    )  # fmt: skip


def played(world: World, raid: Raid, **given):
    one = thief(world, raid, **given)
    return merge([one.play(piece) for piece in one.pieces])


def test_pieces_end_at_full_hours_and_add_up() -> None:
    raid = replace(
        PLAIN, spans=((BEGIN + 26 * MINUTE, BEGIN + 3 * HOUR + 31 * MINUTE),), persons=605_000
    )
    pieces = list(pieces_of(raid))
    assert [piece.first_request for piece in pieces[1:]] == [
        piece.last_request for piece in pieces[:-1]
    ]
    assert pieces[-1].last_request == 605_000
    assert all(piece.last_at % HOUR == 0 for piece in pieces[:-1])


@pytest.mark.parametrize("page", [1, 7, 100, 6_000])
@pytest.mark.parametrize("walk", [Walk.SEQUENTIAL, Walk.SCATTERED, Walk.BLOCKS])
def test_exactly_the_persons_announced_each_once(world: World, page: int, walk: Walk) -> None:
    requests = played(world, replace(PLAIN, page=page, walk=walk))
    assert len(requests) == -(-5_000 // page)
    assert len(requests.persons) == len(np.unique(requests.persons)) == 5_000
    assert requests.persons.min() >= 1
    assert requests.persons.max() <= world.plan.population


def test_a_theft_begins_and_ends_when_it_did(world: World) -> None:
    requests = played(world, PLAIN)
    assert requests.at[0] == BEGIN
    assert BEGIN + 2 * HOUR - 1_000_000 <= requests.at[-1] < BEGIN + 2 * HOUR
    assert (np.diff(requests.at) >= 0).all()


def test_a_script_keeps_nearly_constant_gaps(world: World) -> None:
    gaps = np.diff(played(world, PLAIN).at)
    assert gaps.max() < 2.1 * gaps.mean()


def test_a_hand_does_not(world: World) -> None:
    requests = played(world, replace(PLAIN, persons=100, pace=Pace.HUMAN))
    gaps = np.diff(requests.at)
    assert gaps.min() >= 6_000_000
    assert gaps.max() > 2.5 * gaps.mean()


def test_misses_are_besides_the_persons_and_name_nobody_of_the_base(world: World) -> None:
    requests = played(world, replace(PLAIN, misses=0.6))
    missed = requests.take(np.flatnonzero(requests.status == 404))
    found = requests.take(np.flatnonzero(requests.status == 200))
    assert len(np.unique(found.persons)) == 5_000
    assert abs(len(missed) / len(requests) - 0.6) < 0.01
    assert missed.persons.min() > world.plan.population


def test_linked_persons_stand_beside_those_read(world: World) -> None:
    requests = played(world, replace(PLAIN, linked=1_900))
    beyond = requests.persons > 2 * world.plan.population
    assert beyond.sum() == len(np.unique(requests.persons[beyond])) == 1_900
    assert len(np.unique(requests.persons)) == 6_900
    assert sorted(np.unique(requests.counts).tolist()) == [1, 2]


def test_two_raids_share_a_walk_without_meeting(world: World) -> None:
    first = replace(PLAIN, persons=3_000, walk=Walk.SCATTERED)
    second = replace(first, first=3_000, persons=2_000)
    persons = []
    for raid in (first, second):
        one = Thief(
            raid, number=1, seed=9, population=world.population, persons=world.plan.population, needed=5_000,
            application=0, sources=(1,),
        )  # fmt: skip
        persons += [one.play(piece).persons for piece in one.pieces]
    assert len(np.unique(np.concatenate(persons))) == 5_000


def test_addresses_change_from_span_to_span_or_are_the_own_one(world: World) -> None:
    raid = replace(PLAIN, spans=((BEGIN, BEGIN + HOUR), (BEGIN + DAY, BEGIN + DAY + HOUR)))
    assert sorted(set(played(world, raid).source.tolist())) == [3, 4]
    row = world.population.row(raid.account)
    own = played(world, raid, sources=())
    assert set(own.source.tolist()) == {int(world.population.source[row])}


def test_a_piece_can_be_played_alone(world: World) -> None:
    whole, alone = thief(world, PLAIN), thief(world, PLAIN)
    for piece in whole.pieces:
        whole.play(piece)
    last = whole.pieces[-1]
    assert whole.play(last).at.tolist() == alone.play(last).at.tolist()


def test_one_session_lasts_through_everything(world: World) -> None:
    requests = played(world, PLAIN)
    assert set(requests.session.tolist()) == {thief(world, PLAIN).session}


def test_own_files_are_read_by_their_holders(world: World) -> None:
    raid = replace(
        PLAIN, account="candidat-0001", persons=5, walk=Walk.OWN, accounts=5, size=967_742
    )
    requests = played(world, raid)
    people = world.population
    for actor, person in zip(requests.actor.tolist(), requests.persons.tolist(), strict=True):
        assert people.own(actor).tolist() == [person]
    assert len(np.unique(requests.actor)) == 5
    assert requests.size.sum() == 5 * 967_742
    assert len(np.unique(requests.session)) == 5
