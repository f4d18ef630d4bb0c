"""Channels and honey records in a settings file: what is taken, and every fault at its place."""

import pytest

from ecluse.loaders.settings import load_settings
from ecluse.model.channel import Channel, Mail, Syslog, Webhook
from ecluse.model.errors import ConfigError
from ecluse.model.finding import Severity
from ecluse.model.settings import Honey
from ecluse.model.time import HOUR

FULL = """\
version: 1
channels:
  - name: security
    severity: high
    mail: {host: smtp.example.org, sender: ecluse@example.org, to: [soc@example.org, b@example.org]}
  - name: chat
    over: false
    repeat: 2h
    most: 5
    webhook: {url: "https://chat.example.org/x?y=1", secret_file: hook.secret}
  - name: siem
    syslog: {address: "tcp:[2001:db8::1]:601", facility: auth}
honey: {persons: honey.txt, accounts: drill-01}
"""


def test_a_full_file():
    settings = load_settings(FULL, file="g.yaml")
    mail = Mail("smtp.example.org", 587, "ecluse@example.org", ("soc@example.org", "b@example.org"))
    assert settings.channels == (
        Channel("security", mail, Severity.HIGH),
        Channel("chat", Webhook("https://chat.example.org/x?y=1", "hook.secret"), Severity.MEDIUM, False, 2 * HOUR, 5),
        Channel("siem", Syslog("tcp", "[2001:db8::1]:601", 4)),
    )  # fmt: skip
    assert settings.honey == Honey("honey.txt", frozenset({"drill-01"}))
    assert load_settings("version: 1\n", file="g").channels == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: chat", "name: security", "6:11: `security` is the name of two channels"),
        ("name: chat", "name: Chat!", "6:11: `Chat!` is not a name of small letters"),
        ("severity: high", "severity: grave", "4:15: `grave` is not one of informational, low, medium"),
        ("    syslog:", "    mail: {host: h, sender: a@b, to: c@d}\n    syslog:", "11:5: the channel has 2 ways to its person"),
        ("sender: ecluse@example.org", "sender: ecluse", "is not an address such as soc@example.org"),
        ("to: [soc@example.org", 'to: ["a@b, c@d"', "is not an address such as"),
        ("smtp.example.org, ", "smtp.example.org, tls: none, ", "nothing encrypts what goes to `smtp.example.org`"),
        ("smtp.example.org, ", "smtp.example.org, account: u, ", "`account` without `password_file`"),
        ("https://chat.example.org", "http://chat.example.org", "nothing encrypts what goes to `chat.example.org`"),
        ("https://chat", "https://me:secret@chat", "a secret stands in the address"),
        ("https://chat", "ftp://chat", "is no address of a server"),
        ("tcp:[2001:db8::1]:601", "tcp:h:70000", "is no address of a log server"),
        ("facility: auth", "facility: local9", "is not one of kern"),
        ("facility: auth", "ca_file: f", "`ca_file` is for `tls:`"),
        ("repeat: 2h", "repeat: 5s", "out of range: at least 1m"),
        ("persons: honey.txt, ", "", "`persons` is missing from the honey records"),
    ],
)  # fmt: skip
def test_faults(old, new, message):
    assert old in FULL
    with pytest.raises(ConfigError) as caught:
        load_settings(FULL.replace(old, new, 1), file="g.yaml")
    assert any(message in str(issue) for issue in caught.value.issues), caught.value.issues


def test_a_channel_needs_a_way():
    with pytest.raises(ConfigError) as caught:
        load_settings("version: 1\nchannels: [{name: a}]\n", file="g")
    assert "no way to its person" in str(caught.value.issues[0])


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_alone_needs_no_encryption(host):
    text = f'version: 1\nchannels: [{{name: a, mail: {{host: "{host}", tls: none, sender: a@b, to: c@d}}}}]\n'  # fmt: skip
    assert load_settings(text, file="g").channels[0].way.port == 25
