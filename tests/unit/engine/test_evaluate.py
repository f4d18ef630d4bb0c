import pytest

from ecluse.engine.evaluate import Engine
from ecluse.engine.snapshot import restore, snapshot
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR

ACCOUNT = (Key.ACCOUNT,)


def budget(limit=1, length=HOUR, name="b", per=ACCOUNT, **fields):
    return Budget(name, per, (Window(length, limit),), **fields)


def engine(*budgets):
    return Engine(PolicySet(budgets))


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, **facts)


class TestExtremes:
    def test_a_limit_of_nothing_lets_nothing_through(self):
        asked = engine(budget(0))
        assert not asked.check(read(1), 0).permitted
        assert asked.check(read(), 0).permitted  # nobody is shown

    def test_a_limit_beyond_everything_lets_everything_through(self):
        asked = engine(
            budget(2**63 - 1, warn_share=0.7), budget(2**63 - 1, name="c", counts=Count.BYTES)
        )
        assert all(asked.check(read(n, bytes=2**61), n).permitted for n in range(3))
        assert not asked.check(read(9, bytes=2**61), 9).permitted

    @pytest.mark.parametrize("length", [1, 1100 * DAY])
    @pytest.mark.parametrize("start", [0, 2**62 - 1100 * DAY])
    def test_windows_of_a_moment_and_of_years_slide(self, length, start):
        asked = engine(budget(1, length))
        assert asked.check(read(1), start).permitted
        assert not asked.check(read(2), start + length - 1).permitted
        assert asked.check(read(2), start + length).permitted

    def test_times_before_1970_are_taken_as_1970(self):
        asked = engine(budget(1))
        assert asked.check(read(1), -10 * HOUR).permitted
        assert not asked.check(read(2), -5 * HOUR).permitted
        assert asked.clock == 0

    def test_a_set_without_budgets_lets_everything_through(self):
        asked = engine()
        assert all(asked.check(read(n), n).permitted for n in range(100))

    def test_ten_thousand_persons_are_one_request(self):
        asked = engine(budget(9_999), budget(10_000, name="c"))
        decision = asked.check(read(*range(10_000)), 0)
        assert [(r.policy, r.used) for r in decision.reasons] == [("b", 10_000)]
        assert asked.check(read(*range(1, 10_000)), 0).permitted

    def test_the_first_and_the_last_identity_are_two(self):
        asked = engine(budget(2))
        assert asked.check(read(0), 0).permitted
        assert asked.check(read(2**64 - 1), 0).permitted
        assert not asked.check(read(1), 0).permitted

    def test_a_hundred_budgets_are_all_asked(self):
        asked = engine(*(budget(n, name=f"b{n}") for n in range(1, 101)))
        decision = asked.check(read(*range(50)), 0)
        assert [r.policy for r in decision.reasons] == [f"b{n}" for n in range(1, 50)]

    def test_budgets_of_one_name_are_refused(self):
        with pytest.raises(AssertionError, match="told apart"):
            engine(budget(), budget())


class TestWhatIsForgotten:
    def test_keys_cannot_be_made_faster_than_they_are_forgotten(self):
        asked = engine(
            budget(5, 1000, per=(Key.SESSION,)),
            budget(5, 1000, name="c", per=(Key.SOURCE,)),
            budget(5, 1000, name="d"),
        )
        for n in range(5000):
            asked.check(read(1, session=f"s{n}", source=f"i{n}"), n * 500)
            assert sum(len(d.logs) for d in asked.detectors) < 60

    def test_keys_of_refused_requests_are_forgotten_too(self):
        asked = engine(budget(0, 1000, per=(Key.SESSION,)))
        for n in range(2000):
            asked.check(read(1, session=f"s{n}"), n * 500)
        assert len(asked.detectors[0].logs) < 60

    def test_requests_without_new_keys_forget_old_ones(self):
        asked = engine(budget(5), budget(5, name="c", per=(Key.SESSION,)))
        for n in range(50):
            asked.check(read(n, account=f"a{n}", session=f"s{n}"), n)
        for n in range(5000):
            asked.check(read(1, account="z"), HOUR * 2 + n)
        assert [len(d.logs) for d in asked.detectors] == [1, 0]

    @pytest.mark.parametrize("way", ["restored", "adopted"])
    def test_keys_filled_from_outside_are_forgotten_too(self, way):
        asked = engine(budget(5))
        history = [(n, read(n, account=f"a{n}")) for n in range(50)]
        for at, request in history:
            asked.check(request, at)
        if way == "restored":
            asked = restore(asked.policies, snapshot(asked))
        else:
            asked.adopt(PolicySet((budget(4), budget(9, name="new"))), history)
        for n in range(2500):
            asked.check(read(1, account="z"), HOUR * 2 + n)
        assert {len(d.logs) for d in asked.detectors} == {1}

    def test_matches_are_remembered_for_so_many_words_only(self):
        asked = engine(budget(5, target=Target(operations=frozenset({"export"}))))
        for n in range(40_000):
            asked.check(read(1, operation=f"o{n}"), 0)
        assert len(asked._matches) <= 16_384
        assert not asked.detectors[0].logs

    def test_ends_of_reservations_are_forgotten_when_they_come(self):
        asked = engine(budget(10**6))
        for n in range(3000):
            asked.release(asked.reserve(read(n), n, 100).reservation, n)
        assert len(asked._expiries) <= 100


