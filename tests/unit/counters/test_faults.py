"""What failed is said in words that tell no keys and no values."""

import pytest
from redis import exceptions as redis_errors

from ecluse.counters.faults import unavailable
from ecluse.model.errors import UnavailableError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "does not answer in time"),
        (redis_errors.TimeoutError("x"), "does not answer in time"),
        (ConnectionRefusedError(111, "x"), "cannot be reached"),
        (redis_errors.ConnectionError("Error 111 connecting to agent-7"), "cannot be reached"),
        (redis_errors.AuthenticationError("WRONGPASS secret"), "does not accept the password"),
        (redis_errors.BusyLoadingError("x"), "still reading its files"),
        (redis_errors.ReadOnlyError("x"), "has become a replica"),
        (redis_errors.OutOfMemoryError("x"), "no memory left"),
        (redis_errors.NoPermissionError("no access to agent-7"), "does not permit"),
        (redis_errors.ClusterDownError("x"), "does not cover every slot"),
        (redis_errors.TryAgainError("x"), "moving the counter"),
        (redis_errors.MovedError("1 192.0.2.1:7000"), "on another node"),
        (redis_errors.AskError("1 192.0.2.1:7000"), "moving the counter"),
        (redis_errors.ResponseError("NOREPLICAS Not enough good replicas"), "too few replicas"),
        (redis_errors.ResponseError("MISCONF Redis is configured"), "cannot write to its disk"),
        (redis_errors.ResponseError("NOAUTH Authentication required."), "asks for a password"),
        (redis_errors.ResponseError("BUSY Redis is busy"), "busy with a script"),
        (redis_errors.ResponseError("MOVED 5 192.0.2.1:7000"), "on another node"),
        (redis_errors.ResponseError("ERR user_script:12: agent-7 x"), "failed in `decide` at line 12"),
        (redis_errors.ResponseError("ERR unknown command, beginning with: agent-7"), "failed in `decide`"),
    ],
)  # fmt: skip
def test_each_failure_has_its_words(error, said):
    found = unavailable(error, "decide")
    assert isinstance(found, UnavailableError)
    assert said in str(found)
    assert found.help
    assert "agent-7" not in str(found) + found.help
    assert "secret" not in str(found) + found.help
