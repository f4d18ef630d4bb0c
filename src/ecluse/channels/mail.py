"""How is a finding sent by mail? Plain text by SMTP, encrypted, and accepted by the server or not sent."""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from ecluse.channels._files import client_tls, failed, read_secret
from ecluse.model.channel import Mail, Message
from ecluse.model.errors import UnavailableError
from ecluse.model.time import format_instant

__all__ = ["MailChannel", "open_channel"]

_TIMEOUT = 20.0


class MailChannel:
    """One server and the addresses behind it. A connection lives for one message."""

    confirms = True

    def __init__(self, way: Mail) -> None:
        self._way = way
        self._tls = None if way.tls == "none" else client_tls(way.ca_file)
        if way.password_file is not None:
            read_secret(way.password_file)

    def send(self, message: Message) -> str:
        """Sends one message to all addresses; some refused is a failure, since a person is missing.

        Raises:
            UnavailableError: when the server does not take it.
            ConfigError: when the password cannot be read any more.
        """
        way = self._way
        where = f"the mail server `{way.host}:{way.port}`"
        try:
            with self._connect() as server:
                if way.account is not None and way.password_file is not None:
                    server.login(way.account, read_secret(way.password_file))
                refused = server.send_message(self._letter(message))
        except smtplib.SMTPResponseException as error:
            raise UnavailableError(
                f"{where} answered {error.smtp_code}",
                help="the server's log says why; `tls`, `account` and `sender` are usual reasons",
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _not_all(where, len(error.recipients)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise failed(where, error) from None
        if refused:
            raise _not_all(where, len(refused))
        return f"accepted by {way.host} for {len(way.to)}"

    def _connect(self) -> smtplib.SMTP:
        way = self._way
        if way.tls == "tls":
            return smtplib.SMTP_SSL(way.host, way.port, timeout=_TIMEOUT, context=self._tls)
        server = smtplib.SMTP(way.host, way.port, timeout=_TIMEOUT)
        if way.tls == "starttls":
            try:
                server.starttls(context=self._tls)  # refused, it raises: nothing goes out in clear
            except BaseException:
                server.close()
                raise
        return server

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["Subject"] = message.title
        letter["From"] = self._way.sender
        letter["To"] = ", ".join(self._way.to)
        letter["Date"] = format_datetime(datetime.fromtimestamp(message.at // 1_000_000, UTC))
        domain = self._way.sender.rpartition("@")[2]
        letter["Message-ID"] = f"<{message.id}@{domain}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
        letter["Importance"] = "high" if message.finding.severity >= 4 else "normal"
        letter.set_content(_text(message))
        return letter


def open_channel(way: Mail) -> MailChannel:
    """Opens a channel by mail."""
    return MailChannel(way)


def _not_all(where: str, number: int) -> UnavailableError:
    return UnavailableError(
        f"{where} refused {number} of the addresses", help="correct `to` in the settings"
    )


def _text(message: Message) -> str:
    finding = message.finding
    lines = [
        f"{'Over: ' if message.over else ''}{finding.what}",
        "",
        f"what to do:  {finding.help}",
        f"severity:    {message.severity}",
        f"finding:     {finding.code}",
        f"about:       {finding.about or '-'}",
        f"seen at:     {format_instant(message.at - message.at % 1_000_000)}",
        f"gate:        {message.gate}",
    ]
    if not message.over:
        lines += ["", f"I have seen it:  {message.acknowledgement}"]
    return "\n".join(lines) + "\n"
