"""Text that every reader takes, and names that last."""

import json

from ecluse.exports.common.writing import address, clean, instant, json_text, kept, one_line, uid


def test_what_is_no_character_is_replaced_and_what_is_long_is_cut():
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("abcdef", 4) == "abc…"
    assert one_line("a\u202eb\n", 40) == "a\\u202eb\\x0a"
    assert len(one_line("\n" * 100, 30)) == 30


def test_a_name_lasts_and_parts_do_not_run_together():
    assert uid("incident", "2025-0001", "7") == "7f427d91-e1cf-5508-a4e3-581f5d09c863"
    assert uid("a", "b\nc") != uid("a", "b", "c")
    assert uid("a", "b", "") != uid("a", "b")


def test_instants_are_written_whatever_they_are():
    assert instant(1_752_314_400_000_000) == "2025-07-12T10:00:00Z"
    assert instant(1_752_314_400_000_000, millis=True) == "2025-07-12T10:00:00.000Z"
    assert instant(2**62) == "9999-12-31T23:59:59.999999Z"
    assert instant(-(2**62), millis=True) == "0001-01-01T00:00:00.000Z"


def test_an_address_is_one_of_the_internet_protocol():
    assert address("192.0.2.7") == "192.0.2.7"
    assert address("2001:0DB8::0007") == "2001:db8::7"
    assert [address(a) for a in ("laptop", "192.0.2.7:80", "fe80::1%eth0", "", "1")] == [None] * 5


def test_json_is_ascii_and_nothing_is_lost():
    text = json_text({"é\x7f\x1b": ["\u202e\ud800", 1, None, True]})
    assert text.isascii()
    assert not any(c < " " or c == "\x7f" for c in text)
    assert json.loads(text) == {"é\x7f\x1b": ["\u202e\ufffd", 1, None, True]}


def test_zero_and_false_are_known():
    assert kept({"a": 0, "b": False, "c": None, "d": "", "e": [], "f": {}}) == {"a": 0, "b": False}
