#!/usr/bin/env python3
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

import base64
import hashlib
import json
import os
import sys

# --- Ed25519 verification, RFC 8032 section 5.1 (affine-free extended coordinates; slow and simple)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
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


def point_add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_decompress(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def ed25519_verify(public, signature, message):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_decompress(public), point_decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = point_multiply(s, BASE), point_add(r, point_multiply(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- Signed notes and checkpoints


class Wrong(Exception):
    """What is checked does not hold."""


def unbase64(text):
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("something is not Base64") from None
    if base64.b64encode(content).decode() != text:
        raise Wrong("something is not canonical Base64")
    return content


def parse_key(text):
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise Wrong("the verifier key is not NAME+ID+BASE64")
    material = unbase64(parts[2])
    if material[:1] != b"\x01" or len(material) != 33:
        raise Wrong("the verifier key is not an Ed25519 key")
    if key_id(parts[0], material).hex() != parts[1]:
        raise Wrong("the verifier key's id does not belong to it")
    return parts[0], material


def key_id(name, material):
    return hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]


def open_checkpoint(note, key):
    name, material = key
    text, blank, signed = note.partition("\n\n")
    text += "\n"
    prefix = "\u2014 " + name + " "
    if not blank or not signed.startswith(prefix) or not signed.endswith("\n") or signed.count("\n") != 1:
        raise Wrong("a checkpoint is not signed in the ledger's name")
    signature = unbase64(signed[len(prefix) : -1])
    if signature[:4] != key_id(name, material) or not ed25519_verify(material[1:], signature[4:], text.encode()):
        raise Wrong("the signature of a checkpoint does not hold")
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != name or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise Wrong("a checkpoint is malformed, or another ledger's")
    previous = [line[9:] for line in lines[3:] if line.startswith("previous ")]
    root = unbase64(lines[2])
    if len(root) != 32:
        raise Wrong("a root is not 32 bytes")
    return {"size": int(lines[1]), "root": root, "previous": previous[0] if previous else "", "lines": lines[3:-1]}


def split_notes(content):
    while content:
        blank = content.find("\n\n")
        end = content.find("\n", blank + 2) if blank >= 0 else -1
        if end < 0:
            raise Wrong("the last checkpoint is cut")
        yield content[: end + 1]
        content = content[end + 1 :]


# --- The tree, RFC 9162


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf, index, size, path, root):
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


def verify_consistency(old, new, path, old_root, new_root):
    if old == 0:
        return not path and old_root == hashlib.sha256(b"").digest()
    if old > new:
        return False
    if old == new:
        return not path and old_root == new_root
    path = ([old_root] if old & (old - 1) == 0 else []) + list(path)
    if not path:
        return False
    fn, sn = old - 1, new - 1
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
    return sn == 0 and first == old_root and second == new_root


class Tree:
    """The right edge of a growing tree: (level, hash) of its complete subtrees."""

    def __init__(self):
        self.size, self.edge = 0, []

    def append(self, leaf):
        level = 0
        while self.edge and self.edge[-1][0] == level:
            leaf, level = node_hash(self.edge.pop()[1], leaf), level + 1
        self.edge.append((level, leaf))
        self.size += 1

    def root(self):
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


def netstrings(values):
    return b"".join(b"%d:%b," % (len(value.encode()), value.encode()) for value in values)


def leaf_of(bundle):
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
        commitment = hashlib.sha256(b"\x02" + bytes.fromhex(bundle["salt"]) + netstrings(fields)).digest()
    else:
        commitment = bytes.fromhex(bundle["commitment"])
    content = b"ecluse entry 1\n" + netstrings(bundle["public"][name] for name in PUBLIC) + commitment
    return hashlib.sha256(b"\x00" + content).digest()


# --- The three things one can check


def check_bundle(bundle, trusted):
    key = trusted or parse_key(bundle["key"])
    path = [bytes.fromhex(node) for node in bundle["path"]]
    if bundle["type"] == "ecluse inclusion 1":
        checkpoint = open_checkpoint(bundle["checkpoint"], key)
        leaf = leaf_of(bundle)
        if not verify_inclusion(leaf, bundle["seq"], checkpoint["size"], path, checkpoint["root"]):
            raise Wrong("the entry is not in the tree that was signed")
        return "entry %d is in the ledger `%s` of %d entries" % (bundle["seq"], key[0], checkpoint["size"])
    if bundle["type"] == "ecluse consistency 1":
        old, new = open_checkpoint(bundle["old"], key), open_checkpoint(bundle["new"], key)
        if not verify_consistency(old["size"], new["size"], path, old["root"], new["root"]):
            raise Wrong("the older checkpoint does not begin the newer one")
        return "the first %d entries of `%s` are the same among its %d" % (old["size"], key[0], new["size"])
    raise Wrong("this is not a proof of an Ecluse ledger")


def check_ledger(folder, trusted, outside):
    with open(os.path.join(folder, "public.key"), encoding="utf-8") as file:
        own = parse_key(file.read())
    if trusted and own != trusted:
        raise Wrong("the ledger's key is not the trusted one")
    with open(os.path.join(folder, "checkpoints"), encoding="utf-8", newline="") as file:
        notes = list(split_notes(file.read()))
    wanted, previous = [], ""
    for number, note in enumerate(notes, start=1):
        checkpoint = open_checkpoint(note, own)
        if checkpoint["previous"] != previous:
            raise Wrong("checkpoint %d does not follow the one before it" % number)
        previous = hashlib.sha256(note.encode()).hexdigest()
        wanted.append((checkpoint["size"], number, checkpoint["root"]))
    for note in outside:
        checkpoint = open_checkpoint(note, own)
        wanted.append((checkpoint["size"], 0, checkpoint["root"]))
    tree, beyond = Tree(), 0
    wanted.sort()
    for leaf in [None, *leaves_of(folder)]:
        if leaf is not None:
            tree.append(leaf)
        while beyond < len(wanted) and wanted[beyond][0] == tree.size:
            if wanted[beyond][2] != tree.root():
                which = "checkpoint %d" % wanted[beyond][1] if wanted[beyond][1] else "the checkpoint from outside"
                raise Wrong("%s does not hold: something among its %d entries was altered" % (which, tree.size))
            beyond += 1
    rest = [size for size, number, _ in wanted[beyond:] if not number]
    if rest:
        raise Wrong("the checkpoint from outside covers %d entries, the sealed part of the ledger holds %d" % (rest[0], tree.size))
    open_ended = len(wanted) - beyond
    tail = "" if not open_ended else "; %d later checkpoints cover entries that are not sealed yet" % open_ended
    return "%d checkpoints hold over %d sealed entries of `%s`%s" % (beyond, tree.size, own[0], tail)


def leaves_of(folder):
    segments = os.path.join(folder, "segments")
    for number, name in enumerate(sorted(name for name in os.listdir(segments) if name.endswith(".leaves"))):
        if name != "%06d.leaves" % number:
            raise Wrong("the leaves of segment %d are missing" % number)
        with open(os.path.join(segments, name), "rb") as file:
            while True:
                leaf = file.read(32)
                if not leaf:
                    break
                if len(leaf) != 32:
                    raise Wrong("%s is cut" % name)
                yield leaf


def main(arguments):
    trusted = None
    if arguments[:1] == ["--key"] and len(arguments) > 2:
        text = arguments[1]
        if os.path.exists(text):
            with open(text, encoding="utf-8") as file:
                text = file.read()
        arguments = arguments[2:]
    else:
        text = None
    if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    try:
        trusted = parse_key(text) if text is not None else None
        if os.path.isdir(arguments[-1]):
            outside = []
            for path in arguments[:-1]:
                with open(path, encoding="utf-8", newline="") as file:
                    outside.append(file.read())
            answer = check_ledger(arguments[-1], trusted, outside)
        else:
            with open(arguments[0], encoding="utf-8") as file:
                answer = check_bundle(json.load(file), trusted)
    except Wrong as error:
        print("DOES NOT HOLD: %s" % error)
        return 5
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print("DOES NOT HOLD: this is not a proof of an Ecluse ledger (%s)" % type(error).__name__)
        return 5
    except OSError as error:
        print("cannot read: %s" % error)
        return 2
    print("HOLDS: %s" % answer)
    if trusted is None:
        print("note: the key inside was believed; compare it with one obtained elsewhere (--key)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
