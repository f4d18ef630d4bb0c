"""What was done to each budget, in words."""

from dataclasses import replace

from ecluse.model.policy import Budget, Effect, Hours, Key, Mode, Target, Window
from ecluse.model.time import DAY, HOUR
from ecluse.verify.diff.changes import changes

A = Budget("a", (Key.ACCOUNT,), (Window(HOUR, 100), Window(DAY, 1500)), warn_share=0.7)


def told(before, after):
    return [(c.budget, c.what) for c in changes(before, after)]


def test_nothing_and_order():
    b = replace(A, id="b", effect=Effect.HOLD)
    assert told([A, b], [b, A]) == []


def test_windows_and_warning():
    after = replace(A, windows=(Window(DAY, 1000), Window(2 * DAY, 1900)), warn_share=0.5)
    assert told([A], [after]) == [
        ("a", "1h: the limit of 100 is removed"),
        ("a", "24h: from 1,500 to 1,000"),
        ("a", "2d: a limit of 1,900 is added"),
        ("a", "warns earlier: from 50% of a limit on, was 70%"),
    ]


def test_mode_effect_keys_and_target():
    target = Target(kinds=frozenset({"x"}), hours=Hours("UTC", ((0, 60),), frozenset({0})))
    after = replace(
        A,
        mode=Mode.SHADOW,
        effect=Effect.SLOW,
        per=(Key.SYSTEM,),
        target=target,
        warn_share=None,
        reason=(("en", "no"),),
    )
    assert [what for _, what in told([A], [after])] == [
        "mode from enforce to shadow: it only watches now",
        "effect from deny to slow",
        "counted per system, was per account",
        "only kind x now",
        "only hours 00:00-01:00 mon UTC now",
        "no warning any more, was from 70% of a limit on",
        "the sentence that the person reads is another",
    ]


def test_added_removed_and_renamed():
    new = Budget("n", (Key.ACCOUNT,), (Window(HOUR, 5),), mode=Mode.SHADOW)
    assert told([A], [replace(A, id="b"), new]) == [
        ("b", "renamed, was `a`; its counts begin anew from the ledger"),
        ("n", "added: persons per account, 5 in 1h, effect deny, in shadow"),
    ]
    assert told([A], []) == [
        ("a", "removed: persons per account, 100 in 1h, 1,500 in 24h, effect deny")
    ]
