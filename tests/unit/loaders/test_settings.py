"""The settings of a gate are read whole, and what they say of each other must agree."""

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.loaders.settings import load_settings
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Window
from ecluse.model.settings import Failure, Listen, Settings, SharedCounter, StepUp
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND

TEXT = """\
version: 1
description: The gate of the north.
listen:
  unix: {path: run/gate.sock, mode: "0600", group: ecluse}
  tcp: {address: "192.0.2.10:8750", certificate: gate.crt, key: gate.key, client_ca: ca.crt}
clients: clients.yaml
routes: routes.yaml
counter:
  redis: rediss://redis.example.org:6379/0
  cluster: true
  name: shared
  password_file: redis.password
  gates: [north, south]
  gate: north
  timeout: 100ms
  when_unreachable: permit
  allowance: {24h: 20, 10m: 5}
step_up: {acr_values: [urn:example:two], max_age: 10m, factors: [totp, sms]}
reservation: 30s
slow: 500ms
durable: false
loss: 2s
contact: {en: the desk, fr: le guichet}
snapshot_every: 1000
retire: 10d
"""


def test_everything_a_file_can_say():
    assert load_settings(TEXT, file="g") == Settings(
        listen=Listen(
            unix="run/gate.sock",
            mode=0o600,
            group="ecluse",
            tcp="192.0.2.10:8750",
            certificate="gate.crt",
            key="gate.key",
            client_ca="ca.crt",
        ),
        clients="clients.yaml",
        routes="routes.yaml",
        counter=SharedCounter(
            url="rediss://redis.example.org:6379/0",
            cluster=True,
            name="shared",
            password_file="redis.password",
            gates=("north", "south"),
            gate="north",
            timeout=SECOND // 10,
            when_unreachable=Failure.PERMIT,
            allowance=(Window(10 * MINUTE, 5), Window(24 * HOUR, 20)),
        ),
        step_up=StepUp(("urn:example:two",), 600, frozenset({"totp", "sms"})),
        reservation=30 * SECOND,
        slow=SECOND // 2,
        durable=False,
        loss=2 * SECOND,
        contact=(("en", "the desk"), ("fr", "le guichet")),
        snapshot_every=1000,
        retire=10 * DAY,
    )


def test_what_holds_when_nothing_is_said():
    assert load_settings("version: 1\n", file="g") == Settings()
    alone = load_settings("version: 1\ncounter: {redis: unix:///run/redis.sock}\n", file="g")
    assert alone.counter == SharedCounter("unix:///run/redis.sock")


def test_the_shipped_example_says_what_holds_anyway():
    settings, default = load_settings(shipped("gate.yaml"), file="gate.yaml"), Settings()
    assert settings == Settings(
        listen=Listen(unix="gate.sock"), contact=settings.contact, step_up=default.step_up
    )
    assert dict(settings.contact).keys() == {"en", "fr"}


def test_the_lines_of_the_example_that_are_commented_out_are_right_too():
    lines = shipped("gate.yaml").decode().splitlines()
    start = lines.index("version: 1")
    bare = [line.replace("# ", "", 1) if _is_setting(line) else line for line in lines[start:]]
    text = "\n".join(bare).replace("durable: true", "durable: false")
    settings = load_settings(text, file="gate.yaml")
    assert settings.counter.gate == "north"
    assert settings.listen.client_ca == "clients.crt"
    assert settings.routes == "routes.yaml"
    assert not settings.durable
    assert [channel.kind for channel in settings.channels] == ["mail", "webhook", "syslog"]
    assert settings.honey.accounts == {"drill-01"}


