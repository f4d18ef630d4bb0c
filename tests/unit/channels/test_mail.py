"""A finding by mail: accepted by a real server, encrypted where that is asked for, or an error."""

import pytest

from ecluse.channels import open_channel
from ecluse.model.channel import Channel, Mail, Message
from ecluse.model.errors import ConfigError, UnavailableError
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import parse_instant
from servers.certificates import Authority
from servers.mail import mail_server

AT = parse_instant("2026-03-31T10:00:00Z")
FINDING = Finding("account-over-budget", Severity.HIGH, "account `a` asks for more", "see it", "a")
MESSAGE = Message(FINDING, False, AT, "north")


def mail(box, **more):
    settings = {"tls": "none", "sender": "ecluse@example.org", "to": ("soc@example.org", "b@example.org")}  # fmt: skip
    way = Mail(host="127.0.0.1", port=box.port, **(settings | more))
    return open_channel(Channel("security", way))


def test_a_message_arrives_whole():
    with mail_server() as box:
        assert mail(box).send(MESSAGE) == "accepted by 127.0.0.1 for 2"
        (letter,) = box.letters
    assert letter["Subject"] == "[ecluse] high: account-over-budget (a)"
    assert letter["To"] == "soc@example.org, b@example.org"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"] == "Tue, 31 Mar 2026 10:00:00 +0000"
    text = letter.get_content()
    assert "account `a` asks for more" in text
    assert "ecluse gate acknowledge account-over-budget a" in text
    assert "2026-03-31T10:00:00Z" in text
    assert "north" in text


def test_the_end_of_a_finding_asks_for_nothing():
    with mail_server() as box:
        mail(box).send(Message(FINDING, True, AT, "north"))
        (letter,) = box.letters
    assert letter["Subject"].startswith("[ecluse] over:")
    assert "acknowledge" not in letter.get_content()


def test_starttls_and_a_password(tmp_path):
    ours = Authority(tmp_path)
    password = tmp_path / "password"
    password.write_text("not a secret\n")
    with mail_server(
        certificate=tuple(map(str, ours.sign("mail"))), password="not a secret"
    ) as box:
        more = {"tls": "starttls", "ca_file": str(ours.certificate), "account": "ecluse", "password_file": str(password)}  # fmt: skip
        mail(box, **more).send(MESSAGE)
        assert box.encrypted == [True]
        password.write_text("another\n")
        with pytest.raises(UnavailableError, match="answered 535"):
            mail(box, **more).send(MESSAGE)
        with pytest.raises(UnavailableError, match="does not take messages"):
            mail(box, **more | {"ca_file": None}).send(MESSAGE)
        assert len(box.letters) == 1


def test_nothing_goes_out_in_clear_where_encryption_is_asked_for(tmp_path):
    with mail_server() as box:
        with pytest.raises(UnavailableError):
            mail(box, tls="starttls").send(MESSAGE)
        assert box.letters == []


def test_a_refusal_is_an_error_that_repeats_nothing_of_the_server():
    with mail_server() as box:
        box.refusal = "550 soc@example.org is unknown"
        with pytest.raises(UnavailableError, match="answered 550") as caught:
            mail(box).send(MESSAGE)
        assert "soc@" not in str(caught.value)


def test_a_server_that_is_gone_is_an_error():
    with mail_server() as box:
        channel = mail(box)
    with pytest.raises(UnavailableError, match="connection refused"):
        channel.send(MESSAGE)


@pytest.mark.parametrize("content", ["", "two\nlines\n", "\x1b[31m\n"])
def test_a_password_is_one_line(tmp_path, content):
    (tmp_path / "p").write_text(content)
    with pytest.raises(ConfigError, match="not one line"):
        open_channel(Channel("m", Mail("h", 25, "a@b", ("c@d",), account="u", password_file=str(tmp_path / "p"))))  # fmt: skip
