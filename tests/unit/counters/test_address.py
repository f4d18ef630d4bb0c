"""Addresses are read, and those that are none, or tell a password, are refused."""

import pytest
from redis.asyncio import Connection, SSLConnection, UnixDomainSocketConnection

from ecluse.counters.address import address_of
from ecluse.model.errors import ConfigError, UnavailableError
from ecluse.model.settings import SharedCounter


def read(url, **more):
    return address_of(SharedCounter(url, **more))


@pytest.mark.parametrize(
    ("url", "kind", "nodes", "options"),
    [
        ("redis://counter.example.org", Connection, (("counter.example.org", 6379),), {"db": 0}),
        ("redis://192.0.2.1:7000/3", Connection, (("192.0.2.1", 7000),), {"db": 3}),
        ("redis://[2001:db8::1]:7000", Connection, (("2001:db8::1", 7000),), {"db": 0}),
        ("rediss://r.example.org/0?ca=ca.pem&certificate=c.pem&key=k.pem", SSLConnection, (("r.example.org", 6379),),
         {"db": 0, "ssl_ca_certs": "ca.pem", "ssl_certfile": "c.pem", "ssl_keyfile": "k.pem"}),
        ("unix:///run/redis%20one.sock?db=2", UnixDomainSocketConnection, (("/run/redis one.sock", 0),), {"db": 2}),
    ],
)  # fmt: skip
def test_addresses_are_read(url, kind, nodes, options):
    address = read(url)
    assert (address.kind, address.nodes, address.options) == (kind, nodes, options)
    assert isinstance(address.connection(nodes[0]), kind)


def test_a_cluster_has_several_nodes():
    nodes = (("a", 7000), ("b", 6379))
    assert read("redis://a:7000,b/0", cluster=True).nodes == nodes


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        ("http://a", {}, "no address"),
        ("redis:", {}, "no address"),
        ("unix:", {}, "no address"),
        ("unix:///run/redis.sock", {"cluster": True}, "no address"),
        ("redis://a:port", {}, "no host and port"),
        ("redis://a:0", {}, "no host and port"),
        ("redis://:7000", {}, "no host and port"),
        ("redis://a:7000/x", {}, "no number of a database"),
        ("redis://a?ca=x", {}, "`ca` is not known"),
        ("rediss://a?password=x", {}, "`password` is not known"),
        ("unix:///s?x=1", {}, "`x` is not known"),
        ("redis://a,b", {}, "not said to be a Cluster"),
        ("redis://a/1", {"cluster": True}, "only database 0"),
    ],
)
def test_what_is_no_address_is_refused(url, more, said):
    with pytest.raises(ConfigError, match=said) as caught:
        read(url, **more)
    assert caught.value.help


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(ConfigError, match="holds a password") as caught:
        read("redis://gate:secret@a:7000")
    assert "secret" not in str(caught.value) + caught.value.help


@pytest.mark.parametrize(
    ("text", "user", "password"),
    [("secret\n", None, "secret"), ("gate:secret\n", "gate", "secret"), ("u:a:b", "u", "a:b")],
)
def test_the_password_is_read_from_its_file_at_each_connection(tmp_path, text, user, password):
    file = tmp_path / "password"
    file.write_text("changed later")
    address = read("redis://a", password_file=str(file))
    file.write_text(text)
    connection = address.connection(("a", 1))
    assert (connection.username, connection.password) == (user, password)
    assert "secret" not in repr(address) + repr(connection)


def test_a_password_that_cannot_be_read_is_said(tmp_path):
    address = read("redis://a", password_file=str(tmp_path / "missing"))
    with pytest.raises(UnavailableError, match="cannot read the password"):
        address.connection(("a", 1))
