import asyncio

import pytest

from ecluse.directories.table_directory import TableDirectory
from ecluse.engine.explain import Usage
from ecluse.model.policy import Budget, Key, PolicySet, Window
from ecluse.model.time import HOUR
from ecluse.runners.known import is_known

WINDOWS = (Window(HOUR, 3),)
POLICIES = PolicySet(
    (Budget("own", (Key.ACCOUNT,), WINDOWS), Budget("all", (Key.SYSTEM,), WINDOWS))
)


class Counts:
    """Counts something in one application."""

    def __init__(self, policy, application):
        self.policy, self.application = policy, application

    async def usage(self, request):
        assert request.account == "ana"
        return (Usage(self.policy, HOUR, 3, int(request.application == self.application), 0),)


@pytest.mark.parametrize(
    ("policy", "application", "known"),
    [
        ("own", "files", True),
        ("own", "", True),
        ("all", "files", False),
        ("own", "elsewhere", False),
    ],
)
def test_who_has_read_within_a_budget_of_its_own_is_known(policy, application, known):
    found = is_known(
        "ana",
        directory=TableDirectory(),
        counts=Counts(policy, application),
        policies=POLICIES,
        applications=["archive", "files"],
    )
    assert asyncio.run(found) is known


def test_what_a_person_looks_up_is_not_known_by_that():
    directory = TableDirectory()
    directory.facts("ana", 1)
    assert not directory.knows("ana")
    directory.add("bob", kind=None, organization=None, created_by="boss", at=1)
    assert directory.knows("bob")
    assert directory.knows("boss")
