"""What is said of the shared counter agrees with itself, and no password is in it or told."""

import pytest

from ecluse.loaders.settings import load_settings
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Window
from ecluse.model.settings import Failure
from ecluse.model.time import HOUR, MINUTE


def read(counter):
    return load_settings(f"version: 1\ncounter: {counter}\n", file="g").counter


def faults(counter):
    with pytest.raises(ConfigError) as caught:
        read(counter)
    return caught.value.issues


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://127.0.0.1:6379/0",
        "rediss://[2001:db8::1]:6379/15",
        "redis://redis.example.org/",
        "unix:///run/redis/redis.sock",
    ],
)
def test_addresses(url):
    assert read(f"{{redis: '{url}'}}").url == url


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://localhost",
        "redis://",
        "redis:///0",
        "redis://h:0",
        "redis://h:99999",
        "redis://h/x",
        "redis://[h",
        "unix://host/path",
        "unix:///",
        "redis://h/0?timeout=5",
        "redis://h/0#x",
    ],
)
def test_wrong_addresses(url):
    (issue,) = faults(f"{{redis: '{url}'}}")
    assert issue.help


@pytest.mark.parametrize(
    "url",
    [
        "redis://:hushhush@h",
        "redis://name:hushhush@h",
        "unix:///run/redis.sock?password=hushhush",
        "hushhush@h",
        " redis://:hushhush@h",
        "redis://:hush\thush@h",
    ],
)
def test_a_password_has_no_place_in_the_address_and_is_not_repeated(url):
    (issue,) = faults(f'{{redis: "{url}"}}')
    assert "a name or a password" in issue.message
    assert "password_file" in issue.help
    assert "hush" not in str(issue) + issue.help


@pytest.mark.parametrize(
    ("counter", "messages"),
    [
        ("{}", ["`redis` is missing from a shared counter"]),
        ("{redis: redis://h, gates: [a, b]}", ["nothing says which of `gates` this one is"]),
        ("{redis: redis://h, gates: [a, b], gate: c}", ["`c` is not one of `gates`"]),
        ("{redis: redis://h, gate: a}", ["`a` is not one of `gates`"]),
        ("{redis: redis://h, gates: [A]}", ["`A` is not a name of small letters, digits, `.`, `_` and `-`"]),
        ("{redis: redis://h, timeout: 2m}", ["`2m` is out of range: at most 1m"]),
        ("{redis: redis://h, when_unreachable: permit}", ["`permit` without an allowance would permit everything"]),
        ("{redis: redis://h, when_unreachable: allow}", ["`allow` is not one of deny, permit"]),
        ("{redis: redis://h, allowance: {1h: 5}}", ["nothing is permitted while the counter is out of reach"]),
        ("{redis: redis://h, when_unreachable: permit, allowance: {}}", ["the mapping is empty"]),
        ("{redis: redis://h, when_unreachable: permit, allowance: {1h: 0}}", ["`0` is out of range: at least 1"]),
        ("{redis: redis://h, when_unreachable: permit, allowance: {1h: 5, 60m: 6}}", ["`60m` is the same window as `1h`"]),
        ("{redis: redis://h, when_unreachable: permit, allowance: {1h: 5, 24h: 4}}", ["a shorter window holds more than these 4, and could never bind"]),
        ("{redis: unix:///run/r.sock, cluster: true}", ["a cluster has one database, 0, and no Unix socket"]),
        ("{redis: redis://h/3, cluster: true}", ["a cluster has one database, 0, and no Unix socket"]),
    ],
)  # fmt: skip
def test_what_is_refused(counter, messages):
    assert [i.message for i in faults(counter)] == messages


def test_an_allowance():
    counter = read("{redis: redis://h, when_unreachable: permit, allowance: {24h: 20, 10m: 20}}")
    assert counter.when_unreachable is Failure.PERMIT
    assert counter.allowance == (Window(10 * MINUTE, 20), Window(24 * HOUR, 20))


def test_a_cluster():
    for url in ("redis://h:6379", "rediss://h/", "redis://h/0"):
        assert read(f"{{redis: '{url}', cluster: true}}").cluster
