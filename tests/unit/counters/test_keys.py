"""Keys carry one hash tag, and no two values have one key."""

import pytest

from ecluse.counters.keys import Keys, access_tag, encoded, hold_name, packed_hold, value_text
from ecluse.counters.tallies import Tally
from ecluse.model.decision import Hold
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Key


def test_all_keys_lie_in_one_slot():
    keys = Keys("north")
    names = [*keys.fixed, keys.holds, keys.topics, keys.prefix(Tally("f", 1, 2)).encode()]
    assert all(name.startswith(b"{north}:") for name in names)
    assert keys.holds in keys.fixed
    assert keys.slot == 1043  # as `CLUSTER KEYSLOT {north}` tells
    assert Keys("south").slot != keys.slot


@pytest.mark.parametrize("name", ["", "a}b", "{a"])
def test_a_name_that_would_split_the_keys_is_refused(name):
    with pytest.raises(ConfigError, match="cannot be the name"):
        Keys(name)


def test_combined_values_do_not_run_into_each_other():
    assert value_text("a") == "a"
    texts = [
        value_text(v) for v in (("a", "b"), ("ab", ""), ("", "ab"), ("a1:b", ""), ("a", "1:b"))
    ]
    assert len(set(texts)) == len(texts)


def test_any_text_can_be_a_key():
    assert encoded("é\ud800") == b"\xc3\xa9\xed\xa0\x80"
    assert hold_name(Key.SESSION, "s:1") == b"session:s:1"


def test_gates_name_their_accesses_apart():
    assert access_tag("a") != access_tag("b")
    assert len(access_tag("gate")) == 8


def test_a_hold_is_packed_as_the_scripts_read_it():
    assert packed_hold(Hold("b", 5)) == b"\x92\xa1b\x05"
