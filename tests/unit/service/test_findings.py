from ecluse.engine.history import from_requests
from ecluse.model.access import AccessRequest
from ecluse.model.estate import Application, Estate, LifeCycle
from ecluse.model.policy import Budget, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.service.findings import applications_apart, uncounted, unknown_keys

WINDOW = (Window(1000, 5),)
HISTORY = from_requests(
    [
        (1, AccessRequest(account="a", application="x", persons=(1,), kind="adviser", session="s")),
        (2, AccessRequest(account="b", application="y", persons=(2,), kind="partner")),
        (3, AccessRequest(account="b", application="y", persons=(3,), kind="partner")),
    ]
)


def budget(**changes):
    return Budget(**{"id": "b", "per": (Key.ACCOUNT,), "windows": WINDOW, **changes})


def test_what_no_refusing_budget_counts_is_told():
    advisers = budget(target=Target(kinds=frozenset({"adviser"})))
    (found,) = uncounted(HISTORY, PolicySet((advisers,)))
    assert (found.code, found.about) == ("uncounted-events", "b")
    assert "2 of 3 events, of 1 accounts" in found.what


def test_shadow_and_releasing_budgets_cover_nothing():
    for weak in (budget(mode=Mode.SHADOW), budget(effect=Effect.WARN), budget(per=(Key.SOURCE,))):
        (found,) = uncounted(HISTORY, PolicySet((weak,)))
        assert "3 of 3 events" in found.what
    assert uncounted(HISTORY, PolicySet((budget(),))) == ()


def test_a_budget_whose_key_is_unknown_is_told_with_the_number_of_events():
    (found,) = unknown_keys(HISTORY, PolicySet((budget(per=(Key.SESSION,)),)))
    assert (found.code, found.about) == ("budget-not-applied", "b")
    assert "2 of 3 events: their session is unknown" in found.what


def test_log_and_estate_are_compared():
    estate = Estate(
        applications=(
            Application("x", owner="o", population=10),
            Application("z", owner="o", population=10),
            Application("old", owner="o", population=10, state=LifeCycle.CLOSED),
        ),
        kinds=(),
        organizations=(),
    )
    found = {(f.code, f.about) for f in applications_apart(HISTORY, estate)}
    assert found == {("unlisted-application", "y"), ("silent-application", "z")}
    assert applications_apart(HISTORY, None) == ()


def test_nothing_is_told_of_nothing():
    empty = from_requests([])
    assert (
        uncounted(empty, PolicySet((budget(),)))
        == unknown_keys(empty, PolicySet((budget(),)))
        == ()
    )