class TestReservations:
    def test_a_reservation_ends_inside_any_other_call(self):
        for call in ("check", "observe", "reserve", "post", "release", "expire"):
            asked = engine(budget(2))
            number = asked.reserve(read(1), 0, 10).reservation
            if call in {"post", "release"}:
                getattr(asked, call)(99, 10)
            elif call == "expire":
                assert asked.expire(10) == (number,)
            else:
                getattr(asked, call)(read(2), 10, *([5] if call == "reserve" else []))
            assert number not in asked.reservations
            assert not asked.release(number, 10)
            assert asked.detectors[0].log("a").last(1) == 0

    def test_the_instant_before_its_end_it_can_be_taken_back(self):
        asked = engine(budget(1))
        number = asked.reserve(read(1), 0, 10).reservation
        assert asked.expire(9) == ()
        assert asked.release(number, 9)
        assert asked.check(read(2), 9).permitted

    def test_they_end_in_the_order_of_their_ends(self):
        asked = engine(budget(9))
        numbers = [
            asked.reserve(read(n), 0, life).reservation for n, life in enumerate((30, 10, 20))
        ]
        assert asked.expire(25) == (numbers[1], numbers[2])
        assert asked.expire(30) == (numbers[0],)

    def test_a_life_has_some_length(self):
        with pytest.raises(AssertionError):
            engine(budget()).reserve(read(1), 0, 0)

    def test_a_refused_request_reserves_nothing(self):
        asked = engine(budget(0, effect=Effect.HOLD))
        for _ in range(2):  # the second is refused by the hold
            decision = asked.reserve(read(1), 0, 10)
            assert (decision.effect, decision.reservation) == (Effect.HOLD, None)
        assert not asked.reservations

    def test_release_after_adopt_takes_back_what_the_new_budget_counted(self):
        asked = engine(budget(5))
        number = asked.reserve(read(1), 0, HOUR).reservation
        assert asked.adopt(PolicySet((budget(1, name="new"),)), [(0, read(2, account="z"))]) == (
            "new",
        )
        assert not asked.check(read(3), 1).permitted
        assert asked.release(number, 1)
        assert asked.check(read(3), 1).permitted
        assert not asked.check(read(4), 1).permitted
        assert not asked.check(read(5, account="z"), 1).permitted

    def test_release_after_adopt_takes_back_what_a_kept_budget_counted(self):
        asked = engine(budget(5), budget(5, name="gone"))
        asked.check(read(1), 0)
        numbers = [asked.reserve(read(n), n, HOUR).reservation for n in (1, 2, 3)]
        asked.adopt(PolicySet((budget(3),)), iter(()))
        log = asked.detectors[0].log("a")
        assert (len(log), log.open) == (3, 3)
        assert not asked.check(read(4), 5).permitted
        assert asked.release(numbers[2], 5)
        assert asked.check(read(4), 5).permitted
        assert asked.release(numbers[0], 5)
        assert (log.last(1), log.open) == (0, 1)
        assert asked.post(numbers[1], 5)
        assert (log.open, asked.chains.by_item) == (0, {})
        assert [asked.check(read(n), 6).permitted for n in (4, 2, 1, 5)] == [
            True,
            True,
            True,
            False,
        ]


class TestAdopt:
    def test_a_budget_that_needs_no_more_keeps_its_counts_unread(self):
        asked = engine(budget(5, 2 * HOUR))
        for n in range(5):
            asked.check(read(n), n)
        assert asked.adopt(PolicySet((budget(4, HOUR),)), iter(())) == ()
        assert not asked.check(read(9), 10).permitted
        assert asked.check(read(9), HOUR + 1).permitted

    @pytest.mark.parametrize(
        "changed",
        [
            budget(6),
            budget(5, 2 * HOUR),
            budget(5, per=(Key.ACCOUNT, Key.APPLICATION)),
            budget(5, counts=Count.ACCESSES),
            budget(5, target=Target(applications=frozenset({"x"}))),
        ],
    )
    def test_a_budget_that_counts_something_else_is_counted_anew(self, changed):
        asked = engine(budget(5))
        history = [(n, read(n)) for n in range(5)]
        for at, request in history:
            asked.check(request, at)
        assert asked.adopt(PolicySet((changed,)), history) == ("b",)
        decisions = [asked.check(read(20 + n), 10) for n in range(3)]
        assert sum(d.permitted for d in decisions) == changed.windows[0].limit - 5

    def test_a_history_out_of_order_is_taken_forward(self):
        asked = engine()
        asked.adopt(PolicySet((budget(3),)), [(10 * HOUR, read(1)), (HOUR, read(2)), (-5, read(3))])
        assert asked.clock == 10 * HOUR
        assert not asked.check(read(4), 11 * HOUR - 1).permitted
        assert asked.check(read(4), 11 * HOUR).permitted

    def test_the_new_words_are_read(self):
        asked = engine(budget(0))
        export = budget(0, target=Target(operations=frozenset({"export"})))
        asked.adopt(PolicySet((export,)), [])
        assert asked.check(read(1, operation="view"), 0).permitted
        assert not asked.check(read(1, operation="export"), 0).permitted

    @pytest.mark.parametrize(
        "target",
        [
            Target(operations=frozenset({"export"})),
            Target(hours=Hours("UTC", ((600, 660),))),
            Target(older_than=HOUR),
        ],
    )
    def test_only_what_draws_on_a_new_budget_is_counted_anew(self, target):
        asked = engine()
        drawn = read(1, operation="export", created_at=0)
        history = [(HOUR // 2, read(n, operation="view", created_at=0)) for n in (2, 3)]
        asked.adopt(PolicySet((budget(2, DAY, target=target),)), [*history, (10 * HOUR, drawn)])
        now = 10 * HOUR + 1
        decisions = [asked.check(read(n, operation="export"), now).permitted for n in (4, 5)]
        assert decisions == [True, False]
