"""A mail server on loopback that behaves badly on request: it refuses, delays, puts off, hangs up before or after it took a letter."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller

from servers.mail import free_port


@dataclass
class Letterbox:
    """What came, and how the server behaves.

    Attributes:
        taken: Message-IDs that were taken, with how often.
        at_recipient: the answer to an address; empty takes it.
        at_data: the answer to a text; empty takes it. `hang up` and `hang up after` end the connection.
        pause: seconds before a text is answered.
    """

    port: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: set[str] = field(default_factory=set)
    connections: int = 0
    at_recipient: Callable[[str], str] = lambda _: ""
    at_data: Callable[[str], str] = lambda _: ""
    pause: float = 0.0

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> list[str]:  # fmt: skip
        """Counts connections."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # fmt: skip
        """Takes or refuses an address."""
        answer = self.at_recipient(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Takes or refuses a letter."""
        if self.pause:
            await asyncio.sleep(self.pause)
        letter = cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default))
        answer = self.at_data(envelope.rcpt_tos[0])
        if answer == "hang up":
            server.transport.abort()
            return "451 gone"
        if answer and answer != "hang up after":
            return answer
        self.taken[str(letter["Message-ID"])] += 1
        self.letters.append(letter)
        self.recipients.append(envelope.rcpt_tos[0])
        self.senders.add(envelope.mail_from)
        if answer == "hang up after":
            server.transport.abort()
        return "250 taken as " + str(random.Random(len(self.letters)).randrange(10**6))


@contextmanager
def letterbox(**behaviour: Any) -> Iterator[Letterbox]:
    """The server for the time of a test."""
    box = Letterbox(**behaviour)
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
