"""A desk that answers what the test told it to, and remembers what it was asked."""

from collections import deque
from typing import Any

from ecluse.model.asked import Answer, Asked, Operation
from ecluse.model.client import Client
from ecluse.model.finding import Finding
from ecluse.service.tally import Tally

PERMIT = Answer(effect="permit", released=True, entry=7)
DENY = Answer(effect="deny", released=False, entry=8, retry_after=60)


class FakeDesk:
    """Answers in order what is in `answers` (an exception is raised), then permits."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = deque(answers)
        self.asked: list[tuple[Operation, Asked, Client]] = []
        self.found: tuple[Finding, ...] = ()
        self.state: dict[str, Any] = {"status": "pass", "findings": 0}
        self.counts = Tally()
        self.seen: dict[str, dict[str, str]] = {}

    async def ask(self, operation: Operation, asked: Asked, client: Client) -> Answer:
        self.asked.append((operation, asked, client))
        answer = self.answers.popleft() if self.answers else PERMIT
        if isinstance(answer, Exception):
            raise answer
        return answer

    def findings(self) -> tuple[Finding, ...]:
        return self.found

    def acknowledged(self, finding: Finding) -> dict[str, str] | None:
        return self.seen.get(finding.code)

    def health(self) -> dict[str, Any]:
        return self.state

    def tally(self) -> Tally:
        return self.counts

    @property
    def questions(self) -> list[Asked]:
        return [asked for _, asked, _ in self.asked]
