"""Who is at fault can be told from the type, and an unanswered question from one that never left."""

from ecluse.model.errors import CallerError, UnavailableError
from ecluse.sdk.errors import GateBadAnswer, GateRefusedCall, GateRefusedClient, GateUnavailable


def test_each_error_says_who_is_at_fault():
    assert issubclass(GateUnavailable, UnavailableError)
    assert issubclass(GateBadAnswer, UnavailableError)
    assert issubclass(GateRefusedClient, CallerError)
    assert issubclass(GateRefusedCall, CallerError)
    error = GateUnavailable("x", sent=True, help="y")
    assert (error.sent, error.help, str(error)) == (True, "y", "x")
