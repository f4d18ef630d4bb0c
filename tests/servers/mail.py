"""A mail server on loopback that keeps what it gets, and can be told to refuse; with TLS and a password or without."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class MailBox:
    """What came, and what is answered.

    Attributes:
        port: where it listens.
        refusal: answered to every message instead of taking it; empty takes it.
    """

    port: int = 0
    refusal: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Takes or refuses a message."""
        if self.refusal:
            return self.refusal
        self.encrypted.append(session.ssl is not None)
        self.letters.append(
            cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default))
        )
        return "250 taken"


@contextmanager
def mail_server(
    *, certificate: tuple[str, str] | None = None, password: str = "", port: int = 0
) -> Iterator[MailBox]:
    """A server for the time of a test; with a certificate it wants STARTTLS first."""
    box = MailBox()
    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        options |= {"tls_context": context, "require_starttls": True}
    if password:

        def known(
            server: Any, session: Any, envelope: Any, mechanism: Any, data: Any
        ) -> AuthResult:
            return AuthResult(success=data.password == password.encode(), handled=False)

        options |= {"authenticator": known, "auth_required": True}
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    if not port:
        controller.port = free_port()
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody has."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
