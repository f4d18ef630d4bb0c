"""Checks an evidence pack of Ecluse with the Python standard library alone.

usage: verify_evidence.py [--key KEY] [--tsa-ca FILE] PACK

  PACK           the folder or the .zip file
  --key KEY      the verifier key of the register (NAME+ID+BASE64) or a file that holds it, obtained from somewhere other
                 than the pack. Without it the key inside is believed, and the answer says so.
  --tsa-ca FILE  certificates (PEM) of the time-stamping authority, likewise.

Every file against its hash, the signature over all of them, the timestamp, the chain of the incident's log, the digests of the
exposures, every entry under the signed checkpoints of its ledger, and the persons of the last exposure against the entries.

Exit code: 0 it holds, 5 it does not, 2 the command line is wrong or the pack cannot be read.
Sources: RFC 8493 (BagIt), RFC 8032 (Ed25519), RFC 9162 (Merkle tree), RFC 3161 (timestamps), C2SP signed-note and tlog-checkpoint.
"""

# ruff: noqa: T201 - this is a script
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Any

from ecluse.ledgers.standalone.pack_files import NO_PACK, Pack, check_timestamp
from ecluse.ledgers.standalone.verify_ecluse import (
    PUBLIC,
    Key,
    Wrong,
    netstrings,
    node_hash,
    open_checkpoint,
    open_note,
    parse_key,
    split_notes,
)

__all__ = ["check_pack", "main"]

# --- begin

UNLISTED = {"tagmanifest-sha256.txt", "signature.note", "timestamp.tsr"}
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
RELEASING = {"permit", "warn", "slow"}
PERSON_COLUMNS = (
    "person", "linked", "manner", "categories", "shown", "exported", "listed", "first_at", "last_at", "accesses",
    "minor", "protected", "member_state",
)  # fmt: skip

# --- The bag, its signature, its timestamp


def _manifest(pack: Pack, name: str) -> dict[str, str]:
    listed: dict[str, str] = {}
    for line in pack.text(name).splitlines():
        digest, _, path = line.partition("  ")
        parts = PurePosixPath(path).parts
        if not re.fullmatch("[0-9a-f]{64}", digest) or not parts or ".." in parts or path[0] == "/":
            raise Wrong(f"`{name}` has a line that is none")
        path = path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        if path in listed:
            raise Wrong(f"`{name}` names `{path}` twice")
        listed[path] = digest
    return listed


def _check_bag(pack: Pack, step: Callable[[str], None]) -> str:
    """Every file is listed and is what its hash says (RFC 8493)."""
    if pack.read("bagit.txt") != BAGIT:
        raise Wrong("`bagit.txt` is not that of a bag")
    payload, tags = (
        _manifest(pack, "manifest-sha256.txt"),
        _manifest(pack, "tagmanifest-sha256.txt"),
    )
    listed = {**payload, **tags}
    if any(not name.startswith("data/") for name in payload) or any(
        name.startswith("data/") for name in tags
    ):
        raise Wrong("a manifest lists what belongs to the other")
    for name in pack.names:
        if name not in listed and name not in UNLISTED:
            raise Wrong(f"`{name}` is in the pack and in no manifest")
    total = 0
    for name, expected in listed.items():
        step(name)
        digest, size = pack.digest(name)
        if digest != expected:
            raise Wrong(f"`{name}` was altered: it does not fit its hash")
        total += size if name in payload else 0
    if f"Payload-Oxum: {total}.{len(payload)}" not in pack.text("bag-info.txt").split("\n"):
        raise Wrong("`bag-info.txt` gives another size")
    return f"{len(listed)} files fit their hashes"


def _check_signature(pack: Pack, trusted: Key | None) -> tuple[str, dict[str, str]]:
    """One signature covers the manifests, and so everything; it also names the timestamp."""
    key = trusted or parse_key(pack.text("register.key"))
    lines = open_note(pack.text("signature.note"), key).splitlines()
    said = dict(line.partition(" ")[::2] for line in lines[1:])
    if lines[:1] != ["ecluse evidence 1"]:
        raise Wrong("the signature is not that of an evidence pack")
    if said.get("tagmanifest") != pack.digest("tagmanifest-sha256.txt")[0]:
        raise Wrong("the signature is that of another pack")
    stamped = "timestamp.tsr" in pack.names
    if said.get("timestamp") != (pack.digest("timestamp.tsr")[0] if stamped else "none"):
        raise Wrong("the timestamp is not the one that was signed, or is missing")
    return (
        f"signed by `{key[0]}` for incident {said.get('incident')}, profile {said.get('profile')}",
        said,
    )


