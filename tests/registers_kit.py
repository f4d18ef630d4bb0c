"""What a forger does: manifests made anew, and signed with a key of his own."""

import json
from hashlib import sha256

from ecluse.merkle.note import VerifierKey, seal_note

UNLISTED = {"tagmanifest-sha256.txt", "signature.note", "timestamp.tsr"}


def resign(pack, private, *, manifest=True, keep_timestamp=False):
    """Makes a changed pack whole again; its timestamp is taken away unless it is to be kept."""
    key = VerifierKey("forger", private.public_key().public_bytes_raw())
    (pack / "register.key").write_text(f"{key}\n")
    if manifest:
        payload = _listed(pack, lambda name: name.startswith("data/"))
        (pack / "manifest-sha256.txt").write_text(_text(payload))
        size = sum((pack / name).stat().st_size for name in payload)
        info = (pack / "bag-info.txt").read_text().splitlines()
        info = [
            f"Payload-Oxum: {size}.{len(payload)}" if i.startswith("Payload-Oxum") else i
            for i in info
        ]
        (pack / "bag-info.txt").write_text("\n".join(info) + "\n")
    tags = _listed(pack, lambda name: not name.startswith("data/") and name not in UNLISTED)
    (pack / "tagmanifest-sha256.txt").write_text(_text(tags))
    stamped = pack / "timestamp.tsr"
    facts = json.loads((pack / "data/evidence.json").read_bytes())
    digest = sha256((pack / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    stamp = (
        sha256(stamped.read_bytes()).hexdigest() if keep_timestamp and stamped.exists() else "none"
    )
    if not keep_timestamp:
        stamped.unlink(missing_ok=True)
    text = f"ecluse evidence 1\nincident {facts['incident']}\nprofile {facts['profile']}\ntagmanifest {digest}\ntimestamp {stamp}\n"
    (pack / "signature.note").write_text(seal_note(text, key, private.sign))


def _listed(pack, wanted):
    names = sorted(p.relative_to(pack).as_posix() for p in pack.rglob("*") if p.is_file())
    return {name: sha256((pack / name).read_bytes()).hexdigest() for name in names if wanted(name)}


def _text(listed):
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(listed.items()))
