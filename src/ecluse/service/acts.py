"""How does a person change what may be read? Each act is judged, written, and only then in force.

1. the act comes after what it changes, also where the clock of another gate is ahead;
2. what may not be is refused, and nothing is written;
3. the ledger has it, durably: whoever closes an account can show when and why;
4. it is in force: persons' decisions, the directory, the engine's holds.

A crash between 3 and 4 loses nothing: `replay_acts` puts in force what the ledger has. One act at a time.
"""

from collections.abc import Container, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import polars as pl

from ecluse.engine.acts import ACTS, AccountAct, Act, ApplicationAct, HoldAct, ReopenAct, read_act
from ecluse.engine.standing import PERSON, Standing
from ecluse.model.decision import Hold
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.estate import LifeCycle
from ecluse.model.policy import Key
from ecluse.model.time import parse_instant
from ecluse.ports import Directory, Ledger

__all__ = [
    "Made",
    "Powers",
    "act",
    "add_account",
    "adopt_accounts",
    "hold",
    "reopen",
    "replay_acts",
    "set_application",
]

_OURS: Final = frozenset({"by", "written"})
"""Keys of a detail that nobody may write into a request: who speaks is known from the client."""


@dataclass(frozen=True, slots=True)
class Powers:
    """What acts change.

    Attributes:
        holds: of the engine in force; for shared counts, what `Counter.holds` gave, and the caller tells the counter.
    """

    ledger: Ledger
    standing: Standing
    directory: Directory
    holds: MutableMapping[tuple[Key, str], Hold]


@dataclass(frozen=True, slots=True)
class Made:
    """An act in force.

    Attributes:
        seq: number of its entry. at: microseconds.
        held: what it closed or opened again; None for other acts.
    """

    kind: str
    detail: dict[str, Any]
    seq: int
    at: int
    held: tuple[Key, str] | None = None


def act(powers: Powers, kind: str, body: Mapping[str, Any], *, by: str, at: int) -> Made:
    """Makes an act from the body of a request: the keys of its detail but `by`; a date may be written as RFC 3339.

    Args:
        powers: what it changes.
        kind: one of `ACTS`.
        body: what is asked for.
        by: the person who speaks.
        at: now, in microseconds.

    Raises:
        CallerError: when it cannot be read, or may not be now.
        UnavailableError: when the ledger cannot be written; nothing changed then.
    """
    if kind not in ACTS:
        raise CallerError(f"`{kind}` is no act", help=f"one of {', '.join(ACTS)}")
    allowed = [name for name in ACTS[kind].__struct_fields__ if name not in _OURS]
    unknown = sorted(body.keys() - set(allowed))
    if unknown:
        raise CallerError(
            f"`{unknown[0]}` is no part of the act `{kind}`", help=f"it has {', '.join(allowed)}"
        )
    detail = {**body, "by": by}
    if isinstance(detail.get("closes_at"), str):
        detail["closes_at"] = _instant(detail["closes_at"])
    return _make(powers, kind, read_act(kind, detail), at)


def hold(
    powers: Powers, *, key: Key, name: str, tree: bool = False, by: str, reason: str, at: int
) -> Made:
    """Closes an account or a session until a person reopens it; with `tree`, all that the account created too.

    Raises:
        CallerError, UnavailableError: as `act`.
    """
    body = {"key": key.value, "name": name, "tree": tree, "reason": reason}
    return act(powers, "hold", body, by=by, at=at)


def reopen(powers: Powers, *, key: Key, name: str, by: str, reason: str, at: int) -> Made:
    """Opens again what a person or a budget closed, with its tree.

    Raises:
        CallerError: as `act`, and when nothing is closed under that name.
        UnavailableError: as `act`.
    """
    body = {"key": key.value, "name": name, "reason": reason}
    return act(powers, "reopen", body, by=by, at=at)


def set_application(
    powers: Powers,
    *,
    id: str,  # noqa: A002 - the word of the estate file
    state: LifeCycle,
    closes_at: int | None = None,
    isolate: bool = False,
    by: str,
    reason: str,
    at: int,
) -> Made:
    """Lets an application enter a state of its life; with `isolate`, the others of its portal refuse too.

    The caller puts the scaled policies in force afterwards (`engine.scaling.scaled`).

    Raises:
        CallerError, UnavailableError: as `act`.
    """
    body: dict[str, Any] = {"id": id, "state": state.value, "isolate": isolate, "reason": reason}
    if closes_at is not None:
        body["closes_at"] = closes_at
    return act(powers, "application", body, by=by, at=at)


def add_account(
    powers: Powers,
    *,
    account: str,
    created_by: str | None = None,
    kind: str | None = None,
    organization: str | None = None,
    by: str,
    at: int,
) -> Made:
    """Takes in an account that was just created: new, and in the lineage of its creator where one is known.

    Raises:
        CallerError: as `act`, and when the account is known already.
        UnavailableError: as `act`.
    """
    body = {
        "account": account,
        "created_by": created_by,
        "kind": kind,
        "organization": organization,
    }
    return act(powers, "account", body, by=by, at=at)


