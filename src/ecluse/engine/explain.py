"""Why a decision is what it is: the numbers of every budget that a request draws on."""

from dataclasses import dataclass

from ecluse.detectors.targets import words_match
from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Reason
from ecluse.model.policy import Effect, PolicySet
from ecluse.model.time import format_duration

__all__ = ["Usage", "sentence", "usage"]


@dataclass(frozen=True, slots=True)
class Usage:
    """How one window of one budget stands for a request.

    Attributes:
        used: what it counts now. with_request: what it would count with the request.
        left: how much more may be counted.
    """

    policy: str
    window: int
    limit: int
    used: int
    with_request: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def usage(engine: Engine, request: AccessRequest) -> tuple[Usage, ...]:
    """Tells how every window of every budget that the request draws on stands, and charges nothing."""
    found = []
    now = engine.clock
    for detector in engine.detectors:
        key = detector.key(request)
        if (
            key is None
            or not words_match(detector.budget.target, request)
            or not detector.applies(request, now)
        ):
            continue
        log = detector.logs.get(key) or detector.empty_log()
        items = detector.items(request, engine.number + 1)
        before, after = log.used((), now), log.used(items, now)
        found += [
            Usage(detector.budget.id, w.length, w.limit, b, a)
            for w, b, a in zip(detector.budget.windows, before, after, strict=True)
        ]
    return tuple(found)


_SENTENCES = {
    "en": {
        Effect.HOLD: "closed by `{policy}` until a person reopens it",
        Effect.WARN: "`{policy}`: {used} of {limit} in {window}",
        "over": "`{policy}` allows {limit} in {window}; this would be more",
    },
    "fr": {
        Effect.HOLD: "fermé par « {policy} » jusqu’à ce qu’une personne le rouvre",
        Effect.WARN: "« {policy} » : {used} sur {limit} en {window}",
        "over": "« {policy} » autorise {limit} en {window} ; ce serait davantage",
    },
}

_DECIDED = {
    "en": {
        "hold": "closed by somebody in charge until a person reopens it",
        "hold:": "closed with the account `{name}`, which created it, until a person reopens that one",
        "application:": "application `{name}` is closed",
        "isolated:": "closed while application `{name}` of the same portal is isolated",
    },
    "fr": {
        "hold": "fermé par un responsable jusqu’à ce qu’une personne le rouvre",
        "hold:": "fermé avec le compte « {name} », qui l’a créé, jusqu’à ce qu’une personne rouvre celui-ci",
        "application:": "l’application « {name} » est fermée",
        "isolated:": "fermée tant que l’application « {name} », du même portail, est isolée",
    },
}
"""What a person decided, by the beginning of the name that `Standing` gives it."""


def sentence(reason: Reason, policies: PolicySet, language: str = "en") -> str:
    """Says a reason in words, the policy's own words first where it has some.

    Args:
        reason: one of a decision's reasons.
        policies: the set that it came from.
        language: `en` or `fr`.
    """
    words = _SENTENCES[language]
    if not reason.window:
        kind, colon, name = reason.policy.partition(":")
        form = _DECIDED[language].get(kind + colon)
        if form is None or any(b.id == reason.policy for b in policies.budgets):
            form = words[Effect.HOLD]
        return form.format(policy=reason.policy, name=name)
    form = words["over"] if reason.used > reason.limit else words[Effect.WARN]
    numbers = form.format(
        policy=reason.policy,
        used=reason.used,
        limit=reason.limit,
        window=format_duration(reason.window),
    )
    own = next(
        (dict(b.reason).get(language) for b in policies.budgets if b.id == reason.policy), None
    )
    return f"{own} ({numbers})" if own else numbers
