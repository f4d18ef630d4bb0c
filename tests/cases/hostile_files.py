"""Which files does a hostile user hand over? All bad ones by name, and the good ones beside them."""

import bz2
import gzip
import io
import json
import lzma
import random
import socket
import zipfile

import zstandard

__all__ = [
    "AT",
    "CONFIGS",
    "LOGS",
    "MAP",
    "NAMES",
    "PLACES",
    "POLICY",
    "combined",
    "jsonl",
    "place",
]

AT = 1_752_307_200
"""2025-07-12T08:00:00Z, in seconds."""

MAP = "format: jsonl\ntime: {field: t, format: unix}\naccount: a\nperson: p\n"
POLICY = "version: 1\nbudgets:\n- {id: two, per: account, limits: {1h: 2}, effect: hold}\n"


def jsonl(*rows):
    """Lines of (seconds after AT, account, person)."""
    return "".join(json.dumps({"t": AT + t, "a": a, "p": p}) + "\n" for t, a, p in rows)


def combined(number):
    """Lines of an nginx log, a person each."""
    line = '192.0.2.1 - alice [12/Jul/2025:10:{:02}:{:02} +0000] "GET /people/{} HTTP/1.1" 200 12 "-" "-"\n'
    return "".join(line.format(i // 60 % 60, i % 60, i) for i in range(number)).encode()


def _zipped(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("access.log", content)
    return buffer.getvalue()


_GOOD = combined(100)
_NOISE = random.Random(1).randbytes(3000)
_GZ, _ZST = (
    gzip.compress(_NOISE.hex().encode() + _GOOD),
    zstandard.compress(_NOISE.hex().encode() + _GOOD),
)

LOGS = {
    "elf": b"\x7fELF\x02\x01\x01\0" + _NOISE,
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + _NOISE,
    "zip": _zipped(_GOOD),
    "bz2": bz2.compress(_GOOD),
    "xz": lzma.compress(_GOOD),
    "gz-cut": _GZ[: len(_GZ) // 2],
    "gz-header": _GZ[:5],
    "gz-flipped": _GZ[:200] + bytes([_GZ[200] ^ 255]) + _GZ[201:],
    "gz-trailing": _GZ + b"junk",
    "gz-noise": gzip.compress(_NOISE),
    "zst-cut": _ZST[: len(_ZST) // 2],
    "zst-header": _ZST[:5],
    "noise": _NOISE,
    "nul": _GOOD + b"\0\0\n",
    "utf16": _GOOD.decode().encode("utf-16"),
    "parquet-cut": b"PAR1" + _NOISE,
    "long-line": b"x" * 10_000_000,
    "prose": b"It is a truth universally acknowledged.\n" * 5,
}
"""Contents that are no log of any format."""

PLACES = ("missing", "below-a-file", "folder", "socket", "loop", "long-name", "hostile-name")
"""Names at which there is nothing to read."""


def place(kind, folder):
    """Makes a name of one of the PLACES."""
    path = folder / kind
    if kind == "below-a-file":
        (folder / "file").write_bytes(b"")
        return folder / "file" / "x"
    if kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    elif kind == "loop":
        path.symlink_to(kind)
    elif kind == "long-name":
        return folder / ("a" * 5000)
    elif kind == "hostile-name":
        return folder / "a\udcff\x1b[2J\n\u202e %|'\"[bold]"
    return path


def _bomb():
    levels = "".join(
        "{0}: &{0} [{1}]\n".format(chr(98 + i), ",".join([f"*{chr(97 + i)}"] * 9)) for i in range(9)
    )
    return ("a: &a [x, x]\n" + levels).encode()


CONFIGS = {
    "empty": b"",
    "blank": b"  \n\n",
    "null": b"null",
    "number": b"7",
    "half": b"version: 1\nbudgets:\n- {id: a, per: acc",
    "tab": b"\tversion: 1",
    "noise": _NOISE,
    "utf16": "version: 1".encode("utf-16"),
    "latin1": "version: é".encode("latin-1"),
    "log": _GOOD,
    "gzip": _GZ,
    "bomb": _bomb(),
    "deep": b"[" * 5000,
    "python": b'!!python/object/apply:os.system ["exit"]',
    "surrogate": b'version: 1\nbudgets:\n- {id: "\\ud800", per: account, limits: {1h: 5}}\n',
    "escapes": b'version: 1\nbudgets:\n- {id: "\\e[31m", per: "\\e[2J\\n", limits: {1h: 5}, "\\e[0m\\u202e": 1}\n',
    "control": b"version: \x1b[31m\n",
    "large": b"#" * 9_000_000,
    "two-documents": b"version: 1\n---\nversion: 1\n",
    "infinite": b"version: .inf\n",
}
"""Contents that are no policy, no estate and no mapping."""

NAMES = (
    "0042", "12", "-1", "-", "--ledger", "-rf", "zoé", "Ångström", "e\u0301", "anne marie", " leading", "trailing ", "100%", "%41",
    "%s", "{0}", "{{7*7}}", "a|b", "a'b", 'a"b', "a\\b", "a\\nb", "DOMAIN\\user", "[bold red]x[/]", "[/]", ":smile:", "; rm -rf x",
    "$(id)", "`id`", "null", "true", "NaN", "<script>alert(1)</script>", "日本語", "😀", "../../etc/passwd", "x" * 10_000,
)  # fmt: skip
"""Names of accounts that are odd, and must come through as they are; `-` alone stands for nobody in a log."""
