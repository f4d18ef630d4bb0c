"""How is an evidence pack made? Everything is read and checked first, and nothing has the pack's name until all of it is on disk.

1. the incident, its exposures, the ledgers over which they were frozen, the key, the authority: what is missing ends it here;
2. the entries of each ledger with the tree around them;
3. the exposures with their lists, the log of the incident, what persons released, claimed and attached;
4. the tables and pages that say what it is, the inventory, and what a program checks it against;
5. the manifests; the timestamp over them; the register's signature over both;
6. the act in the incident's log that says that the pack exists; then its name.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

import ecluse
from ecluse.exports.common.material import Material
from ecluse.ledgers.extract import Wanted
from ecluse.ledgers.keys import Pseudonymizer
from ecluse.model.errors import CallerError
from ecluse.model.evidence import Clock, Left, PackFacts, PackLedger, PackProfile
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Incident
from ecluse.model.time import format_instant
from ecluse.registers.bag import Bag, building
from ecluse.registers.clock import kernel_clock
from ecluse.registers.exposures import versions as frozen_versions
from ecluse.registers.folder import IncidentFolder, Register
from ecluse.registers.sealed import recipient, seal
from ecluse.registers.signing import RegisterKey, register_key
from ecluse.registers.stamping import Authority, check_stamping, stamp
from ecluse.reports.evidence.tally import Tally
from ecluse.wiring.evidence.files import Sources, pack_files
from ecluse.wiring.evidence.ledgers import Opened, open_ledgers, pack_ledger
from ecluse.wiring.evidence.pages import pack_pages
from ecluse.wiring.evidence.reading import read_affair, read_authority, verifier_script

__all__ = ["PackRequest", "Packed", "make_pack"]

PACKED: Final = "evidence_packed"
"""The act of the incident's log that says that a pack was made."""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """What is to be packed.

    Attributes:
        seal_to: public key (age) of whom may open the pseudonym key; empty for nobody.
        pseudonym_key: its file, when it is not in the first ledger's `keys`.
        attached: further files, such as the raw item of a warning.
        policies: policy files that were in force.
    """

    register: Path
    incident: str
    ledgers: tuple[Path, ...]
    profile: PackProfile
    out: Path
    by: str
    now: int
    seal_to: str = ""
    pseudonym_key: Path | None = None
    attached: tuple[Path, ...] = ()
    policies: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack that exists.

    Attributes:
        digest: SHA-256 (hex) of its tag manifest, which covers everything in it.
        head: of the incident's log, with the act that says that it was made.
    """

    out: Path
    digest: str
    head: str
    facts: PackFacts


@dataclass(slots=True)
class _Ready:
    """What the first step found."""

    request: PackRequest
    folder: IncidentFolder
    incident: Incident
    head: str
    versions: tuple[ExposureVersion, ...]
    opened: list[Opened]
    key: RegisterKey
    authority: Authority | None
    sealed: tuple[Any, bytes] | None
    log: bytes
    left: list[Left] = field(default_factory=list)


def make_pack(
    request: PackRequest, *, step: Callable[[str, int | None], Callable[[int], None]]
) -> Packed:
    """Makes the pack.

    Args:
        request: what is wanted.
        step: called at the beginning of each step with its name and its size; gives what is told how much was done.

    Raises:
        CallerError: when something that is needed is missing; nothing was written then.
        IntegrityError: when ledger, log or exposure are not what they were.
        UnavailableError: when the disk refuses or the authority does not answer; nothing has the pack's name then.
    """
    # 1. what is needed
    ready = _ready(request)
    done: list[Packed] = []
    with building(request.out, last=lambda: done.append(_record(ready, made[0]))) as bag:
        tally, made = Tally(), list[tuple[str, PackFacts]]()
        # 2. the ledgers
        ledgers, clock = _pack_ledgers(bag, ready, tally, step)
        # 3. what lies in the register
        step("copying", None)
        facts = _facts(ready, ledgers, clock, tally)
        sources = Sources(
            ready.folder.path, request.profile, ready.log, ready.incident, ready.versions
        )
        left = pack_files(bag, sources, attached=request.attached, policies=request.policies)
        if ready.sealed is not None:
            bag.add("data/sealed/pseudonym-key.age", seal(ready.sealed[1], ready.sealed[0]))
        # 4. tables and pages
        step("writing", None)
        facts = replace(facts, left=(*ready.left, *left, *_left_out(ready)))
        affair = read_affair(
            request.register, ready.folder.path, ready.incident, ready.versions, request.now
        )
        facts = pack_pages(bag, facts, ready.incident, ready.versions, tally, affair=affair)
        bag.add("data/evidence.json", _described(ready, facts))
        # 5. manifests, timestamp, signature
        step("signing", None)
        made.append((_close(bag, ready), facts))
    return done[0]


def _ready(request: PackRequest) -> _Ready:
    register = Register(request.register)
    folder = register.open(request.incident)
    log = folder.log()
    text = folder.log_path.read_bytes()[: -log.torn or None]
    versions = frozen_versions(folder.path)
    if not versions:
        raise CallerError(
            f"no exposure of `{request.incident}` was frozen",
            help="freeze one first: the pack holds the entries from which it was computed",
        )
    incident = folder.incident()
    names = {*incident.accounts, *incident.sessions, *incident.lineages, *incident.applications}
    wanted = Wanted(versions[-1].selections, frozenset({*names, *versions[-1].accounts}))
    authority = read_authority(request.register)
    if authority is not None:
        check_stamping(authority)
    opened = open_ledgers(request.ledgers, versions, wanted)
    sealed = _pseudonym_key(request, opened) if request.seal_to else None
    key = register_key(request.register)
    return _Ready(
        request, folder, incident, log.head, versions, opened, key, authority, sealed, text
    )


