"""What did a backtest say? Reads the JSON document of `ecluse backtest --json`, of which a report tells the first policy set."""

from typing import Annotated, Any, Final

import msgspec

from ecluse.model.assurance import Disturbance, DisturbedKind, DisturbedWeek, RefusalCase
from ecluse.model.errors import ConfigError, Issue
from ecluse.model.time import parse_instant

__all__ = ["load_backtest"]

_HELP: Final = "write it with `ecluse backtest … --json > backtest.json`"


class _Numbers(msgspec.Struct):
    requests: int
    accounts: int
    account_days: int
    accounts_refused: int
    accounts_held: int
    requests_refused: int
    account_days_disturbed: int
    account_days_hostile: int
    kind: str = ""
    week: str = ""


class _Case(msgspec.Struct):
    kind: str
    organization: str
    first_at: str
    policy: str
    effect: str
    requests_refused: int
    persons_refused: int
    honest: bool
    reason: str | None = None


class _Tried(msgspec.Struct):
    digest: str
    total: _Numbers
    by_kind: tuple[_Numbers, ...]
    by_week: tuple[_Numbers, ...]
    cases: tuple[_Case, ...]


class _Document(msgspec.Struct):
    requests: int
    policies: Annotated[tuple[_Tried, ...], msgspec.Meta(min_length=1)]
    first_at: str | None = None
    last_at: str | None = None


def load_backtest(text: bytes, *, file: str) -> Disturbance:
    """Reads the document.

    Raises:
        ConfigError: when it is anything else.
    """
    try:
        return _disturbance(msgspec.json.decode(text, type=_Document))
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        reason = str(error)[:1].lower() + str(error)[1:]
        issue = Issue(file, 1, 1, f"this is no document of a backtest: {reason}", _HELP)
        raise ConfigError("the backtest cannot be read", issues=(issue,)) from None


def _disturbance(read: _Document) -> Disturbance:
    first = read.policies[0]
    return Disturbance(
        digest=first.digest,
        requests=read.requests,
        first_at=_instant(read.first_at),
        last_at=_instant(read.last_at),
        total=_row(first.total),
        kinds=tuple(map(_row, first.by_kind)),
        weeks=tuple(map(_week, first.by_week)),
        cases=tuple(map(_case, first.cases)),
    )


def _row(numbers: _Numbers) -> DisturbedKind:
    honest = max(0, numbers.account_days_disturbed - numbers.account_days_hostile)
    return DisturbedKind(
        numbers.kind,
        numbers.accounts,
        numbers.account_days,
        honest,
        numbers.accounts_refused,
        numbers.accounts_held,
    )


def _week(numbers: _Numbers) -> DisturbedWeek:
    parse_instant(numbers.week)  # a date, or it is no such document
    row = _row(numbers)
    return DisturbedWeek(
        numbers.week[:10], row.days, row.disturbed, numbers.requests, numbers.requests_refused
    )


def _case(case: _Case) -> RefusalCase:
    return RefusalCase(
        kind=case.kind,
        organization=case.organization,
        at=parse_instant(case.first_at),
        policy=case.policy,
        effect=case.effect,
        refused=case.requests_refused,
        persons=case.persons_refused,
        reason=case.reason or "",
        honest=case.honest,
    )


def _instant(text: Any) -> int | None:
    return None if text is None else parse_instant(text)
