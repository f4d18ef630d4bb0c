"""No personal data, no private address, no path of somebody's machine in what is committed."""

import gzip
import ipaddress
import re

import pytest

from structure.source import ROOT, files, name_of, text

ME = ROOT / "tests" / "structure" / "test_hygiene.py"
LOCKED = ROOT / "requirements"

MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@((?:[a-z0-9-]+\.)+[a-z]{2,24})(?![\w-])", re.IGNORECASE
)
RESERVED_DOMAINS = re.compile(
    r"(?:^|\.)(?:example\.(?:org|com|net)|example|test|invalid|localhost)$", re.IGNORECASE
)  # RFC 2606
DECORATORS = re.compile(r"^\s*@[\w.]+")

PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+33 ?|0)([1-9])[ .]?(\d\d)[ .]?(\d\d)[ .]?(\d\d)[ .]?(\d\d)(?!\w|[.,]\d)"
)
RESERVED_PHONES = {"19900", "26191", "35301", "46571", "53649", "63998"}
"""Beginnings that the French numbering plan keeps for works of fiction (ARCEP decision 2018-0881, 2.5.12)."""

NIR = re.compile(
    r"(?<![\w.])([12]) ?(\d\d) ?(\d\d) ?(\d[\dAB]) ?(\d\d\d) ?(\d\d\d) ?(\d\d)(?![\w.])"
)
PLAIN = {"1.2.3.4"}
"""Numbers with dots that are plainly no address of anybody."""
IPV4 = re.compile(r"(?<![\w.§/])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")

MACHINE = re.compile(r"(?<![\w.:])/(?:home/\w|root/|Users/\w|work/|tmp/\w)")
INDEX = re.compile(
    r"(?<![\w-])--(?:extra-)?(?:index-url|find-links)|https?://[\w.:-]+/(?:[\w/-]+/)?simple\b|https?://(?:files\.pythonhosted|registry\.npmjs)\."
)


def _lines(path):
    content = text(path)
    if content is None and path.suffix == ".gz":
        content = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    return enumerate((content or "").splitlines(), 1)


def _looked_at():
    return [p for p in files() if p != ME and not p.is_relative_to(LOCKED) and p.name != "LICENSE"]


def _mails(line):
    return [m[0] for m in MAIL.finditer(line) if not RESERVED_DOMAINS.search(m[1])]


def _phones(line):
    found = [m for m in PHONE.finditer(line) if m[0] != "0123456789"]
    return [m[0] for m in found if m[1] + m[2] + m[3] not in RESERVED_PHONES]


def _nirs(line):
    """Numbers of the French social security whose key is right; a wrong key belongs to nobody."""
    return [m[0] for m in NIR.finditer(line) if _key_is_right("".join(m.groups()))]


def _key_is_right(digits):
    number = digits[:13].replace("2A", "19", 1).replace("2B", "18", 1)
    return number.isdigit() and 97 - int(number) % 97 == int(digits[13:])


def _addresses(line):
    found = []
    for match in IPV4.finditer(line):
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            continue
        if address.is_global and match[0] not in PLAIN:
            found.append(match[0])
    return found


CHECKS = {
    "an e-mail address outside example.org and the like": _mails,
    "a telephone number outside those kept for fiction": _phones,
    "a social security number with a right key": _nirs,
    "a public address outside 192.0.2.0/24 and the like": _addresses,
    "a path of somebody's machine": lambda line: [m[0] for m in MACHINE.finditer(line)],
    "an address of a package index": lambda line: [m[0] for m in INDEX.finditer(line)],
}


@pytest.mark.parametrize("what", CHECKS)
def test_nothing_committed_holds(what):
    found = [
        f"{name_of(p)}:{number}"
        for p in _looked_at()
        for number, line in _lines(p)
        if CHECKS[what](line)
    ]
    assert not found, f"{what} is in:\n" + "\n".join(found[:40])


@pytest.mark.parametrize("what", ["an address of a package index"])
def test_locked_requirements_name_no_index(what):
    found = [
        f"{name_of(p)}:{n}"
        for p in files()
        if p.is_relative_to(LOCKED)
        for n, line in _lines(p)
        if CHECKS[what](line)
    ]
    assert not found, (
        f"hashes pin the packages wherever they come from; take the address out of {found}"
    )


@pytest.mark.parametrize(
    ("what", "bad", "good"),
    [
        (
            "an e-mail address outside example.org and the like",
            "a jean.dupont@mail.fr b",
            "jean.dupont@mail.example.org",
        ),
        (
            "a telephone number outside those kept for fiction",
            "call 06 12 34 56 78.",
            "call 06 39 98 12 34",
        ),
        (
            "a telephone number outside those kept for fiction",
            "+33612345678",
            "at 1752314400000000",
        ),
        (
            "a social security number with a right key",
            "2 55 08 14 168 025 38",
            "2 55 08 14 168 025 39",
        ),
        (
            "a public address outside 192.0.2.0/24 and the like",
            "from 8.8.8.8 -",
            "192.0.2.7 10.0.0.1 127.0.0.1 0.0.0.0 999.1.1.1",
        ),
        (
            "a path of somebody's machine",
            "see /home/jo/x",
            "see docs/home/x and https://example.org/home/x",
        ),
        ("an address of a package index", "--index-url x", "the index of the tree"),
    ],
)
def test_the_checks_see_what_they_should(what, bad, good):
    assert CHECKS[what](bad)
    assert not CHECKS[what](good)