# --- The incident and its exposures


def _check_log(pack: Pack, facts: dict[str, Any]) -> str:
    """Each act of the incident's log names the one before it."""
    previous, number = "0" * 64, 0
    for number, text in enumerate(pack.read("data/incident/log.jsonl").splitlines(), start=1):
        line = json.loads(text)
        if line["n"] != number or line["previous"] != previous:
            raise Wrong(f"line {number} of the incident's log does not follow the one before it")
        previous = hashlib.sha256(text).hexdigest()
    if previous != facts["log_head"]:
        raise Wrong("the incident's log ends elsewhere")
    return f"{number} acts of the incident's log follow one another"


def _json(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check_exposures(pack: Pack, facts: dict[str, Any]) -> str:
    """Each frozen exposure is what its digest says; with its list of persons where the pack has it."""
    told = []
    for number, digest in facts["exposures"]:
        version = json.loads(pack.read(f"data/exposures/v{number}.json"))
        beside = ("number", "digest", "made_at", "made_by", "file_digest")
        known = {name: value for name, value in version.items() if name not in beside}
        found = hashlib.sha256(_json({"form": "ecluse exposure 1", **known})).hexdigest()
        if {found, digest} != {version["digest"]}:
            raise Wrong(f"exposure {number} is not what its digest says")
        name = f"data/exposures/v{number}.persons.csv"
        if name in pack.names and _list_digest(pack, name) != version["list_digest"]:
            raise Wrong(f"the persons of exposure {number} are not those of its digest")
        told.append(f"v{number} ({version['persons']} persons)")
    return f"exposures {', '.join(told)} fit their digests" if told else "no exposure was frozen"


def _list_digest(pack: Pack, name: str) -> str:
    """The digest of a list of persons, column by column, as the exposure defines it."""
    count, rows = 0, pack.rows(name)
    if tuple(next(rows)) != PERSON_COLUMNS:
        raise Wrong(f"`{name}` has other columns")
    values, lengths = ([hashlib.sha256() for _ in PERSON_COLUMNS] for _ in range(2))
    last = b""
    for row in rows:
        count += 1
        for place, (column, text) in enumerate(zip(PERSON_COLUMNS, row, strict=True)):
            if column == "person":
                person = bytes.fromhex(text)
                if not last < person:
                    raise Wrong(f"`{name}` is not sorted, each person once")
                last = person
                values[place].update(person)
            elif column in {"first_at", "last_at", "accesses"}:
                values[place].update(int(text).to_bytes(8, "little", signed=True))
            elif column in {"linked", "minor", "protected"}:
                values[place].update({"no": b"\0", "yes": b"\1", "": b"\2"}[text])
            else:
                nothing = column == "member_state" and not text
                raw = text.encode()
                lengths[place].update(
                    (-1 if nothing else len(raw)).to_bytes(8, "little", signed=True)
                )
                values[place].update(raw)
    parts = []
    for place, column in enumerate(PERSON_COLUMNS):
        if column in {"manner", "categories", "shown", "exported", "listed", "member_state"}:
            lengths[place].update(values[place].digest())
            parts.append([column, count, lengths[place].hexdigest()])
        else:
            parts.append([column, count, values[place].hexdigest()])
    return hashlib.sha256(_json(parts)).hexdigest()


# --- The ledgers

PRIVATE = ("session", "source", "persons", "own")
ENTRY_COLUMNS = ("seq", "time", *PUBLIC, *PRIVATE, "salt", "commitment")


def _entries(pack: Pack, folder: str) -> Iterator[tuple[int, dict[str, str]]]:
    rows = pack.rows(f"{folder}/entries.csv")
    if tuple(next(rows)) != ENTRY_COLUMNS:
        raise Wrong(f"{folder}: the entries have other columns")
    for row in rows:
        entry = dict(zip(ENTRY_COLUMNS, row, strict=True))
        yield int(entry["seq"]), entry


def _leaf(entry: dict[str, str]) -> bytes:
    """The leaf hash of an entry (RFC 9162 2.1.1), from its fields and salt, or from the commitment in their place."""
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=int(entry["at"]))  # noqa: UP017 - Python 3.10
    if at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") != entry["time"]:
        raise Wrong(f"entry {entry['seq']} gives another time than `at`")
    committed = bytes.fromhex(entry["commitment"])
    if committed and any(entry[name] for name in (*PRIVATE, "salt")):
        raise Wrong(f"entry {entry['seq']} says more than its commitment covers")
    if not committed:
        persons = entry["persons"].split()
        if str(len(persons)) != entry["persons_count"] or any(len(p) != 32 for p in persons):
            raise Wrong(f"entry {entry['seq']} has another number of persons")
        fields = (entry["session"], entry["source"], "".join(persons), entry["own"])
        salt = bytes.fromhex(entry["salt"])
        committed = hashlib.sha256(b"\x02" + salt + netstrings(fields)).digest()
    public = b"ecluse entry 1\n" + netstrings(entry[name] for name in PUBLIC)
    return hashlib.sha256(b"\x00" + public + committed).digest()


