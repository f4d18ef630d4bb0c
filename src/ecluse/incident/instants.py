"""When may an instant be written down, and when does a second person have to sign it?

An instant is never overwritten: a second word on it has to say that it corrects, and stands beside the first. `aware` is a named
person's decision with reasons. It starts the clock of GDPR art. 33(1); so putting it later than the first evidence that leaves
no reasonable doubt (`conclusive`, or the instant when a processor told, EDPB 9/2022, 31 and 44), or later than it was said
before, waits for a second person. Evidence that comes to light afterwards makes an `aware` that counts already need one.
"""

from typing import Final

from ecluse.incident.acts import Said
from ecluse.incident.lifecycle import Refused, conclusive_at, unsigned_late
from ecluse.incident.same_person import same_person
from ecluse.model.incident import Incident, Instant, InstantKind
from ecluse.model.time import format_instant

__all__ = ["MANY", "instant_refusals", "needs_second", "signature_refusals", "unread"]

MANY: Final = frozenset({InstantKind.CONCLUSIVE, InstantKind.WARNING_RECEIVED, InstantKind.WARNING_READ})  # fmt: skip
"""Kinds that may be said several times without one correcting the other: several warnings, several pieces of evidence."""


def needs_second(incident: Incident, said: Said) -> bool:
    """Whether the instant waits until a second person signs it."""
    if said.kind is not InstantKind.AWARE:
        return False
    before = incident.instant(InstantKind.AWARE)
    first = conclusive_at(incident)
    bounds = [at for at in (first, before.at if before else None) if at is not None]
    return any(said.happened_at > at for at in bounds)


def instant_refusals(incident: Incident, said: Said, *, now: int) -> tuple[Refused, ...]:
    """Every reason why an instant may not be written down."""
    found = []
    if said.happened_at > now:
        found.append(Refused("future", f"`{said.kind.value}` would be in the future", "write what has happened"))  # fmt: skip
    if said.kind is InstantKind.AWARE and not said.reasons.strip():
        found.append(
            Refused(
                "reasons",
                "`aware` is a decision: no reasons are given",
                "say with --reasons what made it reasonably certain that personal data were compromised",
            )
        )
    found += _correction(incident, said)
    found += _warning(incident, said)
    if said.kind is InstantKind.AWARE and any(p.kind is said.kind for p in incident.pending):
        found.append(Refused("second-signature", "an `aware` already waits for its second signature", "let another person sign that one first"))  # fmt: skip
    return tuple(found)


def signature_refusals(
    incident: Incident, kind: InstantKind, by: str
) -> tuple[Instant | None, tuple[Refused, ...]]:
    """The instant that waits for a second signature, and every reason why this person may not give it."""
    waiting = [p for p in incident.pending if p.kind is kind]
    late = unsigned_late(incident)
    if not waiting and late is not None and late.kind is kind:
        waiting = [late]
    if not waiting:
        return None, (Refused("nothing-waits", f"no `{kind.value}` waits for a second signature", "`ecluse incident show` lists what waits"),)  # fmt: skip
    if same_person(waiting[-1].signed.by, by):
        return waiting[-1], (Refused("somebody-else", f"`{by}` said it; the second signature is another person's", "let that person sign it"),)  # fmt: skip
    return waiting[-1], ()


def unread(incident: Incident) -> tuple[str, ...]:
    """Warnings that were received, and of which nobody wrote down that they were read."""
    read = {i.warning for i in incident.instants if i.kind is InstantKind.WARNING_READ}
    return tuple(w.id for w in incident.warnings if w.id not in read)


def _correction(incident: Incident, said: Said) -> list[Refused]:
    before = [i for i in incident.instants if (i.kind, i.warning) == (said.kind, said.warning)]
    if said.corrects and not before:
        return [Refused("nothing-to-correct", f"no `{said.kind.value}` is written down", "leave --corrects out")]  # fmt: skip
    if said.corrects and not said.reasons.strip():
        return [Refused("reasons", "no reasons are given for the correction", "say why with --reasons")]  # fmt: skip
    if before and not said.corrects and (said.kind not in MANY or said.warning):
        known = format_instant(before[-1].at)
        return [
            Refused(
                "written-already",
                f"`{said.kind.value}` is written down already: {known}",
                "nothing is overwritten; a correction stands beside it: add --corrects and --reasons",
            )
        ]
    return []


def _warning(incident: Incident, said: Said) -> list[Refused]:
    if said.kind not in {InstantKind.WARNING_READ, InstantKind.WARNING_RECEIVED}:
        return []
    known = [w.id for w in incident.warnings]
    if said.warning not in known:
        listed = ", ".join(known) or "none"
        return [Refused("no-such-warning", f"there is no warning `{said.warning[:40]}`", f"there are: {listed}")]  # fmt: skip
    received = [i for i in incident.instants if i.kind is InstantKind.WARNING_RECEIVED and i.warning == said.warning]  # fmt: skip
    if said.kind is InstantKind.WARNING_READ and said.happened_at < received[-1].at:
        return [Refused("read-before-received", "it would have been read before it was received", "correct one of the two instants")]  # fmt: skip
    return []
