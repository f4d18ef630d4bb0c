"""Checks proofs of an Ecluse ledger, or a whole ledger's tree, with the Python standard library alone.

usage: verify_ecluse.py [--key KEY] BUNDLE.json | LEDGER | CHECKPOINT LEDGER

  BUNDLE.json         an inclusion or consistency proof, as `ecluse ledger prove` writes it
  LEDGER              a ledger's directory (or a copy of its .leaves, checkpoints and public.key files):
                      recomputes the root at every checkpoint and checks every signature
  CHECKPOINT LEDGER   checks besides that the checkpoint, kept outside, begins this ledger

--key KEY is the ledger's verifier key (NAME+ID+BASE64) or a file that holds it, obtained from somewhere
other than the ledger. Without it the key inside is believed, and the answer says so.

Exit code: 0 it holds, 5 it does not, 2 the command line is wrong.
Sources: RFC 8032 (Ed25519), RFC 9162 (Merkle tree), C2SP signed-note and tlog-checkpoint.
"""

# ruff: noqa: T201 - this is a script
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

__all__ = [
    "PUBLIC", "Key", "Wrong", "check_bundle", "check_ledger", "ed25519_verify", "main", "netstrings", "node_hash",
    "open_checkpoint", "open_note", "parse_key", "split_notes",
]  # fmt: skip

Point = tuple[int, int, int, int]
Key = tuple[str, bytes]  # name; algorithm byte and public key
Checkpoint = dict[str, Any]

# --- Ed25519 verification, RFC 8032 section 5.1 (extended coordinates; slow and simple)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P:
        return None
    return P - x if (x & 1) != sign else x


