"""What a policy means: the executable specification. Naive, quadratic, read by auditors.

Everything is computed from one list, the history of what was released. Nothing is remembered
besides it but the clock, the holds, and which accesses are still open reservations. The clock starts
at 0 (1970) and never goes back. A change of the policies is just that: the history stays.

In words. A request draws on a budget when every condition of the budget's target holds (an unknown
fact satisfies any condition; that a justification or a second factor was given is never unknown, and
compared exactly), all its keys are known, and it brings at least one item to count. The
budget's window of length L at the instant `now` holds the items of all released accesses with the
same key whose instant s satisfies now - L < s <= now. The request goes over when that set, with the
request's own items, is larger than the limit. Refused requests leave no trace in the history.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ecluse.model.access import AccessRequest
from ecluse.model.decision import Decision, Reason
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Access:
    """One released access. `number` is its place in the history; `open` while it is only reserved."""

    at: int
    number: int
    request: AccessRequest
    open: bool = False
    expires_at: int = 0


@dataclass
class Reference:
    """The specification of the engine."""

    policies: PolicySet
    history: list[Access] = field(default_factory=list)
    clock: int = 0
    number: int = 0
    holds: dict[tuple[Key, str], str] = field(default_factory=dict)
    """What is closed, and by which budget."""

    # -- what can be asked ------------------------------------------------------------------

    def check(self, request: AccessRequest, at: int) -> Decision:
        """Decides, and counts the access when it is released."""
        return self._decide(request, at, must_release=False)

    def observe(self, request: AccessRequest, at: int) -> Decision:
        """Counts an access that happened, whatever the decision would have been."""
        return self._decide(request, at, must_release=True)

    def reserve(self, request: AccessRequest, at: int, lifetime: int) -> Decision:
        """Decides and counts at once; a release within the lifetime takes the access out again."""
        decision = self._decide(request, at, must_release=False)
        if not decision.permitted:
            return decision
        access = self.history[-1]
        access.open, access.expires_at = True, self.clock + lifetime
        return Decision(decision.effect, decision.reasons, access.number)

    def post(self, number: int, at: int, persons: tuple[int, ...] | None = None) -> bool:
        """Confirms a reservation; with `persons`, only these were shown and the others never count."""
        self.expire(at)
        access = self._open(number)
        if access is not None:
            access.open = False
            if persons is not None:
                access.request = _only(access.request, persons)
        return access is not None

    def release(self, number: int, at: int) -> bool:
        """Takes back a reservation: nothing was shown, and it is as if it had never been."""
        self.expire(at)
        access = self._open(number)
        if access is not None:
            self.history.remove(access)
        return access is not None

    def expire(self, at: int) -> None:
        """Confirms every reservation past its lifetime: nobody knows that nothing was shown."""
        self.clock = max(self.clock, at)
        for access in self.history:
            if access.open and access.expires_at <= self.clock:
                access.open = False

    def reopen(self, key: Key, name: str) -> bool:
        """Lifts a hold, on a person's word."""
        return self.holds.pop((key, name), None) is not None

    def count(self, budget: Budget, length: int, request: AccessRequest) -> int:
        """The items of the window now, those of the request included."""
        return sum(self._items(budget, length, request).values())

    # -- how it is decided ------------------------------------------------------------------

    def _decide(self, request: AccessRequest, at: int, *, must_release: bool) -> Decision:
        self.expire(at)
        self.number += 1
        now = self.clock
        held = [
            Reason(self.holds[subject], 0, 0, 0, Effect.HOLD)
            for subject in ((Key.ACCOUNT, request.account), (Key.SESSION, request.session or ""))
            if subject in self.holds
        ]
        reasons = held[:1]
        if not held or must_release:
            reasons += [r for b in self.policies.budgets for r in self._judge(b, request, now)]
        reasons.sort(key=lambda r: (r.shadow, -r.effect))
        effect = max((r.effect for r in reasons if not r.shadow), default=Effect.PERMIT)
        for reason in reasons:
            if reason.effect is Effect.HOLD and not reason.shadow and reason.window:
                self._hold(reason.policy, request)
        if effect.releases or must_release:
            self.history.append(Access(now, self.number, request))
        return Decision(effect, tuple(reasons))

    def _judge(self, budget: Budget, request: AccessRequest, now: int) -> list[Reason]:
        if not matches(budget, request, now) or not items(budget, request, self.number):
            return []
        used = {w: self.count(budget, w.length, request) for w in budget.windows}
        for window in reversed(budget.windows):  # the longest window that is over its limit
            if used[window] > window.limit:
                return [_reason(budget, window, used[window], budget.effect)]
        for window in reversed(budget.windows):  # else the longest that reaches its warning share
            if used[window] >= budget.warn_from(window.limit):
                return [_reason(budget, window, used[window], Effect.WARN)]
        return []

    def _items(self, budget: Budget, length: int, request: AccessRequest) -> dict[object, int]:
        found: dict[object, int] = {}
        for past in self.history:
            inside = self.clock - length < past.at <= self.clock
            if (
                inside
                and key(budget, past.request) == key(budget, request)
                and matches(budget, past.request, past.at)
            ):
                found |= items(budget, past.request, past.number)
        return found | items(budget, request, self.number)

    def _hold(self, policy: str, request: AccessRequest) -> None:
        budget = next(b for b in self.policies.budgets if b.id == policy)
        subject = (
            (Key.ACCOUNT, request.account)
            if Key.ACCOUNT in budget.per
            else (Key.SESSION, request.session or "")
        )
        self.holds.setdefault(subject, policy)

    def _open(self, number: int) -> Access | None:
        return next((a for a in self.history if a.number == number and a.open), None)