class _PartTree:
    """A tree that grows at its right end by complete subtrees: (level, hash) of those it has."""

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[tuple[int, bytes]] = []

    def push(self, level: int, node: bytes) -> None:
        if len(node) != 32:
            raise Wrong("a hash of the tree is cut or missing")
        self.size += 1 << level
        while self.edge and self.edge[-1][0] == level:
            node, level = node_hash(self.edge.pop()[1], node), level + 1
        self.edge.append((level, node))

    def levels_to(self, end: int) -> list[int]:
        """The levels of the complete subtrees from here to `end`, left to right."""
        at, levels = self.size, []
        while at < end:
            level = (end - at).bit_length() - 1
            level = min(level, (at & -at).bit_length() - 1) if at else level
            levels.append(level)
            at += 1 << level
        return levels

    def root(self) -> bytes:
        if not self.edge:
            return hashlib.sha256(b"").digest()
        root = self.edge[-1][1]
        for _, node in reversed(self.edge[:-1]):
            root = node_hash(node, root)
        return root


def _check_ledger_part(
    pack: Pack, folder: str, said: dict[str, Any], step: Callable[[str], None]
) -> str:
    """Every entry is in the tree, and every checkpoint is a root of it on the way."""
    key = parse_key(pack.text(f"{folder}/public.key"))
    wanted = _roots(pack, folder, key, said)
    tree, count, entries = _PartTree(), 0, _entries(pack, folder)
    coming = next(entries, None)
    with pack.open(f"{folder}/tree.bin") as hashes:
        while True:
            while wanted and wanted[0][0] == tree.size:
                if wanted.pop(0)[1] != tree.root():
                    raise Wrong(
                        f"{folder}: the entries are not those under the checkpoint of {tree.size}"
                    )
            if coming is not None and coming[0] == tree.size:
                tree.push(0, _leaf(coming[1]))
                count, coming = count + 1, next(entries, None)
                step(f"entry {count}")
                continue
            if not wanted:
                break
            stop = wanted[0][0] if coming is None else min(wanted[0][0], coming[0])
            if stop <= tree.size:
                raise Wrong(f"{folder}: the entries are not in order")
            for level in tree.levels_to(stop):
                tree.push(level, hashes.read(32))
        if coming is not None or hashes.read(1) or count != said["entries"]:
            raise Wrong(f"{folder}: an entry or a hash is too many, or one is missing")
    return f"{count} entries of `{key[0]}` are in its tree of {tree.size}, under every checkpoint signed on the way"


def _roots(pack: Pack, folder: str, key: Key, said: dict[str, Any]) -> list[tuple[int, bytes]]:
    previous, roots = "", []
    for number, note in enumerate(
        split_notes(pack.read(f"{folder}/checkpoints").decode()), start=1
    ):
        checkpoint = open_checkpoint(note, key)
        if checkpoint["previous"] != previous:
            raise Wrong(f"{folder}: checkpoint {number} does not follow the one before it")
        previous = hashlib.sha256(note.encode()).hexdigest()
        roots.append((checkpoint["size"], checkpoint["root"]))
    if not roots or roots[-1][0] != said["size"] or str(key[0]) != said["origin"]:
        raise Wrong(f"{folder}: the checkpoints are not those of the pack")
    roots += [(size, bytes.fromhex(root)) for size, root in said["frozen_over"]]
    return sorted(roots)


