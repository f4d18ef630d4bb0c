"""What speaks against an account? Entries of a ledger read as signs: findings, refusals, and accounts that a person closed.

Whoever may append to a ledger may have written an entry. One that does not say what it must is counted and left out; a sign that
names no account that reads is given back apart, for a person to look at: an application that went silent is no actor.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ecluse.model.errors import SourceError
from ecluse.model.finding import Severity
from ecluse.model.sign import Sign
from ecluse.model.time import parse_instant

__all__ = ["FindingRow", "Read", "RefusedRow", "read_signs", "read_warnings"]

_HELD: Final = Severity.HIGH
_REFUSED: Final = {"hold": Severity.HIGH, "deny": Severity.MEDIUM}


class _Found(msgspec.Struct):
    code: str
    severity: str
    what: str = ""
    about: str = ""
    over: bool = False


class _Hold(msgspec.Struct):
    key: str
    name: str
    by: str = ""
    reason: str = ""


class _Warning(msgspec.Struct, forbid_unknown_fields=True):
    account: str
    received_at: str
    source: str
    summary: str = ""


FindingRow = tuple[int, int, str, str]
"""seq, at, kind (`finding` or `hold`), detail."""

RefusedRow = tuple[str, str, str, int, int, int]
"""account, policy, effect, first at, last at, how many."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read.

    Attributes:
        apart: findings about something else than an account that reads, as `CODE:ABOUT`.
        unreadable: entries that do not say what they must.
    """

    signs: tuple[Sign, ...]
    apart: tuple[str, ...] = ()
    unreadable: int = 0


def read_signs(findings: Iterable[FindingRow], refused: Iterable[RefusedRow], *, accounts: frozenset[str]) -> Read:  # fmt: skip
    """Reads rows of a ledger.

    Args:
        findings: entries of the kinds `finding` and `hold`, oldest first.
        refused: refusals, added up by account, policy and effect.
        accounts: those that the ledger knows to read.
    """
    found: dict[str, Sign] = {}
    apart: dict[str, None] = {}
    unreadable = 0
    for _, at, kind, detail in findings:
        sign = _hold(at, detail) if kind == "hold" else _finding(at, detail)
        if sign is None:
            unreadable += 1
        elif sign.account not in accounts:
            apart[sign.id] = None
        else:
            _merge(found, sign)
    for account, policy, effect, first, last, number in refused:
        severity = _REFUSED.get(effect, Severity.LOW)
        what = f"`{account}` was refused {number} times by `{policy}` ({effect})"
        _merge(found, Sign(f"refused:{account}:{policy}:{effect}", "refused", account, first, last, severity, what))  # fmt: skip
    return Read(tuple(found.values()), tuple(apart), unreadable)


def read_warnings(text: bytes, *, file: str) -> tuple[Sign, ...]:
    """Reads warnings from outside: JSON lines with `account`, `received_at`, `source` and, if you like, `summary`.

    Raises:
        SourceError: names the first line that is no warning.
    """
    signs = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said = msgspec.json.decode(line, type=_Warning)
            at = parse_instant(said.received_at)
            if not said.account or not said.source:
                raise ValueError("account or source is empty")  # noqa: TRY301 - told with the others below
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise SourceError(
                f"{file}:{number}: this is no warning: {str(error).rstrip('.').lower()}",
                help='write {"account": "…", "received_at": "2026-11-27T18:00:00+01:00", "source": "…"}',
            ) from None
        signs.append(Sign(f"warning:{number}:{said.account}", "warning", said.account, at, at, Severity.HIGH, f"{said.source} warned of `{said.account}`: {said.summary}"))  # fmt: skip
    return tuple(signs)


def _finding(at: int, detail: str) -> Sign | None:
    said = _decode(detail, _Found)
    if said is None or said.severity.upper() not in Severity.__members__ or not said.code:
        return None
    return Sign(f"{said.code}:{said.about}", said.code, said.about, at, at, Severity[said.severity.upper()], said.what)  # fmt: skip


def _hold(at: int, detail: str) -> Sign | None:
    said = _decode(detail, _Hold)
    if said is None:
        return None
    account = said.name if said.key == "account" else ""
    return Sign(f"held:{said.name}", "held", account, at, at, _HELD, f"`{said.by}` closed `{said.name}`: {said.reason}")  # fmt: skip


def _decode(detail: str, type_: Any) -> Any:
    try:
        return msgspec.json.decode(detail, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, UnicodeEncodeError):
        return None


def _merge(found: dict[str, Sign], sign: Sign) -> None:
    """The same sign again makes it longer, not two; the first words and the gravest severity stay."""
    before = found.get(sign.id)
    if before is not None:
        sign = Sign(
            before.id,
            before.code,
            before.account,
            min(before.first_at, sign.first_at),
            max(before.last_at, sign.last_at),
            max(before.severity, sign.severity),
            before.what,
        )
    found[sign.id] = sign
