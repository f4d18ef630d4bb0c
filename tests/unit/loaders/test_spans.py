"""Short times, in milliseconds too."""

import pytest

from ecluse.loaders.nodes import Kind, Node
from ecluse.loaders.scalars import Fault
from ecluse.loaders.spans import span
from ecluse.model.time import MINUTE, SECOND


def node(text):
    return Node(Kind.SCALAR, 1, 1, text, plain=True)


def test_spans():
    assert span(node("250ms")) == SECOND // 4
    assert span(node("2s")) == 2 * SECOND
    assert span(node("1m"), least=SECOND, most=MINUTE) == MINUTE


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("0ms", "`0ms` is not a duration above zero"),
        ("1.5s", "`1.5s` is not a duration above zero"),
        ("5", "`5` is not a duration above zero"),
        ("99ms", "`99ms` is out of range: at least 100ms"),
        ("2001ms", "`2001ms` is out of range: at most 2s"),
        ("3s", "`3s` is out of range: at most 2s"),
    ],
)
def test_faults(written, message):
    with pytest.raises(Fault) as caught:
        span(node(written), least=SECOND // 10, most=2 * SECOND)
    assert str(caught.value) == message


def test_a_list_is_no_span():
    with pytest.raises(Fault, match="this is a list"):
        span(Node(Kind.LIST, 1, 1))
