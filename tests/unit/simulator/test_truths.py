from ecluse import __version__
from ecluse.simulator.catalogue import card_of
from ecluse.simulator.plan import Asked
from ecluse.simulator.simulation import Simulation
from ecluse.simulator.truths import truth_document


def told(name: str, *, scale: float, days: int | None = None, peaks: float = 0.0):
    card = card_of(name)
    plan = card.build(Asked(scale=scale, accounts=40)).during(days=days).with_peaks(peaks)
    simulation = Simulation(plan, seed=8)
    lines = {"a.log": sum(len(chunk.frame) for chunk in simulation.chunks())}
    return truth_document(
        simulation, card, parameters={"scale": scale}, form="csv", lines=lines, files=["a.log"]
    )


def test_the_truth_of_a_reset_without_effect() -> None:
    truth = told("econtact", scale=0.002)
    assert (truth["scenario"], truth["number"], truth["version"]) == ("econtact", "S4", __version__)
    assert truth["persons_stolen"] == truth["persons_planned"] == 1_210
    assert (truth["first_theft_at"], truth["last_theft_at"][:19]) == (
        "2026-06-24T02:26:00Z",
        "2026-06-25T00:30:59",
    )
    (thief,) = truth["thieves"]
    assert (thief["account"], thief["kind"], thief["persons"]) == ("agent-0113", "agent", 1_210)
    assert len(thief["sessions"]) == 1
    assert thief["true_user_works_too"]
    reset = next(h for h in truth["timeline"] if h["what"] == "password_reset")
    assert reset["at"] == "2026-06-24T08:40:00Z"
    assert "not revoked" in reset["detail"]
    assert 0 < reset["persons_stolen_before"] < 1_210
    assert "0.002" in truth["reduced"][0]


def test_days_that_end_too_early_are_said() -> None:
    truth = told("ficoba", scale=1.0, days=1)
    assert truth["persons_stolen"] == 75_000
    assert truth["reduced"] == ["the days played end before the theft: 75000 of 1200000 persons"]


def test_linked_persons_are_told_apart() -> None:
    (thief,) = told("hospital", scale=0.001)["thieves"]
    assert (thief["persons"], thief["linked_persons"]) == (727, 202)


def test_peaks_are_named_with_account_and_time() -> None:
    truth = told("peaks", scale=1.0, days=1, peaks=8.0)
    assert truth["thieves"] == []
    assert truth["first_theft_at"] is None
    assert truth["reduced"] == []
    assert truth["peaks"]
    for peak in truth["peaks"]:
        assert peak["accounts"]
        assert peak["first_at"] <= peak["last_at"]
        assert 0 < peak["persons"] <= 5_000


def test_many_accounts_are_each_a_thief() -> None:
    truth = told("stormous", scale=0.002)
    assert len(truth["thieves"]) == 62
    assert all(thief["persons"] == 1 and thief["sources"] == [] for thief in truth["thieves"])
    assert len({session for thief in truth["thieves"] for session in thief["sessions"]}) == 62
