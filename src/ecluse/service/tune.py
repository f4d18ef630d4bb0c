"""Tuning: limits for each kind of account that disturb honest people at a chosen price, and the policy file that says them.

1. see which budgets can be fitted: those that count persons per account, or per account and application, of all accounts or of kinds;
2. try the signed policy set on the past, so that days with a refusal teach nothing, and days that a label calls a theft count nowhere;
3. count the peaks of every account-day, split them by kind, and leave out kinds with too few;
4. choose the limits, draw the curve, and check both on the days held out;
5. write the policy set: a budget for each kind, and the old one as a net below which no account falls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ecluse.engine.history import History
from ecluse.loaders.policy import PolicyFile
from ecluse.model.backtest import Label
from ecluse.model.errors import CallerError, SourceError
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Budget, Count, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.model.tuning import KindProposal, Proposal, Tuning
from ecluse.service.backtest import Trial
from ecluse.verify.backtest.days import day_of
from ecluse.verify.tuning.checking import check
from ecluse.verify.tuning.kinds import KindDays, too_few
from ecluse.verify.tuning.limits import CEILING, chosen
from ecluse.verify.tuning.peaks import Peaks, peaks_of
from ecluse.verify.tuning.proposing import curve, kept, proposals

__all__ = ["STANDARD", "Asked", "tune", "tuned_policy"]

STANDARD: Final = (10 * MINUTE, HOUR, DAY, 30 * DAY, 360 * DAY)
"""Windows of a budget per account: each divides the next, so that the loss bound is a theorem."""

_SHAPES: Final = ((Key.ACCOUNT,), (Key.ACCOUNT, Key.APPLICATION))

Ids = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person who tunes wants.

    Attributes:
        price: honest account-days disturbed in a thousand, at most. may_raise: whether limits may rise above the signed ones.
        days: the last so many days are looked at. holdout: of these, the last so many are held out for the check.
        zone: by which days begin.
    """

    price: float = 1.0
    days: int = 60
    holdout: int = 14
    may_raise: bool = False
    zone: str = "UTC"


def tune(
    history: History,
    policy: PolicyFile,
    asked: Asked,
    *,
    estate: Estate | None,
    labels: Sequence[Label],
    policy_file: str,
    clock: Callable[[], float],
    step: Callable[[str], None],
) -> Tuning:
    """Steps 1 to 4.

    Raises:
        CallerError: when the policy set has nothing to fit.
        SourceError: when nothing was asked in the past.
    """
    started = clock()
    bases = [b for b in policy.policies.budgets if _fits(b) and b.target == Target()]  # step 1
    if not bases:
        raise CallerError(
            "the policy set has no enforcing budget of persons per account without a target",
            help="start from `ecluse policy default --out policy.yaml`",
        )
    if not len(history):
        raise SourceError(
            "nothing was asked in this past", help="name a ledger or a log of ordinary work"
        )
    step("trying the signed policy set")
    trial = Trial(history, asked.zone)
    teaches, honest = trial.verdicts(policy.policies, labels)  # step 2
    step("counting peaks")
    kinds, unknown = _kinds(trial, bases, teaches, honest, asked)  # step 3
    names = [d.kind for d in kinds]
    ids, signed = _ids(policy.policies, bases, names), _signed(policy.policies, bases, names)
    span = int(trial.days.day.max()) - int(trial.days.day.min()) + 1
    poor = {d.kind: why for d in kinds if (why := too_few(d, span))}
    good = [d for d in kinds if d.kind not in poor]
    step("choosing limits")
    return _chosen(
        kinds, good, poor, policy, asked, bases=bases, ids=ids, signed=signed, estate=estate, unknown=unknown,
        policy_file=policy_file, span=span, step=step, started=started, clock=clock,
    )  # fmt: skip


def _chosen(
    kinds: list[KindDays], good: list[KindDays], poor: dict[str, str], policy: PolicyFile, asked: Asked, *,
    bases: list[Budget], ids: Ids, signed: dict[tuple[str, str], dict[int, int]], estate: Estate | None, unknown: int,
    policy_file: str, span: int, step: Callable[[str], None], started: float, clock: Callable[[], float],
) -> Tuning:  # fmt: skip
    """Step 4."""
    lengths = {b.id: _lengths(b) for b in bases}
    models = {(d.kind, b.id): d.models(b.id) for d in good for b in bases}
    ceiling = _ceiling(estate)
    found = chosen(
        good, models, signed, price=asked.price, may_raise=asked.may_raise, ceiling=ceiling
    )
    rows = proposals(good, models, signed, found, ids=ids, price=asked.price)
    for days in kinds:
        if days.kind in poor:
            rows += kept(days, signed, poor[days.kind], ids=ids, lengths=lengths)
    step("drawing the curve")
    own = next((b.id for b in bases if b.per == (Key.ACCOUNT,)), bases[0].id)
    points = curve(
        good,
        models,
        signed,
        price=asked.price,
        factor=found.factor,
        may_raise=asked.may_raise,
        budget=own,
        ceiling=ceiling,
    )
    step("checking on the days held out")
    last = max((int(d.day.max()) for d in kinds), default=0)
    first = min((int(d.day.min()) for d in kinds), default=0)
    held = None
    if good and asked.holdout and last - first + 1 >= 2 * asked.holdout:
        held = check(
            good,
            signed,
            price=asked.price,
            may_raise=asked.may_raise,
            last=last - asked.holdout + 1,
            ceiling=ceiling,
        )
    before = sum(int(_passed_before(d, signed).sum()) for d in good)
    made = Tuning(
        policy_file=policy_file, digest=policy.policies.digest, price=asked.price, may_raise=asked.may_raise,
        span=span * DAY, first_day=day_of(first), last_day=day_of(last),
        accounts=sum(d.accounts for d in good), days=found.days, disturbed=found.disturbed, at_most=found.at_most, before=before,
        kinds=tuple(sorted(rows, key=lambda r: (r.budget, r.kind))), curve=points, held_out=held, findings=(),
    )  # fmt: skip
    return replace(made, findings=_findings(made, good, poor, unknown), seconds=clock() - started)