def replay_acts(
    ledger: Ledger, standing: Standing, directory: Directory
) -> dict[tuple[Key, str], Hold]:
    """Puts in force every act of the ledger, at start; returns what persons closed and did not reopen.

    Cost: one pass over four columns of the whole ledger; only acts become Python objects.

    Raises:
        IntegrityError: when an act does not say what it must.
        UnavailableError: when the ledger cannot be read.
    """
    acts = pl.col("kind").is_in(list(ACTS))
    for frame in ledger.scan(columns=("seq", "at", "kind", "detail")):
        for seq, at, kind, detail in frame.filter(acts).iter_rows():
            try:
                standing.replay(kind, msgspec.json.decode(detail, type=dict[str, Any]), at)
            except (msgspec.MsgspecError, CallerError):
                raise IntegrityError(
                    f"entry {seq} of kind `{kind}` does not say what it must",
                    help="an application wrote it that is not Ecluse: `ecluse ledger query` shows it",
                ) from None
    adopt_accounts(standing, directory)
    return standing.holds()


def adopt_accounts(
    standing: Standing, directory: Directory, *, but: Container[str] = ()
) -> tuple[str, ...]:
    """Tells the directory of the accounts created while gates ran: this one before its restart, or another.

    Args:
        standing: what is known of them.
        directory: what is to know them.
        but: names that it was told of before.

    Returns:
        Those that it does not take, because its table lists them by now, and says more.
    """
    listed = []
    for name, created in sorted(standing.accounts.items(), key=lambda item: (item[1].at, item[0])):
        if name in but:
            continue
        try:
            directory.add(
                name,
                kind=created.kind,
                organization=created.organization,
                created_by=created.created_by,
                at=created.at,
            )
        except CallerError:
            listed.append(name)
    return tuple(listed)


def _make(powers: Powers, kind: str, said: Act, at: int) -> Made:
    detail = _detail(said, powers.standing)
    # 1. It comes after what it changes.
    at = powers.standing.moment(kind, detail, at)
    # 2. What may not be is refused.
    powers.standing.check(kind, detail, at)
    _check_against(powers, said)
    # 3. The ledger has it.
    ticket = powers.ledger.append(_entry(kind, said, detail, at), durable=True)
    # 4. It is in force.
    powers.standing.apply(kind, detail, at)
    held = None
    if isinstance(said, AccountAct):
        _add(powers.directory, said, at)
    elif isinstance(said, HoldAct):
        held = Key(said.key), said.name
        powers.holds.setdefault(held, Hold(PERSON, at))
    elif isinstance(said, ReopenAct):
        held = Key(said.key), said.name
        powers.holds.pop(held, None)
    return Made(kind, detail, ticket.seq, at, held)


def _detail(said: Act, standing: Standing) -> dict[str, Any]:
    detail: dict[str, Any] = msgspec.to_builtins(said)
    if isinstance(said, ApplicationAct):
        written = standing.written(said.id)
        detail["written"] = None if written is None else [written[0].value, written[1]]
    return detail


def _check_against(powers: Powers, said: Act) -> None:
    """What only the engine's holds and the directory know."""
    if isinstance(said, AccountAct):
        powers.directory.check_new(said.account, created_by=said.created_by)
    if not isinstance(said, ReopenAct):
        return
    subject = (Key(said.key), said.name)
    if subject in powers.holds or subject in powers.standing.holds():
        return
    above = powers.directory.creators(said.name) if said.key == Key.ACCOUNT.value else ()
    holder = next((name for name in above if name in powers.standing.trees), None)
    raise CallerError(
        f"the {said.key} `{said.name}` is not closed by itself",
        help="nothing is to be reopened"
        if holder is None
        else f"it is closed with `{holder}`, which created it: reopen that account",
    )


def _entry(kind: str, said: Act, detail: Mapping[str, Any], at: int) -> Entry:
    try:
        text = msgspec.json.encode(detail).decode()
    except UnicodeEncodeError:
        raise CallerError(f"a name in the act `{kind}` is not valid Unicode") from None
    subject: dict[str, Any] = {}
    if isinstance(said, ApplicationAct):
        subject = {"application": said.id}
    elif isinstance(said, AccountAct):
        subject = {"account_kind": said.kind or "", "organization": said.organization or ""}
    account = said.account if isinstance(said, AccountAct) else ""
    if isinstance(said, HoldAct | ReopenAct) and said.key == Key.ACCOUNT.value:
        account = said.name
    return Entry(at=at, kind=kind, account=account, detail=text, **subject)


def _add(directory: Directory, said: AccountAct, at: int) -> None:
    directory.add(
        said.account,
        kind=said.kind,
        organization=said.organization,
        created_by=said.created_by,
        at=at,
    )


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise CallerError(str(error), help="such as 2027-03-31T00:00:00Z") from None
