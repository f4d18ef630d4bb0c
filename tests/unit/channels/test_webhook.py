"""A finding by webhook: signed so that the receiver knows who wrote it, and taken or not."""

import pytest

from ecluse.channels import open_channel
from ecluse.model.channel import Channel, Message, Webhook
from ecluse.model.errors import ConfigError, UnavailableError
from ecluse.model.finding import Finding, Severity
from servers.webhook import webhook_server

SECRET = "not a secret, but long enough"
FINDING = Finding("honey-read", Severity.HIGH, "é", "look", "it's; me")
MESSAGE = Message(FINDING, False, 1_774_951_200_000_000, "gate")


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return path


def test_a_message_arrives_with_a_signature_that_holds(secret):
    with webhook_server(SECRET) as hook:
        channel = open_channel(Channel("w", Webhook(hook.url, str(secret))))
        assert channel.send(MESSAGE) == "answered 204"
        (taken,) = hook.taken
    assert taken["code"] == "honey-read"
    assert taken["what"] == "é"
    assert taken["state"] == "raised"
    assert taken["at"] == "2026-03-31T10:00:00Z"
    assert taken["id"] == MESSAGE.id
    assert taken["acknowledge"] == """ecluse gate acknowledge honey-read 'it'"'"'s; me'"""


def test_another_secret_is_refused_by_the_receiver(secret):
    with webhook_server("another secret of some length") as hook:
        with pytest.raises(UnavailableError, match=r"`127\.0\.0\.1` answered 401"):
            open_channel(Channel("w", Webhook(hook.url, str(secret)))).send(MESSAGE)
        assert hook.forged == 1


@pytest.mark.parametrize("status", [301, 404, 500])
def test_only_a_success_is_one(secret, status):
    with webhook_server(SECRET) as hook:
        hook.status = status
        with pytest.raises(UnavailableError, match=f"answered {status}"):
            open_channel(Channel("w", Webhook(hook.url, str(secret)))).send(MESSAGE)


def test_a_receiver_that_is_gone_is_an_error(secret):
    with webhook_server(SECRET) as hook:
        url = hook.url
    with pytest.raises(UnavailableError, match="does not take messages"):
        open_channel(Channel("w", Webhook(url, str(secret)))).send(MESSAGE)


def test_a_short_secret_is_refused_at_the_start(secret):
    secret.write_text("short\n")
    with pytest.raises(ConfigError, match="16 characters or more"):
        open_channel(Channel("w", Webhook("http://127.0.0.1:1/", str(secret))))


def test_two_messages_have_two_names():
    later = Message(FINDING, False, MESSAGE.at + 1, "gate")
    over = Message(FINDING, True, MESSAGE.at, "gate")
    assert len({MESSAGE.id, later.id, over.id}) == 3