def _fits(budget: Budget) -> bool:
    kinds_only = budget.target == Target(kinds=budget.target.kinds)
    acts = budget.mode is Mode.ENFORCE and not budget.effect.releases
    return budget.per in _SHAPES and budget.counts is Count.PERSONS and acts and kinds_only


def _lengths(base: Budget) -> tuple[int, ...]:
    written = {w.length for w in base.windows}
    return tuple(sorted(written | set(STANDARD) if base.per == (Key.ACCOUNT,) else written))


def _kinds(
    trial: Trial, bases: list[Budget], teaches: np.ndarray, honest: np.ndarray, asked: Asked
) -> tuple[list[KindDays], int]:
    """The account-days of each kind within the days that are looked at, and how many have no known kind."""
    days, words = trial.days, () if trial.history.kind is None else trial.history.kind.words
    begin = int(days.day.max()) - asked.days + 1
    peaks = {b.id: peaks_of(trial.history, days, b.per, _lengths(b)) for b in bases}
    late = days.day >= begin
    found = []
    for code in np.unique(days.kind[late & (days.kind >= 0)]).tolist():
        mine = late & (days.kind == code)
        _, account = np.unique(days.account[mine], return_inverse=True)
        found.append(
            KindDays(
                kind=words[code],
                account=account.astype(np.int64),
                day=days.day[mine].astype(np.int64),
                weekday=(days.day[mine].astype(np.int64) + 3) % 7,
                teaches=teaches[mine],
                honest=honest[mine],
                begin=int(days.day.min()),
                peaks={name: Peaks(p.lengths, p.count[mine]) for name, p in peaks.items()},
            )
        )
    return sorted(found, key=lambda d: d.kind), int((late & (days.kind < 0)).sum())


def _signed(
    policies: PolicySet, bases: list[Budget], kinds: list[str]
) -> dict[tuple[str, str], dict[int, int]]:
    """What holds each kind today in each shape: the net, and the kind's own budget if it has one."""
    held = {}
    for base in bases:
        for kind in kinds:
            limits = {w.length: w.limit for w in base.windows}
            own = _own(policies, base, kind)
            for window in own.windows if own else ():
                limits[window.length] = min(window.limit, limits.get(window.length, window.limit))
            held[kind, base.id] = limits
    return held


def _own(policies: PolicySet, base: Budget, kind: str) -> Budget | None:
    wanted = frozenset({kind})
    return next(
        (
            b
            for b in policies.budgets
            if _fits(b) and b.per == base.per and b.target.kinds == wanted
        ),
        None,
    )


def _ids(policies: PolicySet, bases: list[Budget], kinds: list[str]) -> Ids:
    """The id of each kind's budget: that of the one it has, or a new one."""
    taken = {b.id for b in policies.budgets}
    ids: Ids = {}
    for base in bases:
        for kind in kinds:
            own = _own(policies, base, kind)
            ids[kind, base.id] = own.id if own else _new_id(f"{base.id}-{kind}", taken)
            taken.add(ids[kind, base.id])
    return ids


def _new_id(name: str, taken: set[str]) -> str:
    plain = "".join(
        c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name.lower()
    )[:56]
    wanted, number = plain, 2
    while wanted in taken:
        wanted, number = f"{plain}-{number}", number + 1
    return wanted


def _ceiling(estate: Estate | None) -> int:
    """A limit of the whole population of the smallest application could never be passed; a policy file may not have one."""
    sizes = [a.population for a in estate.applications] if estate else []
    return max(1, max(sizes) - 1) if sizes else CEILING


def _passed_before(days: KindDays, signed: dict[tuple[str, str], dict[int, int]]) -> np.ndarray:
    above = np.zeros(len(days), np.bool_)
    for budget, peaks in days.peaks.items():
        held = signed[days.kind, budget]
        bars = np.array([held.get(length, CEILING) for length in peaks.lengths])
        above |= (peaks.count > bars).any(axis=1)
    return above & days.honest


