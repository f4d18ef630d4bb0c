"""How do channels read their secrets and make their encrypted connections?"""

import ssl
from pathlib import Path

from ecluse.model.errors import ConfigError, UnavailableError

__all__ = ["client_tls", "failed", "read_secret"]

_SECRET_MAX = 4096


def read_secret(file: str, *, least: int = 1) -> str:
    """The one line of a file that holds a secret.

    Raises:
        ConfigError: when it cannot be read, or is no such line.
    """
    try:
        text = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(
            f"the secret in `{file}` cannot be read: {(why or 'unknown').lower()}",
            help="let the gate's user read it, and nobody else",
        ) from None
    secret = text.rstrip("\r\n")
    if not least <= len(secret) <= _SECRET_MAX or not secret.isprintable():
        raise ConfigError(
            f"the secret in `{file}` is not one line of {least} characters or more",
            help="`openssl rand -base64 32` makes one",
        )
    return secret


def client_tls(ca_file: str | None) -> ssl.SSLContext:
    """TLS that checks the server's name and certificate, by the system's authorities or by one's own.

    Raises:
        ConfigError: when the authority's file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"the authority in `{ca_file}` cannot be used: {(error.strerror or 'not PEM').lower()}",
            help="name a PEM file",
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def failed(where: str, error: Exception) -> UnavailableError:
    """Says that a server did not take a message. What the server wrote is not told on: it may repeat an address."""
    why = getattr(error, "strerror", None) or type(error).__name__
    return UnavailableError(
        f"{where} does not take messages: {str(why).lower()}",
        help="see that it runs, and that this machine reaches it",
    )
