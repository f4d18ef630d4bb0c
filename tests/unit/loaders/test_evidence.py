"""evidence.yaml: an authority, none, or every fault with its place."""

import pytest

from ecluse.loaders.evidence import Stamping, load_evidence
from ecluse.model.errors import ConfigError


def test_an_authority():
    text = "version: 1\ntimestamp: {url: 'http://tsa.example.org/tsr', certificates: tsa.pem}\n"
    assert load_evidence(text, file="e") == Stamping("http://tsa.example.org/tsr", "tsa.pem")


def test_none():
    assert load_evidence("version: 1\n", file="e") is None


@pytest.mark.parametrize(
    "text",
    [
        "timestamp: {url: 'http://a.test', certificates: x}",
        "version: 2",
        "version: 1\ntimestamp: {url: 'file:///etc/passwd', certificates: x}",
        "version: 1\ntimestamp: {url: 'http://a.test'}",
        "version: 1\ntimestamp: {certificates: x}",
        "version: 1\nother: 1",
    ],
)
def test_every_fault_has_its_place(text):
    with pytest.raises(ConfigError) as caught:
        load_evidence(text, file="evidence.yaml")
    assert str(caught.value.issues[0]).startswith("evidence.yaml:")
