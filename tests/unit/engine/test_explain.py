import pytest

from ecluse.engine.evaluate import Engine
from ecluse.engine.explain import sentence, usage
from ecluse.engine.snapshot import snapshot
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Reason
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR

WORDS = (("en", "Too many people."), ("fr", "Trop de personnes."))
POLICIES = PolicySet(
    (
        Budget("b", (Key.ACCOUNT,), (Window(HOUR, 3), Window(DAY, 4)), reason=WORDS),
        Budget("session", (Key.SESSION,), (Window(HOUR, 9),)),
        Budget(
            "export",
            (Key.ACCOUNT,),
            (Window(HOUR, 9),),
            target=Target(operations=frozenset({"export"})),
        ),
        Budget(
            "night",
            (Key.ACCOUNT,),
            (Window(HOUR, 9),),
            target=Target(hours=Hours("UTC", ((0, 300),))),
        ),
    )
)


def read(*persons, **facts):
    return AccessRequest(account="a", application="x", persons=persons, **facts)


def test_usage_tells_every_window_and_charges_nothing():
    engine = Engine(POLICIES)
    engine.check(read(1, 2), 10 * HOUR)
    before = snapshot(engine)
    found = usage(engine, read(2, 3, 4, operation="view"))
    assert [(u.policy, u.window, u.used, u.with_request, u.left) for u in found] == [
        ("b", HOUR, 2, 4, 1),
        ("b", DAY, 2, 4, 2),
    ]
    unknown = usage(engine, read(9, session="s"))
    assert [u.policy for u in unknown] == ["b", "b", "session", "export"]
    assert snapshot(engine) == before
    assert "s" not in engine.detectors[1].logs


@pytest.mark.parametrize(
    ("reason", "language", "text"),
    [
        (Reason("b", 0, 0, 0, Effect.HOLD), "en", "closed by `b` until a person reopens it"),
        (
            Reason("b", HOUR, 4, 3, Effect.DENY),
            "en",
            "Too many people. (`b` allows 3 in 1h; this would be more)",
        ),
        (Reason("b", HOUR, 3, 3, Effect.WARN), "fr", "Trop de personnes. (« b » : 3 sur 3 en 1h)"),
        (Reason("gone", DAY, 2, 3, Effect.WARN), "en", "`gone`: 2 of 3 in 24h"),
        (
            Reason("hold", 0, 0, 0, Effect.HOLD),
            "en",
            "closed by somebody in charge until a person reopens it",
        ),
        (
            Reason("hold:boss", 0, 0, 0, Effect.HOLD),
            "en",
            "closed with the account `boss`, which created it, until a person reopens that one",
        ),
        (Reason("application:x", 0, 0, 0, Effect.DENY), "en", "application `x` is closed"),
        (Reason("application:x", 0, 0, 0, Effect.DENY), "fr", "l’application « x » est fermée"),
        (
            Reason("isolated:x:y", 0, 0, 0, Effect.DENY),
            "fr",
            "fermée tant que l’application « x:y », du même portail, est isolée",
        ),
        (
            Reason("over", 0, 0, 0, Effect.HOLD),
            "fr",
            "fermé par « over » jusqu’à ce qu’une personne le rouvre",
        ),
    ],
)
def test_a_reason_is_said_in_words(reason, language, text):
    assert sentence(reason, POLICIES, language) == text


def test_usage_counts_an_access_beside_the_last_one():
    one = Budget("b", (Key.ACCOUNT,), (Window(HOUR, 3),), counts=Count.ACCESSES)
    engine = Engine(PolicySet((one,)))
    engine.check(read(1), 0)
    (found,) = usage(engine, read(1))
    assert (found.used, found.with_request, found.left) == (1, 2, 2)


def test_a_budget_may_have_the_name_of_a_hold():
    named = PolicySet((Budget("hold", (Key.ACCOUNT,), (Window(HOUR, 3),), effect=Effect.HOLD),))
    said = sentence(Reason("hold", 0, 0, 0, Effect.HOLD), named)
    assert said == "closed by `hold` until a person reopens it"
