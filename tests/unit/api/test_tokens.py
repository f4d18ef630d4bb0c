"""Tokens: one key, one algorithm, and nothing else passes."""

import base64
import json
import stat

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.api.tokens import ClientKey, Verifier, create_key, read_key
from ecluse.model.errors import IntegrityError, UnavailableError
from ecluse.model.time import DAY, SECOND

KEY = ClientKey(bytes(32))
NOW = 1_795_000_000 * SECOND + 17
SECRET, TOKEN = KEY.issue("portal", now=NOW, days=30)
VERIFIER = Verifier(KEY.public)


def part(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")


def test_a_token_is_known_again():
    claims = VERIFIER.claims(SECRET.encode())
    assert claims == {
        "iss": claims["iss"],
        "sub": "portal",
        "jti": TOKEN.id,
        "iat": NOW // SECOND,
        "exp": TOKEN.expires // SECOND,
    }
    assert TOKEN.expires == NOW // SECOND * SECOND + 30 * DAY
    assert KEY.issue("portal", now=NOW, days=30)[1].id != TOKEN.id


def test_neither_key_nor_seed_show():
    assert repr(KEY).startswith("ClientKey(urn:ecluse:gate:")
    assert "00000000" not in repr(KEY)


def test_another_key_s_token_is_unknown():
    assert Verifier(ClientKey(b"\1" * 32).public).claims(SECRET.encode()) is None


def forged(**changes):
    claims = VERIFIER.claims(SECRET.encode()) | changes
    return jwt.encode(
        {k: v for k, v in claims.items() if v is not None}, KEY._private, algorithm="EdDSA"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "urn:ecluse:gate:other"}, {"iss": None}, {"sub": None}, {"jti": None}, {"exp": None},
        {"iat": None}, {"exp": 1.5}, {"exp": True}, {"exp": "1"}, {"iat": "now"},
    ],
)  # fmt: skip
def test_a_signed_token_with_other_claims_is_unknown(changes):
    assert VERIFIER.claims(forged().encode()) is not None
    assert VERIFIER.claims(forged(**changes).encode()) is None


def test_no_other_algorithm():
    head, body, signature = SECRET.encode().split(b".")
    none = part({"alg": "none", "typ": "JWT"})
    claims = VERIFIER.claims(SECRET.encode())
    public = base64.b64encode(KEY.public)
    tokens = [
        b".".join([none, body, b""]),
        b".".join([none, body, signature]),
        b".".join([part({"alg": "HS256", "typ": "JWT"}), body, signature]),
        jwt.encode(claims, public * 2, algorithm="HS256").encode(),
        jwt.encode(claims, Ed448PrivateKey.generate(), algorithm="EdDSA").encode(),
        b".".join([part({"alg": "EdDSA", "crit": ["exp"], "exp": 1}), body, signature]),
        b".".join([head, body]),
        b".".join([head, body, signature, signature]),
        b".".join([head, part(claims | {"sub": "other"}), signature]),
    ]
    for token in tokens:
        assert VERIFIER.claims(token) is None


@given(st.integers(0, len(SECRET) - 6), st.integers(1, 255))
def test_no_changed_token(place, change):
    """The last characters of a signature stand for fewer bits than they have, so they are left alone."""
    changed = bytearray(SECRET.encode())
    changed[place] ^= change
    assert VERIFIER.claims(bytes(changed)) is None


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda b: SECRET.encode()[:40] + b))
def test_no_rubbish(token):
    assert VERIFIER.claims(token) is None


def test_deep_rubbish():
    deep = base64.urlsafe_b64encode(b"[" * 2500).rstrip(b"=")
    assert VERIFIER.claims(deep + b"." + deep + b".") is None


def test_the_key_file(tmp_path):
    path = tmp_path / "clients.key"
    made = create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path).public == made.public
    with pytest.raises(UnavailableError, match="there already"):
        create_key(path)
    path.chmod(0o640)
    with pytest.raises(UnavailableError, match="can be read by others"):
        read_key(path)
    path.chmod(0o600)
    path.write_text("secret\n")
    with pytest.raises(IntegrityError, match="does not hold a key"):
        read_key(path)
    path.unlink()
    with pytest.raises(UnavailableError, match="cannot be read"):
        read_key(path)
