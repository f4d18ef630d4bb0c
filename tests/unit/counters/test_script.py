"""The scripts are whole, know their hashes, and declare what they use."""

import re
from hashlib import sha1
from importlib.resources import files

import pytest

from ecluse.counters import script
from ecluse.counters.script import (
    DECIDE,
    DRAWN,
    ENTER,
    LOAD,
    MARK,
    PUBLISH,
    REGISTER,
    SETTLE,
    TOLD,
    USAGE,
)

ALL = (DECIDE, DRAWN, ENTER, LOAD, MARK, PUBLISH, REGISTER, SETTLE, TOLD, USAGE)


@pytest.mark.parametrize("one", ALL, ids=lambda s: s.name)
def test_a_script_is_known_by_its_hash(one):
    assert one.sha == sha1(one.source).hexdigest()
    assert one.source.startswith(b"#!lua")
    assert one.name not in repr(one.source) or one.source not in repr(one).encode()


@pytest.mark.parametrize("one", ALL, ids=lambda s: s.name)
def test_only_keys_that_are_named_are_used(one):
    """Each command's key is one of KEYS, or comes from one."""
    calls = re.findall(r"redis\.call\('[A-Z]+'(?:, ([^,)]+))?", one.source.decode())
    known = {
        "",
        "key",
        "draw.key",
        "KEYS[1]",
        "STATE",
        "HOLDS",
        "CHAINS",
        "RESERVATIONS",
        "EXPIRIES",
    }
    assert set(calls) <= known


def test_scripts_that_only_read_say_so():
    readers = {s.name for s in ALL if s.source.startswith(b"#!lua flags=no-writes")}
    assert readers == {"drawn", "told", "usage"}


def test_every_part_is_used():
    parts = {f.name for f in (files("ecluse.counters") / "scripts").iterdir()}
    used = {f"{s.name}.lua" for s in ALL}
    texts = b"".join(s.source for s in ALL).decode()
    for part in parts - used:
        assert (files("ecluse.counters") / "scripts" / part).read_text() in texts
    assert used <= parts
    assert set(script.__all__) == {*(s.name.upper() for s in ALL), "Script"}
