"""What is sealed opens with the recipient's key and no other, by the age library itself."""

import pyrage
import pytest

from ecluse.model.errors import CallerError
from ecluse.registers.sealed import recipient, seal


def test_the_recipient_alone_opens_it():
    theirs, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    sealed = seal(b"secret", recipient(f" {theirs.to_public()}\n"))
    assert b"secret" not in sealed
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert pyrage.decrypt(sealed, [theirs]) == b"secret"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])


@pytest.mark.parametrize("text", ["", "age1", "AGE-SECRET-KEY-1QQQ", "ssh-ed25519 AAAA"])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(CallerError, match="no public key of age"):
        recipient(text)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyrage", None)
    with pytest.raises(CallerError, match="pyrage") as caught:
        recipient("age1")
    assert "ecluse[evidence]" in caught.value.help