def _reason(budget: Budget, window: Window, used: int, effect: Effect) -> Reason:
    shadow = budget.mode is Mode.SHADOW
    told = min(used, window.limit + 1)
    return Reason(budget.id, window.length, told, window.limit, effect, shadow)


def key(budget: Budget, request: AccessRequest) -> tuple[str | None, ...]:
    """What the budget is counted by, for this request; an unknown part is None."""
    values = {
        Key.ACCOUNT: request.account,
        Key.SESSION: request.session,
        Key.ORGANIZATION: request.organization,
        Key.APPLICATION: request.application,
        Key.LINEAGE: request.lineage or request.account,
        Key.SOURCE: request.source,
        Key.SYSTEM: "",
    }
    return tuple(values[k] for k in budget.per)


def items(budget: Budget, request: AccessRequest, number: int) -> dict[object, int]:
    """What the request adds to the count, each item with its weight; an item counts once."""
    if budget.counts is Count.ACCOUNTS:
        return {request.account: 1}
    if budget.counts is Count.ACCESSES:
        return {number: 1}
    if budget.counts is Count.BYTES:
        return {number: request.bytes} if request.bytes > 0 else {}
    wanted = budget.target.own
    own = request.own
    return {
        p: 1
        for i, p in enumerate(request.persons)
        if wanted is None or own is None or own[i] == wanted
    }


def matches(budget: Budget, request: AccessRequest, at: int) -> bool:
    """Whether the request draws on the budget."""
    target = budget.target
    pairs = (
        (target.kinds, request.kind),
        (target.organizations, request.organization),
        (target.applications, request.application),
        (target.operations, request.operation),
        (target.factors, request.factor),
    )
    return (
        None not in key(budget, request)
        and all(allowed is None or value is None or value in allowed for allowed, value in pairs)
        and (
            not target.categories
            or not request.categories
            or bool(target.categories & set(request.categories))
        )
        and target.justified in (None, request.justified)
        and target.stepped_up in (None, request.stepped_up)
        and _age_matches(target, request, at)
        and _hours_match(target, at)
    )


def _age_matches(target: Target, request: AccessRequest, at: int) -> bool:
    if request.created_at is None:
        return True
    age = at - request.created_at
    young = target.younger_than is None or age < target.younger_than
    return young and (target.older_than is None or age >= target.older_than)


def _hours_match(target: Target, at: int) -> bool:
    if target.hours is None:
        return True
    local = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(target.hours.zone))
    minute = local.hour * 60 + local.minute
    return local.weekday() in target.hours.weekdays and any(
        a <= minute < b for a, b in target.hours.spans
    )


def _only(request: AccessRequest, persons: tuple[int, ...]) -> AccessRequest:
    kept = [i for i, p in enumerate(request.persons) if p in persons]
    fields = {f: getattr(request, f) for f in request.__struct_fields__}
    fields["persons"] = tuple(request.persons[i] for i in kept)
    fields["own"] = None if request.own is None else tuple(request.own[i] for i in kept)
    return AccessRequest(**fields)