def _findings(
    made: Tuning, good: list[KindDays], poor: dict[str, str], unknown: int
) -> tuple[Finding, ...]:
    found = [
        Finding("kind-not-tuned", Severity.LOW, f"`{kind}` keeps its signed limits: {why}", "keep more of the past, or fit these accounts by hand", kind)
        for kind, why in sorted(poor.items())
    ]  # fmt: skip
    if unknown:
        what = f"{unknown} account-days are of accounts of unknown kind: they are not tuned, and every budget of every kind holds them"
        found.append(
            Finding("kind-unknown", Severity.MEDIUM, what, "fill the accounts table of the estate")
        )
    if good and made.at_most > made.price:
        what = f"{made.days} account-days promise at best {made.at_most:.2f} in 1,000 with nine chances in ten, not {made.price:g}"
        advice = "keep more of the past, label what was honest, or allow limits above the signed ones with --raise"
        found.append(Finding("price-not-reached", Severity.MEDIUM, what, advice))
    if made.held_out is not None and not made.held_out.holds:
        h = made.held_out
        what = f"on the {h.days} account-days held out {h.disturbed} were disturbed, where the price allows {h.expected:.1f}"
        found.append(Finding("held-out-disagrees", Severity.MEDIUM, what, "look at what changed before you sign: `ecluse backtest --weeks 2` lists the cases"))  # fmt: skip
    found += [
        Finding("kind-drifts", Severity.LOW, f"the days held out do not look like those before: {text}", "tune again when the work has settled")
        for text in (made.held_out.drift if made.held_out else ())
    ]  # fmt: skip
    raised = sum(p.signed is not None and p.limit > p.signed for k in made.kinds for p in k.limits)
    if raised:
        what = f"{raised} limits are above the signed ones, as asked for with --raise"
        found.append(Finding("limits-raised", Severity.MEDIUM, what, "read each `why` before you sign, and compare the loss bound of both files"))  # fmt: skip
    return tuple(found)


def tuned_policy(policy: PolicyFile, made: Tuning, kinds: Sequence[str]) -> PolicyFile:
    """Step 5: the signed set with a budget for each kind whose limits change.

    Args:
        policy: the signed set.
        made: what is proposed.
        kinds: all kinds that the estate has, also those of which the past knows nothing.
    """
    budgets, why, told = list(policy.policies.budgets), dict(policy.why), dict(policy.descriptions)
    for base in [b for b in budgets if _fits(b) and b.target == Target()]:
        mine = {k.kind: k for k in made.kinds if k.budget == base.id}
        net = _net(base, list(mine.values()))
        if net.windows != base.windows:
            changed = {w.length: w.limit for w in base.windows}
            note = "The highest limit of any kind: a net for accounts of a kind that no other budget names."
            why[base.id] = why.get(base.id, {}) | {
                w.length: note for w in net.windows if w.limit != changed[w.length]
            }
            mine |= {k: _as_signed(policy.policies, base, k) for k in kinds if k not in mine}
        place = budgets.index(base)
        budgets[place] = net
        for kind, proposal in sorted(mine.items(), reverse=True):
            own = _own(policy.policies, base, kind)
            if (
                own is None
                and net.windows == base.windows
                and all(p.limit == p.signed for p in proposal.limits)
            ):
                continue  # the net is all that it needs
            windows = tuple(Window(p.window, p.limit) for p in proposal.limits)
            new = replace(
                own or base, id=proposal.id, target=Target(kinds=frozenset({kind})), windows=windows
            )
            why[new.id] = {p.window: p.why for p in proposal.limits}
            told.setdefault(
                new.id, f"`{base.id}` for accounts of kind {kind}, as `ecluse tune` proposed it."
            )
            if own is None:
                budgets.insert(place + 1, new)
            else:
                budgets[budgets.index(own)] = new
    return replace(policy, policies=PolicySet(tuple(budgets)), why=why, descriptions=told)


def _net(base: Budget, mine: list[KindProposal]) -> Budget:
    most = {w.length: w.limit for w in base.windows}
    for proposal in mine:
        for limit in proposal.limits:
            if limit.window in most:
                most[limit.window] = max(most[limit.window], limit.limit)
    return replace(
        base, windows=tuple(Window(length, limit) for length, limit in sorted(most.items()))
    )


def _as_signed(policies: PolicySet, base: Budget, kind: str) -> KindProposal:
    """The signed limits of a kind of which nothing was asked in the past."""
    (held,) = _signed(policies, [base], [kind]).values()
    why = "Kept as it was signed: the past has no account of this kind."
    limits = tuple(Proposal(w, n, n, "signed", n, 0, 0, why) for w, n in sorted(held.items()))
    taken = {b.id for b in policies.budgets}
    own = _own(policies, base, kind)
    name = own.id if own else _new_id(f"{base.id}-{kind}", taken)
    return KindProposal(base.id, name, kind, why, 0, 0, 0, limits)