def _check_persons(pack: Pack, facts: dict[str, Any]) -> str:
    """The persons of the last exposure are those whose data left in the entries."""
    last = facts["exposures"][-1][0] if facts["exposures"] else 0
    name = f"data/exposures/v{last}.persons.csv"
    if name not in pack.names:
        return "persons are not in this pack: that the exposure fits the entries was not checked"
    shown: set[bytes] = set()
    destroyed = 0
    for said in facts["ledgers"]:
        back: dict[str, set[str]] = {}
        for seq, entry in _entries(pack, said["folder"]):
            if entry["kind"] == "release" and seq < said["frozen"]:
                of = f"{json.loads(entry['detail'])['of']} {entry['account']}"
                back.setdefault(of, set()).update(entry["persons"].split())
        for seq, entry in _entries(pack, said["folder"]):
            left = entry["kind"] == "observed" or (entry["kind"] == "access" and entry["effect"] in RELEASING)  # fmt: skip
            if left and seq < said["frozen"]:
                destroyed += bool(entry["commitment"])
                gone = back.get(f"{seq} {entry['account']}", set())
                shown.update(bytes.fromhex(p) for p in entry["persons"].split() if p not in gone)
    return _compared(pack, last, shown, destroyed)


def _compared(pack: Pack, last: int, shown: set[bytes], destroyed: int) -> str:
    rows = pack.rows(f"data/exposures/v{last}.persons.csv")
    next(rows)
    listed: set[bytes] = set()
    linked: set[bytes] = set()
    for row in rows:
        (linked if row[1] == "yes" else listed).add(bytes.fromhex(row[0]))
    more, fewer = len(shown - listed - linked), len(listed - shown)
    if more or (fewer and not destroyed):
        raise Wrong(
            f"{more} persons of the entries are not in exposure {last}, {fewer} the other way"
        )
    if destroyed:
        return f"a retention destroyed the persons of {destroyed} accesses; the other {len(shown)} are in exposure {last}"
    return f"the {len(listed)} persons of exposure {last} are exactly those of the entries"


def check_pack(path: Path, trusted: Key | None = None, authority: Path | None = None, step: Callable[[str], None] = lambda _: None) -> list[str]:  # fmt: skip
    """Checks everything; says what holds, or raises `Wrong`."""
    pack = Pack(path)
    answers = [_check_bag(pack, step)]
    signature, said = _check_signature(pack, trusted)
    facts = json.loads(pack.read("data/evidence.json"))
    if (facts["incident"], facts["profile"]) != (said.get("incident"), said.get("profile")):
        raise Wrong("the signature speaks of another incident")
    answers += [
        signature,
        check_timestamp(pack, authority),
        _check_log(pack, facts),
        _check_exposures(pack, facts),
    ]
    answers += [_check_ledger_part(pack, part["folder"], part, step) for part in facts["ledgers"]]
    return [*answers, _check_persons(pack, facts)]


def main(arguments: list[str]) -> int:
    """Checks what the command line names, prints what holds, and gives the exit code."""
    options: dict[str, str] = {}
    while len(arguments) > 1 and arguments[0] in {"--key", "--tsa-ca"}:
        options[arguments[0]], arguments = arguments[1], arguments[2:]
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    try:
        text = options.get("--key")
        if text is not None and "+" not in text:
            text = Path(text).read_text(encoding="utf-8")
        authority = Path(options["--tsa-ca"]) if "--tsa-ca" in options else None
        answers = check_pack(Path(arguments[0]), parse_key(text) if text else None, authority)
    except Wrong as error:
        print(f"DOES NOT HOLD: {error}")
        return 5
    except NO_PACK as error:
        print(
            f"DOES NOT HOLD: this is not an evidence pack as it was made ({type(error).__name__})"
        )
        return 5
    except OSError as error:
        print(f"cannot read: {error}")
        return 2
    print("\n".join(f"HOLDS: {answer}" for answer in answers))
    if text is None:
        print("note: the key inside was believed; compare it with one obtained elsewhere (--key)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
