"""How is a finding posted to another program? JSON over HTTPS, signed, taken only with a status of 200 to 299."""

import hashlib
import hmac
import time

import httpcore
import msgspec

from ecluse.channels._files import client_tls, failed, read_secret
from ecluse.model.channel import Message, Webhook
from ecluse.model.errors import UnavailableError
from ecluse.model.time import format_instant

__all__ = ["SIGNATURE", "WebhookChannel", "open_channel", "sign"]

SIGNATURE = "Ecluse-Signature"
"""Header: `t=<seconds since 1970>,v1=<HMAC-SHA-256 of "t.body" in hexadecimal>`."""

_SECRET_LEAST = 16
_TIMEOUTS = {"connect": 10.0, "read": 20.0, "write": 10.0, "pool": 5.0}


class WebhookChannel:
    """One address. Redirections are not followed: where it leads is for the operator to write."""

    confirms = True

    def __init__(self, way: Webhook) -> None:
        self._way = way
        self._tls = client_tls(way.ca_file)
        read_secret(way.secret_file, least=_SECRET_LEAST)

    def send(self, message: Message) -> str:
        """Posts one message.

        Raises:
            UnavailableError: when it is not taken.
            ConfigError: when the secret cannot be read any more.
        """
        body = msgspec.json.encode(_document(message))
        secret = read_secret(self._way.secret_file, least=_SECRET_LEAST)
        headers = [
            ("Content-Type", "application/json"),
            ("User-Agent", "ecluse"),
            ("Ecluse-Message", message.id),
            (SIGNATURE, sign(body, secret=secret, at=time.time_ns() // 1_000_000_000)),
        ]
        where = f"the webhook `{httpcore.URL(self._way.url).host.decode()}`"
        try:
            with httpcore.ConnectionPool(ssl_context=self._tls) as pool:
                answer = pool.request(
                    "POST",
                    self._way.url,
                    headers=headers,
                    content=body,
                    extensions={"timeout": _TIMEOUTS},
                )
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:  # fmt: skip
            raise failed(where, error) from None
        if not 200 <= answer.status <= 299:
            raise UnavailableError(
                f"{where} answered {answer.status}", help="see the receiver's log; check the secret"
            )
        return f"answered {answer.status}"


def open_channel(way: Webhook) -> WebhookChannel:
    """Opens a channel by webhook."""
    return WebhookChannel(way)


def sign(body: bytes, *, secret: str, at: int) -> str:
    """The value of the signature's header. Receivers refuse a `t` that is minutes away: no message comes twice unseen.

    >>> sign(b"{}", secret="0123456789abcdef", at=0)[:10]
    't=0,v1=ba2'
    """
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def _document(message: Message) -> dict[str, object]:
    finding = message.finding
    return {
        "id": message.id,
        "state": "over" if message.over else "raised",
        "at": format_instant(message.at),
        "gate": message.gate,
        "code": finding.code,
        "about": finding.about,
        "severity": message.severity,
        "what": finding.what,
        "help": finding.help,
        "acknowledge": "" if message.over else message.acknowledgement,
        "text": message.title,  # the one key that chat programs show
    }