def _point_add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def _point_multiply(scalar: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _point_add(result, point)
        point = _point_add(point, point)
        scalar >>= 1
    return result


def _point_decompress(encoded: bytes) -> Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE = _point_decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature of the message is that of the public key (RFC 8032, 5.1.7)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = _point_decompress(public), _point_decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if BASE is None or a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _point_multiply(s, BASE), _point_add(r, _point_multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


class Wrong(Exception):  # noqa: N818
    """What is checked does not hold."""


def _unbase64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("something is not Base64") from None
    if base64.b64encode(content).decode() != text:
        raise Wrong("something is not canonical Base64")
    return content


def parse_key(text: str) -> Key:
    """Reads NAME+ID+BASE64, or raises `Wrong`."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise Wrong("the verifier key is not NAME+ID+BASE64")
    material = _unbase64(parts[2])
    if material[:1] != b"\x01" or len(material) != 33:
        raise Wrong("the verifier key is not an Ed25519 key")
    if _key_id(parts[0], material).hex() != parts[1]:
        raise Wrong("the verifier key's id does not belong to it")
    return parts[0], material


def _key_id(name: str, material: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]


def open_note(note: str, key: Key) -> str:
    """The text of a note that carries this key's signature and no other line, or raises `Wrong`."""
    name, material = key
    text, blank, signed = note.partition("\n\n")
    text += "\n"
    prefix = "\u2014 " + name + " "
    if not blank or not signed.startswith(prefix) or signed.find("\n") != len(signed) - 1:
        raise Wrong(f"a note is not signed in the name of `{name}`")
    signature, theirs = _unbase64(signed[len(prefix) : -1]), _key_id(name, material)
    if signature[:4] != theirs or not ed25519_verify(material[1:], signature[4:], text.encode()):
        raise Wrong("a signature does not hold")
    return text


def open_checkpoint(note: str, key: Key) -> Checkpoint:
    """Size, root and what else a signed checkpoint says, or raises `Wrong`."""
    text, name = open_note(note, key), key[0]
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != name or not re.fullmatch("0|[1-9][0-9]*", lines[1]):
        raise Wrong("a checkpoint is malformed, or another ledger's")
    root, previous = _unbase64(lines[2]), [x[9:] for x in lines[3:] if x.startswith("previous ")]
    if len(root) != 32:
        raise Wrong("a root is not 32 bytes")
    return {
        "size": int(lines[1]),
        "root": root,
        "previous": previous[0] if previous else "",
        "lines": lines[3:-1],
    }


def split_notes(content: str) -> Iterator[str]:
    """Cuts a file of notes into its notes."""
    while content:
        blank = content.find("\n\n")
        end = content.find("\n", blank + 2) if blank >= 0 else -1
        if end < 0:
            raise Wrong("the last checkpoint is cut")
        yield content[: end + 1]
        content = content[end + 1 :]


# --- The tree, RFC 9162


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _verify_inclusion(
    *, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes
) -> bool:
    if not 0 <= index < size:
        return False
    fn, sn, result = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            result = node_hash(sibling, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and result == root


def _verify_consistency(old: Checkpoint, new: Checkpoint, path: list[bytes]) -> bool:
    if old["size"] == 0:
        return (path, old["root"]) == ([], hashlib.sha256(b"").digest())
    if old["size"] >= new["size"]:
        return not path and (old["size"], old["root"]) == (new["size"], new["root"])
    path = ([old["root"]] if old["size"] & (old["size"] - 1) == 0 else []) + path
    if not path:
        return False
    fn, sn = old["size"] - 1, new["size"] - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = node_hash(node, first), node_hash(node, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, node)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (first, second) == (old["root"], new["root"])


class _Tree:
    """The right edge of a growing tree: (level, hash) of its complete subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        level = 0
        while self.edge and self.edge[-1][0] == level:
            leaf, level = node_hash(self.edge.pop()[1], leaf), level + 1
        self.edge.append((level, leaf))
        self.size += 1

    def root(self) -> bytes:
        if not self.edge:
            return hashlib.sha256(b"").digest()
        root = self.edge[-1][1]
        for _, node in reversed(self.edge[:-1]):
            root = node_hash(node, root)
        return root


# --- Entries

PUBLIC = (
    "at", "kind", "account", "account_kind", "organization", "lineage", "application", "factor", "operation",
    "categories", "persons_count", "created_at", "bytes", "effect", "policy", "window", "used", "limit", "detail",
)  # fmt: skip


def netstrings(values: Iterable[str]) -> bytes:
    """`LENGTH:BYTES,` each."""
    return b"".join(b"%d:%b," % (len(value.encode()), value.encode()) for value in values)


def _leaf_of(bundle: dict[str, Any]) -> bytes:
    if set(bundle["public"]) != set(PUBLIC):
        raise Wrong("the entry does not have the fields of an entry")
    if "private" in bundle:
        private = bundle["private"]
        persons = private["persons"]
        if any(len(bytes.fromhex(person)) != 16 for person in persons):
            raise Wrong("a pseudonym is not 16 bytes")
        if str(len(persons)) != bundle["public"]["persons_count"]:
            raise Wrong("the entry's number of persons is not that of its list")
        fields = (private["session"], private["source"], "".join(persons), private["own"])
        commitment = hashlib.sha256(
            b"\x02" + bytes.fromhex(bundle["salt"]) + netstrings(fields)
        ).digest()
    else:
        commitment = bytes.fromhex(bundle["commitment"])
    content = (
        b"ecluse entry 1\n" + netstrings(bundle["public"][name] for name in PUBLIC) + commitment
    )
    return hashlib.sha256(b"\x00" + content).digest()


# --- The three things one can check


def check_bundle(bundle: dict[str, Any], trusted: Key | None) -> str:
    """Checks a proof, by the trusted key or the one inside, and says what holds, or raises `Wrong`."""
    key = trusted or parse_key(bundle["key"])
    path = [bytes.fromhex(node) for node in bundle["path"]]
    if bundle["type"] == "ecluse inclusion 1":
        checkpoint = open_checkpoint(bundle["checkpoint"], key)
        size, seq = checkpoint["size"], int(bundle["seq"])
        if not _verify_inclusion(
            leaf=_leaf_of(bundle), index=seq, size=size, path=path, root=checkpoint["root"]
        ):
            raise Wrong("the entry is not in the tree that was signed")
        return f"entry {seq} is in the ledger `{key[0]}` of {size} entries"
    if bundle["type"] == "ecluse consistency 1":
        old, new = open_checkpoint(bundle["old"], key), open_checkpoint(bundle["new"], key)
        if not _verify_consistency(old, new, path):
            raise Wrong("the older checkpoint does not begin the newer one")
        return f"the first {old['size']} entries of `{key[0]}` are the same among its {new['size']}"
    raise Wrong("this is not a proof of an Ecluse ledger")


def check_ledger(folder: Path, trusted: Key | None, outside: list[str]) -> str:
    """Checks every checkpoint, and those kept outside, over the sealed entries; says what holds, or raises `Wrong`."""
    own = parse_key((folder / "public.key").read_text(encoding="utf-8"))
    if trusted and own != trusted:
        raise Wrong("the ledger's key is not the trusted one")
    wanted = _signed_roots(folder, own)
    wanted += [("the checkpoint from outside", open_checkpoint(note, own)) for note in outside]
    wanted.sort(key=lambda pair: pair[1]["size"])
    tree, held = _Tree(), 0
    for leaf in chain([b""], _leaves_of(folder)):
        if leaf:
            tree.append(leaf)
        while held < len(wanted) and wanted[held][1]["size"] == tree.size:
            if wanted[held][1]["root"] != tree.root():
                raise Wrong(
                    f"{wanted[held][0]} does not hold: something among its {tree.size} entries was altered"
                )
            held += 1
    later = wanted[held:]
    for name, checkpoint in later:
        if name.startswith("the"):
            raise Wrong(
                f"{name} covers {checkpoint['size']} entries, the sealed part of the ledger holds {tree.size}"
                " (seal it, if the rest is only not sealed yet)"
            )
    more = f"; {len(later)} later checkpoints cover entries that are not sealed yet"
    return f"{held} checkpoints hold over {tree.size} sealed entries of `{own[0]}`{more if later else ''}"


def _signed_roots(folder: Path, key: Key) -> list[tuple[str, Checkpoint]]:
    found, previous = [], ""
    content = (folder / "checkpoints").read_bytes().decode()
    for number, note in enumerate(split_notes(content), start=1):
        checkpoint = open_checkpoint(note, key)
        if checkpoint["previous"] != previous:
            raise Wrong(f"checkpoint {number} does not follow the one before it")
        previous = hashlib.sha256(note.encode()).hexdigest()
        found.append((f"checkpoint {number}", checkpoint))
    return found


def _leaves_of(folder: Path) -> Iterator[bytes]:
    for number, path in enumerate(sorted((folder / "segments").glob("*.leaves"))):
        if path.name != f"{number:06}.leaves":
            raise Wrong(f"the leaves of segment {number} are missing")
        with path.open("rb") as file:
            while leaf := file.read(32):
                if len(leaf) != 32:
                    raise Wrong(f"{path.name} is cut")
                yield leaf


def main(arguments: list[str]) -> int:
    """Checks what the command line names, prints one answer, and gives the exit code."""
    text, at = None, arguments.index("--key") if "--key" in arguments else len(arguments)
    if at + 1 < len(arguments):
        text, arguments = arguments[at + 1], arguments[:at] + arguments[at + 2 :]
    if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    try:
        answer = _check(arguments, text)
    except Wrong as error:
        print(f"DOES NOT HOLD: {error}")
        return 5
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"DOES NOT HOLD: this is not a proof of an Ecluse ledger ({type(error).__name__})")
        return 5
    except OSError as error:
        print(f"cannot read: {error}")
        return 2
    print(f"HOLDS: {answer}")
    if text is None:
        print("note: the key inside was believed; compare it with one obtained elsewhere (--key)")
    return 0


def _check(arguments: list[str], text: str | None) -> str:
    if text is not None and "+" not in text:
        text = Path(text).read_text(encoding="utf-8")
    trusted = parse_key(text) if text is not None else None
    target = Path(arguments[-1])
    if target.is_dir():
        outside = [Path(path).read_bytes().decode() for path in arguments[:-1]]
        return check_ledger(target, trusted, outside)
    return check_bundle(json.loads(target.read_bytes()), trusted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
