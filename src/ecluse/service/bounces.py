"""What do reports of the mail system say, and what follows for the letters? RFC 3464 in, states out; nothing is believed without a Message-ID.

Anybody can send a mail that looks like a report. One counts only when it names the Message-ID of a letter, which nobody else knows; the
worst that a forged one could do is to have a letter sent by post as well.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

from ecluse.model.letter import Attempt, LetterRow, LetterState
from ecluse.service.letter_steps import next_step

__all__ = ["Bounce", "BounceKind", "BounceTally", "Bounced", "read_bounces", "take_bounces"]

_LONGEST: Final = 300
_LARGEST: Final = 10 << 20


class BounceKind(StrEnum):
    """What a report says: `hard` for good, `soft` still trying, `given` that it arrived."""

    HARD = "hard"
    SOFT = "soft"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report says of one letter."""

    kind: BounceKind
    message_id: str
    status: str
    text: str


@dataclass(slots=True)
class BounceTally:
    """What came of a mailbox. `unmatched`: reports of no letter of ours; `others`: mails that are no reports."""

    hard: int = 0
    soft: int = 0
    given: int = 0
    late: int = 0
    repeated: int = 0
    unmatched: int = 0
    others: int = 0
    answers: list[str] = field(default_factory=list)


class Bounced(Protocol):
    """What is needed of the outbox."""

    def take_bounce(self, digest: bytes, at: int, what: str) -> bool: ...
    def by_message(self, message_id: str) -> LetterRow | None: ...
    def settle(
        self,
        row: LetterRow,
        state: LetterState,
        *,
        attempt: Attempt,
        due_at: int = 0,
        note: str = "",
        way: int | None = None,
    ) -> None: ...


def read_bounces(mail: bytes) -> tuple[Bounce, ...]:
    """What a mail says of letters; empty when it is no report of delivery (RFC 3464)."""
    whole = message_from_bytes(mail[:_LARGEST])
    if whole.get_content_type() != "multipart/report" or not whole.is_multipart():
        return ()
    message_id = _original(whole)
    found = []
    for part in whole.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for group in _groups(part):
            kind = _kind(group)
            if kind is not None:
                text = _clean(group.get("Diagnostic-Code", ""))
                found.append(Bounce(kind, message_id, _clean(group.get("Status", "")), text))
    return tuple(found)


def take_bounces(outbox: Bounced, mails: Iterable[bytes], *, at: int) -> BounceTally:
    """Writes what the reports say to the outbox; a report that was taken before changes nothing."""
    tally = BounceTally()
    for mail in mails:
        found = read_bounces(mail)
        if not found:
            tally.others += 1
        for bounce in found:
            row = outbox.by_message(bounce.message_id) if bounce.message_id else None
            if row is None:
                tally.unmatched += 1
                continue
            said = f"{bounce.message_id} {bounce.kind} {bounce.status}"
            if outbox.take_bounce(sha256(mail + said.encode()).digest(), at, said):
                _take(outbox, row, bounce, at, tally)
            else:
                tally.repeated += 1
    return tally


def _take(outbox: Bounced, row: LetterRow, bounce: Bounce, at: int, tally: BounceTally) -> None:
    reply = f"{bounce.status} {bounce.text}".strip()
    attempt = Attempt(at, "mail", f"report:{bounce.kind}", "", bounce.message_id, reply, "")
    current = row.message_id == bounce.message_id and row.state in {LetterState.SENT, LetterState.SENDING}  # fmt: skip
    if not current:  # of an address that is no longer in use, or after another report
        outbox.settle(row, row.state, attempt=attempt, due_at=row.due_at, note=row.note)
        tally.late += 1
    elif bounce.kind is BounceKind.HARD:
        state, way = next_step(row, LetterState.BOUNCED)
        outbox.settle(row, state, attempt=attempt, way=way if way != row.way else None, note=f"came back: {reply}"[:_LONGEST])  # fmt: skip
        tally.hard += 1
    elif bounce.kind is BounceKind.SOFT:
        outbox.settle(row, row.state, attempt=attempt, note=f"still on its way: {reply}"[:_LONGEST])
        tally.soft += 1
    else:
        outbox.settle(row, LetterState.SENT, attempt=attempt)
        tally.given += 1


def _kind(group: Message) -> BounceKind | None:
    """The action decides; `failed` is for good even when the last fault was a passing one: nobody tries any more."""
    action = group.get("Action", "").strip().lower()
    kinds = {"failed": BounceKind.HARD, "delayed": BounceKind.SOFT, "delivered": BounceKind.GIVEN, "relayed": BounceKind.GIVEN, "expanded": BounceKind.GIVEN}  # fmt: skip
    return kinds.get(action)


def _groups(part: Message) -> Iterator[Message]:
    """The fields of each recipient."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (group for group in payload if isinstance(group, Message) and "Action" in group)


def _original(whole: Message) -> str:
    """The Message-ID of what the report is about, from the returned mail or its headers."""
    for part in whole.walk():
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload:
            first = payload[0]
            found = first.get("Message-ID", "") if isinstance(first, Message) else ""
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            body = part.get_payload(decode=True)
            text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(payload)
            found = HeaderParser().parsestr(text).get("Message-ID", "")
        else:
            continue
        if found.strip():
            return found.strip()
    return ""


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in str(text))[:_LONGEST].strip()
