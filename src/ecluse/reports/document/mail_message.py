"""How is a letter written as a mail? Headers that say what it is, text and HTML of the same words, and nothing to fetch or follow.

Dates and identifiers are arguments. Signing with DKIM is the business of the relay that takes the mail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from ecluse.model.letter import FIELD_LENGTHS, Personal, Wording
from ecluse.model.mail_address import envelope_address
from ecluse.reports.document.blocks import Document
from ecluse.reports.document.mail_form import as_html, as_text
from ecluse.reports.text import visible

__all__ = ["LetterMails", "Sender"]

_MARKS = {name: f"\ue000{n}\ue001" for n, name in enumerate(FIELD_LENGTHS)}
"""Where the words of one person come; signs that no font and no text has."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who stands above the mail.

    Attributes:
        address: in `From`.
        bounces: where reports of what could not be delivered go; the sender of the envelope.
        reply_to: where an answer goes; empty for the sender.
    """

    name: str
    address: str
    bounces: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """The right part of Message-IDs."""
        return envelope_address(self.address).rpartition("@")[2]


class LetterMails:
    """Writes the mails of one affair; a wording is rendered once."""

    def __init__(
        self,
        build: Callable[[Wording, Personal], Document],
        subject: Callable[[str], str],
        sender: Sender,
    ) -> None:
        """
        Args:
            build: the letter of a wording.
            subject: of the mail, by language.
            sender: of the mail.
        """
        self._build = build
        self._subject = subject
        self._sender = sender
        self._rendered: dict[Wording, tuple[str, str]] = {}

    def write(
        self, wording: Wording, personal: Personal, *, name: str, to: str, message_id: str, at: int
    ) -> bytes:
        """One mail, as it goes to the server; the same arguments give the same bytes."""
        text, html = self._words(wording, personal)
        utf8 = not to.isascii()
        letter = EmailMessage(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
        letter["Subject"] = visible(" ".join(self._subject(wording.language).split()), longest=200)
        letter["From"] = _address(self._sender.name, self._sender.address)
        letter["To"] = _address(name, to)
        if self._sender.reply_to:
            letter["Reply-To"] = _address("", self._sender.reply_to)
        letter["Date"] = format_datetime(datetime.fromtimestamp(at // 1_000_000, UTC))
        letter["Message-ID"] = message_id
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
        letter.set_content(text, cte="quoted-printable")
        letter.add_alternative(html, subtype="html", cte="quoted-printable")
        letter["Content-Language"] = wording.language
        letter.set_boundary(f"letter-{message_id.strip('<>').partition('@')[0]}")
        return letter.as_bytes()

    def _words(self, wording: Wording, personal: Personal) -> tuple[str, str]:
        if wording not in self._rendered:
            document = self._build(wording, Personal(**_MARKS))
            self._rendered[wording] = (as_text(document), as_html(document))
        text, html = self._rendered[wording]
        for name, mark in _MARKS.items():
            word = visible(getattr(personal, name))
            text, html = text.replace(mark, word), html.replace(mark, word)
        return text, html


def _address(name: str, address: str) -> Address:
    """A name as text that cannot become another header or address."""
    local, _, domain = envelope_address(address).rpartition("@")
    shown = visible(" ".join(name.split()), longest=100) if name.strip() else ""
    return Address(display_name=shown, username=local, domain=domain)
