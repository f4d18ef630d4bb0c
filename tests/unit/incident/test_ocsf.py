import pytest

from ecluse.incident.ocsf import (  # fmt: skip
    CONFIDENCE_ID,
    SEVERITY_ID,
    STATUS_ID,
    VERDICT_ID,
    suspected_breach,
    verdict,
)
from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, State
from incident_factory import incident


def test_tables_are_whole_and_in_the_range_of_the_schema():
    assert sorted(STATUS_ID.values()) == [1, 2, 3, 4, 5]
    assert STATUS_ID.keys() == set(State)
    assert [SEVERITY_ID[s] for s in Severity] == [1, 2, 3, 4, 5]
    assert [CONFIDENCE_ID[c] for c in Confidence] == [0, 1, 2, 3]
    assert sorted(VERDICT_ID.values()) == list(range(11))


@pytest.mark.parametrize(
    ("decisions", "said", "suspected"),
    [
        ({}, "unknown", True),
        ({"breach": "yes"}, "true_positive", True),
        ({"breach": "no"}, "unknown", False),
        ({"breach": "no", "verdict": "test"}, "test", False),
        ({"verdict": "nonsense", "breach": "yes"}, "true_positive", True),
    ],
)
def test_verdict(decisions, said, suspected):
    acts = [("decided", {"what": w, "answer": a, "reasons": "x"}) for w, a in decisions.items()]
    made = incident(*acts)
    assert verdict(made) == said
    assert suspected_breach(made) is suspected
