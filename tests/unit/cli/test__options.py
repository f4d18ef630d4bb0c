import json

import pytest

from ecluse.cli._options import print_json, say

NAMES = ["\x1b[31mred", "\x9b31mred", "\x7f", "a\r\nb", "\x07", "\x85"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_does_nothing_to_the_terminal(name, capfdbinary):
    print_json({"account": name})
    written = capfdbinary.readouterr().out.decode()
    assert json.loads(written) == {"account": name}
    say(f"account {name}: closed")
    written += capfdbinary.readouterr().out.decode()
    assert not [c for c in written if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
