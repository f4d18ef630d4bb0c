"""How does a drill ask where no application can be read through? The gate itself, with an application's words."""

from collections.abc import Callable

from ecluse.model.asked import Answer, Asked
from ecluse.model.drill import Visit

__all__ = ["GateVisitor"]


class GateVisitor:
    """Asks the gate in an application's place. It proves the gate's limits, not that the application keeps to them."""

    def __init__(self, check: Callable[[Asked], Answer], question: Asked) -> None:
        """Takes the gate's `check`, and a question with everything but the person."""
        self._check, self._question = check, question

    def visit(self, person: str) -> Visit:
        """Asks for one person; the client needs `ask` for the application."""
        question = self._question
        answer = self._check(
            Asked(
                account=question.account,
                application=question.application,
                persons=(person,),
                session=question.session,
                operation=question.operation,
                categories=question.categories,
                factor=question.factor,
            )
        )
        if answer.released:
            return Visit(refused=False, persons=frozenset({person}))
        by = answer.reasons[0].policy if answer.reasons else ""
        return Visit(refused=True, by=f"`{by}`" if by else "")
