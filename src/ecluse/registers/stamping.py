"""Who else says when a pack existed? A time-stamping authority, where the register names one (RFC 3161).

`REGISTER/evidence.yaml` gives its address and the file with its certificates. The authority learns a hash and nothing else; its
answer is checked against these certificates before it is kept.
"""

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ecluse.model.errors import CallerError, UnavailableError

__all__ = ["Authority", "check_stamping", "stamp"]

_SECONDS = 30
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority.

    Attributes:
        certificates: PEM; of its root, of those between, and its own where answers do not carry it.
    """

    url: str
    certificates: bytes


def check_stamping(authority: Authority) -> None:
    """Called before long work that a timestamp ends.

    Raises:
        CallerError: when the extra is not installed, or the certificates are none.
    """
    try:
        import rfc3161_client  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise CallerError(
            "a timestamp needs rfc3161-client, which is not installed",
            help='install it with `pip install "ecluse[evidence]"`, or leave `timestamp` out of evidence.yaml',
        ) from None
    _certificates(authority)


def stamp(authority: Authority, content: bytes) -> bytes:
    """The authority's answer over the content, checked; DER.

    Raises:
        UnavailableError: when it does not answer, or what it answers does not hold.
    """
    from rfc3161_client import (  # noqa: PLC0415 - an extra
        HashAlgorithm,
        TimestampRequestBuilder,
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )

    request = TimestampRequestBuilder().hash_algorithm(HashAlgorithm.SHA256).data(content).nonce(nonce=True).cert_request(cert_request=True).build()  # fmt: skip
    answer = _ask(authority.url, request.as_bytes())
    builder = VerifierBuilder().from_request(request)
    for certificate in _certificates(authority):
        if _is_root(certificate):
            builder = builder.add_root_certificate(certificate)
        elif _stamps(certificate):
            builder = builder.tsa_certificate(certificate)
        else:
            builder = builder.add_intermediate_certificate(certificate)
    try:
        builder.build().verify_message(decode_timestamp_response(answer), content)
    except (VerificationError, ValueError) as error:
        raise UnavailableError(
            f"what `{authority.url}` answered is no timestamp of the authority in evidence.yaml: {error}",
            help="check its certificates; no pack was written",
        ) from None
    return answer


def _ask(url: str, request: bytes) -> bytes:
    asked = urllib.request.Request(  # noqa: S310 - evidence.yaml takes http and https alone
        url, request, {"Content-Type": "application/timestamp-query"}, method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            content: bytes = answer.read(_MOST)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise UnavailableError(
            f"the time-stamping authority `{url}` does not answer: {reason}",
            help="try again later, or leave `timestamp` out of evidence.yaml: the pack then says that it has none",
        ) from None
    return content


def _certificates(authority: Authority) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(authority.certificates)
    except ValueError:
        found = []
    if not any(map(_is_root, found)):
        raise CallerError(
            "the certificates of the time-stamping authority have no root",
            help="the file that evidence.yaml names must hold its root certificate in PEM",
        )
    return found


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _stamps(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage
