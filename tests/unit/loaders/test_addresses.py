"""Addresses to listen on, and whether other machines reach them."""

import pytest

from ecluse.loaders.addresses import Address, address
from ecluse.loaders.nodes import Kind, Node
from ecluse.loaders.scalars import Fault


def node(text):
    return Node(Kind.SCALAR, 1, 1, text, plain=True)


@pytest.mark.parametrize(
    ("written", "loopback"),
    [
        ("127.0.0.1:8750", True),
        ("127.8.8.8:0", True),
        ("[::1]:8750", True),
        ("localhost:8750", True),
        ("0.0.0.0:8750", False),
        ("[::]:8750", False),
        ("192.0.2.1:65535", False),
        ("[2001:db8::1]:8750", False),
        ("gate.example.org:443", False),
    ],
)
def test_addresses(written, loopback):
    assert address(node(written)) == Address(written, loopback)


@pytest.mark.parametrize(
    ("written", "message", "advice"),
    [
        ("8750", "`8750` is a number to YAML, and a text is wanted", 'put it in quotes: "8750"'),
        ("127.0.0.1", "`127.0.0.1` is not address:port", "write it like 127.0.0.1:8750"),
        ("::1:8750", "`::1:8750` is not address:port", "write [::1]:8750"),
        ("127.0.0.1:99999", "`99999` is not a port", "ports go to 65535"),
        ("127.0.0.256:80", "`127.0.0.256:80` holds no address", "write it like 127.0.0.1:8750 or [::1]:8750"),
        ("12:30", "`12:30` holds no address", "write it like 127.0.0.1:8750 or [::1]:8750"),
        ("[1:2]:80", "`[1:2]:80` holds no address", "write it like 127.0.0.1:8750 or [::1]:8750"),
        ("[127.0.0.1]:80", "`[127.0.0.1]:80` holds no IPv6 address", "write it without brackets"),
        ("http://h:80", "`http://h:80` is not address:port", "write it like 127.0.0.1:8750"),
    ],
)  # fmt: skip
def test_faults(written, message, advice):
    with pytest.raises(Fault) as caught:
        address(node(written))
    assert (str(caught.value), caught.value.help) == (message, advice)