def _is_setting(line):
    """Whether a comment is a setting: a key, a colon, and no sentence."""
    words = line.strip().removeprefix("# ").lstrip().removeprefix("- ").split(" ")
    return line.strip().startswith("# ") and words[0].endswith(":") and words[0][:-1].replace("_", "").islower()  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", "version 2 is not known"),
        ("retire:", "retires:", "`retires` is not a key of the settings of a gate"),
        ('"0600"', "0600", "`0600` is a number in base 8 to some YAML readers and in base 10 to others"),
        ('"0600"', '"0999"', '`0999` is not permissions in octal, such as "0660"'),
        ('"0600"', '"0666"', "`0666` lets every user of the machine ask"),
        ("path: run/gate.sock, ", "", "`path` is missing from a Unix socket"),
        ('address: "192.0.2.10:8750", ', "", "`address` is missing from an address to listen on"),
        ("192.0.2.10:8750", "192.0.2.10", "`192.0.2.10` is not address:port"),
        (", key: gate.key", "", "`certificate` without `key`"),
        ("certificate: gate.crt, ", "", "`key` without `certificate`"),
        ("certificate: gate.crt, key: gate.key, ", "", "clients show certificates only to a server that has one"),
        (", certificate: gate.crt, key: gate.key, client_ca: ca.crt", "", "`192.0.2.10:8750` can be reached from other machines, and nothing encrypts what they send"),
        ("max_age: 10m", "max_age: 10", "`10` is not a duration above zero"),
        ("max_age: 10m", "max_age: 500ms", "`500ms` is not a duration above zero"),
        ("urn:example:two", "'a b'", "`a b` holds a blank, a quote, or no ASCII"),
        ("[totp, sms]", "[totp, mail]", "`mail`: a mailed code is no second factor: whoever reads the mail has it too (CNIL, délibération 2025-019)"),
        ("[totp, sms]", "E-Mail", "`E-Mail`: a mailed code is no second factor: whoever reads the mail has it too (CNIL, délibération 2025-019)"),
        ("[totp, sms]", "[none]", "`none`: that is no second factor"),
        ("{acr_values: [urn:example:two], max_age: 10m, factors: [totp, sms]}", "{}", "the mapping is empty"),
        ("reservation: 30s", "reservation: 999ms", "`999ms` is out of range: at least 1s"),
        ("reservation: 30s", "reservation: 2h", "`2h` is out of range: at most 1h"),
        ("slow: 500ms", "slow: 2m", "`2m` is out of range: at most 1m"),
        ("durable: false", "durable: no", "`no` is neither `true` nor `false`"),
        ("durable: false", "durable: true", "`loss` says what a loss of power may forget, and entries are durable"),
        ("durable: false\n", "", "`loss` says what a loss of power may forget, and entries are durable"),
        (", fr: le guichet", "", "`fr` is missing from whom one can call"),
        ("snapshot_every: 1000", "snapshot_every: 10", "`10` is out of range: at least 1000"),
        ("retire: 10d", "retire: 0d", "`0d` is not a duration above zero"),
    ],
)  # fmt: skip
def test_what_is_refused(old, new, message):
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        load_settings(TEXT.replace(old, new), file="g.yaml")
    issue = next(i for i in caught.value.issues if i.message == message)
    assert issue.line > 0
    assert issue.help or message.startswith("`fr`") or "out of range" in message or "permissions" in message  # fmt: skip


def test_all_faults_come_in_one_run():
    broken = TEXT.replace("10m, factors", "x, factors").replace("10d", "x").replace("30s", "x")
    with pytest.raises(ConfigError) as caught:
        load_settings(broken, file="g")
    assert len(caught.value.issues) == 3


def test_nowhere_to_listen():
    with pytest.raises(ConfigError) as caught:
        load_settings("version: 1\nlisten: {}\n", file="g")
    assert [i.message for i in caught.value.issues] == ["the mapping is empty"]


@pytest.mark.parametrize("address", ["127.0.0.1:8750", "[::1]:8750", "localhost:0"])
def test_loopback_needs_no_certificate(address):
    text = f'version: 1\nlisten: {{tcp: {{address: "{address}"}}}}\n'
    assert load_settings(text, file="g").listen.tcp == address
