"""What does an act say, by which a person changes what may be read? The details of its ledger entry."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from ecluse.model.errors import CallerError
from ecluse.model.estate import Estate, LifeCycle

__all__ = [
    "ACTS",
    "NO_PERSON",
    "AccountAct",
    "Act",
    "ApplicationAct",
    "HoldAct",
    "ReopenAct",
    "check_account",
    "check_said",
    "read_act",
]

_NAME_MAX: Final = 256
_TEXT_MAX: Final = 2000
_LATEST: Final = 253_402_300_799_999_999  # the end of the year 9999: what a date can say


class ApplicationAct(msgspec.Struct, frozen=True, kw_only=True):
    """An application enters a state of its life.

    Attributes:
        closes_at: from then on it is closed, microseconds.
        isolate: the other applications of its portal refuse as well, until it is set again without.
        written: state and date that the estate file gave when the person spoke.
    """

    id: str
    state: LifeCycle
    closes_at: Annotated[int, msgspec.Meta(ge=0, le=_LATEST)] | None = None
    isolate: bool = False
    written: tuple[LifeCycle, int | None] | None = None
    by: str = ""
    reason: str = ""


class HoldAct(msgspec.Struct, frozen=True, kw_only=True):
    """An account or a session is closed; with `tree`, all accounts that the account created are too."""

    key: Literal["account", "session"]
    name: str
    tree: bool = False
    by: str = ""
    reason: str = ""


class ReopenAct(msgspec.Struct, frozen=True, kw_only=True):
    """What was closed is open again, with its tree."""

    key: Literal["account", "session"]
    name: str
    by: str = ""
    reason: str = ""


class AccountAct(msgspec.Struct, frozen=True, kw_only=True):
    """An account was created; what nobody says of it is unknown."""

    account: str
    created_by: str | None = None
    kind: str | None = None
    organization: str | None = None
    by: str = ""


Act: TypeAlias = ApplicationAct | HoldAct | ReopenAct | AccountAct

ACTS: Final[dict[str, type[Act]]] = {
    "application": ApplicationAct,
    "hold": HoldAct,
    "reopen": ReopenAct,
    "account": AccountAct,
}
"""Kinds of ledger entries that change what may be read, and what their detail holds."""

NO_PERSON: Final = frozenset({"start", "SIGHUP", "schedule"})
"""What stands in `by` of an entry where no person is known to have spoken."""


def read_act(kind: str, detail: Mapping[str, Any]) -> Act:
    """Reads the detail of an act of a known kind; keys of later versions are passed over.

    Raises:
        CallerError: when something is missing or of the wrong type.
    """
    try:
        return msgspec.convert(detail, type=ACTS[kind])
    except msgspec.ValidationError as error:
        reason = str(error)[:1].lower() + str(error)[1:]
        raise CallerError(
            f"the act `{kind}` is not as it should be: {reason}",
            help=f"it has {', '.join(ACTS[kind].__struct_fields__)}",
        ) from None


def check_said(kind: str, act: Act) -> None:
    """Refuses an act without its names, without the person who speaks, or without a reason.

    Raises:
        CallerError: says what is missing.
    """
    needed = {
        "id": _NAME_MAX,
        "name": _NAME_MAX,
        "account": _NAME_MAX,
        "created_by": _NAME_MAX,
        "kind": _NAME_MAX,
        "organization": _NAME_MAX,
        "by": _NAME_MAX,
        "reason": _TEXT_MAX,
    }
    for word, most in needed.items():
        said = getattr(act, word, None)
        if said is not None and not (said.strip() and len(said) <= most):
            raise CallerError(
                f"the act `{kind}` has no `{word}`, or one of more than {most} signs",
                help="an act names what it is about, who speaks, and why",
            )
    if isinstance(act, HoldAct) and act.tree and act.key != "account":
        raise CallerError("a session creates no accounts", help="hold the account with its tree")


def check_account(act: AccountAct, estate: Estate | None) -> None:
    """Refuses an account that created itself, or whose kind or organization the estate does not have.

    A word that no budget knows would fall outside the budgets that name their kinds.

    Raises:
        CallerError: says which.
    """
    if act.account == act.created_by:
        raise CallerError(
            f"the account `{act.account}` cannot have created itself",
            help="name who created it",
        )
    if estate is not None:
        _check_listed("a kind of account", act.kind, [k.id for k in estate.kinds])
        _check_listed("an organization", act.organization, [o.id for o in estate.organizations])


def _check_listed(what: str, name: str | None, known: Sequence[str]) -> None:
    if name is not None and name not in known:
        some = ", ".join(sorted(known)[:8])
        raise CallerError(
            f"`{name}` is not {what} of the estate",
            help=f"known are {some}; leave it out when it is not known",
        )
