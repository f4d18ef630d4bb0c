"""How is a letter handed to a mail server? In two steps, so that the outbox knows between them: told for whom, then given the text."""

import smtplib
import ssl
from typing import Final

from ecluse.channels._files import client_tls, read_secret
from ecluse.model.channel import Mail
from ecluse.model.letter import Answer, Stage
from ecluse.model.mail_address import envelope_address

__all__ = ["SmtpLetterServer"]

_LONGEST: Final = 400


class SmtpLetterServer:
    """One connection to the relay, opened when it is first needed and again after it broke."""

    def __init__(self, way: Mail, *, timeout: float = 60.0, most: int = 200) -> None:
        """
        Args:
            way: server, encryption, account; `sender` is the sender of the envelope.
            timeout: seconds for each answer.
            most: letters over one connection; relays close long ones.
        """
        self._way = way
        self._timeout = timeout
        self._most = most
        self._tls: ssl.SSLContext | None = None if way.tls == "none" else client_tls(way.ca_file)
        self._server: smtplib.SMTP | None = None
        self._given = 0

    def offer(self, to: str) -> Answer:
        """Connects, and tells the server from whom and for whom; nothing is given to it yet."""
        if self._server is not None and self._given >= self._most:
            self.close()
        try:
            server = self._server or self._connect()
        except smtplib.SMTPResponseException as error:
            return self._broken(Stage.SERVER, error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return self._broken(Stage.SERVER, 0, _said(error))
        self._server = server
        address = envelope_address(to)
        options = [] if address.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
        if options and not server.has_extn("smtputf8"):
            return Answer(Stage.RECIPIENT, 553, "the server takes no addresses with letters beyond ASCII (no SMTPUTF8)")  # fmt: skip
        try:
            server.command_encoding = "utf-8" if options else "ascii"
            code, text = server.mail(self._way.sender, options)
            if code != 250:
                return self._broken(Stage.SERVER, code, text)
            code, text = server.rcpt(address)
        except (OSError, smtplib.SMTPException) as error:
            return self._broken(Stage.SERVER, 0, _said(error))
        if code in {250, 251}:
            return Answer(Stage.RECIPIENT, code, _clean(text))
        if code == 421:
            return self._broken(Stage.SERVER, code, text)
        self._reset()
        return Answer(Stage.RECIPIENT, code, _clean(text))

    def give(self, message: bytes) -> Answer:
        """Gives it the letter. An answer of code 0 at the stage `given` is none: nobody knows whether it was taken."""
        server = self._server
        assert server is not None, "`offer` comes first"
        try:
            server.putcmd("data")
            code, text = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return self._broken(Stage.DATA, 0, _said(error))
        if code != 354:
            self._reset()
            return Answer(Stage.DATA, code, _clean(text))
        try:
            server.send(_dotted(message))
            code, text = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return self._broken(Stage.GIVEN, 0, _said(error))
        self._given += 1
        if code == 421:
            return self._broken(Stage.GIVEN, code, text)
        if code != 250:
            self._reset()
        return Answer(Stage.GIVEN, code, _clean(text))

    def close(self) -> None:
        """Ends the connection; nothing is lost by it."""
        server, self._server, self._given = self._server, None, 0
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def _connect(self) -> smtplib.SMTP:
        way = self._way
        if way.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=self._timeout, context=self._tls)  # fmt: skip
        else:
            server = smtplib.SMTP(way.host, way.port, timeout=self._timeout)
        try:
            if way.tls == "starttls":
                server.starttls(context=self._tls)  # refused, it raises: nothing goes out in clear
            server.ehlo_or_helo_if_needed()
            if way.account is not None and way.password_file is not None:
                server.login(way.account, read_secret(way.password_file))
        except BaseException:
            server.close()
            raise
        return server

    def _broken(self, stage: Stage, code: int, text: bytes | str) -> Answer:
        server, self._server, self._given = self._server, None, 0
        if server is not None:
            server.close()
        return Answer(stage, code, _clean(text))

    def _reset(self) -> None:
        server = self._server
        try:
            if server is not None and server.rset()[0] != 250:
                self.close()
        except (OSError, smtplib.SMTPException):
            self._broken(Stage.SERVER, 0, "")


def _dotted(message: bytes) -> bytes:
    """With CRLF and doubled dots, and the end of the data (RFC 5321, 4.5.2)."""
    lines = message.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"  # fmt: skip


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _clean(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return "".join(c if c.isprintable() else " " for c in words)[:_LONGEST].strip()
