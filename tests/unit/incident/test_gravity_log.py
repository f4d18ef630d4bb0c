import pytest

from ecluse.incident.gravity import prefill, sign
from ecluse.incident.gravity_log import PROPOSED, SIGNED, detail_of, gravity_of, proposed_of
from ecluse.model.errors import IntegrityError
from ecluse.model.gravity import Circumstances, GravityLevel
from ecluse.model.incident import Signed
from incident_factory import AT, TABLE, exposure, lines


def log(*acts):
    return [line for line, _ in lines(*acts)]


def test_the_last_signature_counts_and_the_last_proposal_is_gone_on_from():
    first = prefill(exposure("identity"), TABLE, Circumstances(True))
    second = prefill(exposure("health"), TABLE, Circumstances())
    signed = sign(first, Signed("B", 0), override=GravityLevel.LOW, reasons="x")
    made = log((PROPOSED, detail_of(first)), (SIGNED, detail_of(signed), "B"), (PROPOSED, detail_of(second)))  # fmt: skip
    assert gravity_of("i", log()) is None
    assert gravity_of("i", made[:2]) == first
    found = gravity_of("i", made)
    assert (found.signed, found.decided) == (Signed("B", AT + 3), GravityLevel.LOW)
    assert found.choices == first.choices
    assert proposed_of("i", made) == second


@pytest.mark.parametrize("detail", [{}, {"gravity": {"dpc": 1}}, {"gravity": "high"}])
def test_an_act_without_a_gravity_is_an_error_of_the_log(detail):
    with pytest.raises(IntegrityError, match=r"line 2 .* does not hold a gravity"):
        gravity_of("i", log((SIGNED, detail)))