def _pseudonym_key(request: PackRequest, opened: list[Opened]) -> tuple[Any, bytes]:
    if request.profile is not PackProfile.POLICE:
        raise CallerError(
            "a pack for a regulator has no pseudonyms, so there is no key to seal",
            help="leave --seal-to out, or make the pack for the police",
        )
    to = recipient(request.seal_to)
    path = request.pseudonym_key or request.ledgers[0] / "keys" / "pseudonym.key"
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
        print_ = Pseudonymizer(secret).fingerprint
    except (OSError, ValueError):
        raise CallerError(
            f"`{path}` does not hold a pseudonym key", help="name its file with --pseudonym-key"
        ) from None
    if print_ != opened[0].extraction.page.fingerprint:
        raise CallerError(
            f"`{path}` is the pseudonym key of another ledger",
            help="name the right file with --pseudonym-key",
        )
    text = (
        "ecluse pseudonym key 1\n"
        f"fingerprint {print_}\n"
        f"key {secret.hex()}\n"
        "pseudonym = BLAKE2b (RFC 7693) of the identifier in UTF-8, with this key, 16 bytes\n"
    )
    return to, text.encode()


def _pack_ledgers(
    bag: Bag, ready: _Ready, tally: Tally, step: Callable[[str, int | None], Callable[[int], None]]
) -> tuple[tuple[PackLedger, ...], Clock]:
    persons = ready.request.profile is PackProfile.POLICE
    material = Material(version=ecluse.__version__, incident=ready.incident, persons=persons)
    packed, back, most = [], 0, 0
    for number, opened in enumerate(ready.opened, start=1):
        told = step("reading", opened.extraction.size)
        ledger, clock = pack_ledger(
            bag, opened, f"data/ledgers/{number}", tally, material=material, step=told
        )
        packed.append(ledger)
        back, most = back + clock.back, max(most, clock.most)
    return tuple(packed), kernel_clock(back, most)


def _facts(ready: _Ready, ledgers: tuple[PackLedger, ...], clock: Clock, tally: Tally) -> PackFacts:
    request = ready.request
    return PackFacts(
        profile=request.profile,
        made_at=request.now,
        by=request.by,
        version=ecluse.__version__,
        key=str(ready.key.public),
        authority="" if ready.authority is None else ready.authority.url,
        sealed_to=request.seal_to,
        ledgers=ledgers,
        accesses=tally.accesses,
        refused=tally.refused,
        records=tally.records,
        acts=len(tally.acts),
        clock=clock,
    )


def _left_out(ready: _Ready) -> list[Left]:
    left = []
    if ready.request.profile is PackProfile.REGULATOR:
        left.append(Left("persons"))
    elif not ready.request.seal_to:
        left.append(Left("pseudonym_key"))
    if ready.authority is None:
        left.append(Left("timestamp"))
    return left


def _described(ready: _Ready, facts: PackFacts) -> bytes:
    """What a program checks the pack against."""
    document = {
        "format": "ecluse-evidence-1",
        "incident": ready.incident.id,
        "profile": facts.profile.value,
        "made_at": format_instant(facts.made_at),
        "by": facts.by,
        "version": facts.version,
        "register": facts.key,
        "log_head": ready.head,
        "exposures": [[version.number, version.digest] for version in ready.versions],
        "ledgers": [asdict(ledger) for ledger in facts.ledgers],
        "accesses": facts.accesses,
        "refused": facts.refused,
        "authority": facts.authority,
        "sealed_to": facts.sealed_to,
        "clock": asdict(facts.clock),
        "left_out": [asdict(left) for left in facts.left],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _close(bag: Bag, ready: _Ready) -> str:
    request = ready.request
    bag.add("register.key", f"{ready.key.public}\n".encode())
    bag.add("verify.py", verifier_script().encode())
    if ready.authority is not None:
        bag.add("tsa.pem", ready.authority.certificates)
    day = format_instant(request.now)[:10]
    digest = bag.close(
        {
            "Source-Organization": ready.key.public.name,
            "Bagging-Date": day,
            "External-Identifier": ready.incident.id,
            "Internal-Sender-Description": f"Ecluse {ecluse.__version__}, profile {request.profile.value}",
        }
    )
    stamped = "none"
    if ready.authority is not None:
        answer = stamp(ready.authority, bag.read("tagmanifest-sha256.txt"))
        stamped = bag.add("timestamp.tsr", answer).digest
    lines = [
        "ecluse evidence 1",
        f"incident {ready.incident.id}",
        f"profile {request.profile.value}",
        f"made {format_instant(request.now)}",
        f"tagmanifest {digest}",
        f"timestamp {stamped}",
    ]
    bag.add("signature.note", ready.key.seal("\n".join(lines) + "\n").encode())
    return digest


def _record(ready: _Ready, made: tuple[str, PackFacts]) -> Packed:
    """6. The act that says that the pack exists."""
    digest, facts = made
    request = ready.request
    detail = {
        "pack": request.out.name,
        "profile": request.profile.value,
        "tagmanifest": digest,
        "exposure": ready.versions[-1].number,
        "entries": sum(ledger.entries for ledger in facts.ledgers),
        "timestamp": bool(facts.authority),
        "sealed_to": request.seal_to,
        "log_head": ready.head,
    }
    head = ready.folder.append(PACKED, detail, by=request.by, at=request.now)
    return Packed(request.out, digest, head, facts)
