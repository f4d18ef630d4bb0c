"""SHA-256 in lanes: the same as the library, for every length around a block's edge."""

from hashlib import sha256

import numpy as np
import pytest

from ecluse.merkle import lanes


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    lanes._compiled()


@pytest.mark.parametrize("head", [0, 1, 17])
@pytest.mark.parametrize("tail", [0, 32])
def test_lanes_equal_the_library(monkeypatch, head, tail):
    monkeypatch.setattr(lanes, "LOADED_WORTH_IT", 0)
    random = np.random.default_rng(head * 100 + tail)
    lengths = np.concatenate((np.arange(140), random.integers(0, 300, 77)))
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    text = random.integers(0, 256, offsets[-1], dtype=np.uint8)
    heads = random.integers(0, 256, (len(lengths), head), dtype=np.uint8)
    tails = random.integers(0, 256, (len(lengths), tail), dtype=np.uint8)
    digests = lanes.sha256_many(heads, text, offsets, tails)
    for row in range(len(lengths)):
        message = (
            heads[row].tobytes()
            + text[offsets[row] : offsets[row + 1]].tobytes()
            + tails[row].tobytes()
        )
        assert digests[row].tobytes() == sha256(message).digest()
    monkeypatch.setattr(lanes, "LOADED_WORTH_IT", 1 << 60)
    assert (lanes.sha256_many(heads, text, offsets, tails) == digests).all()


def test_no_message_is_no_digest():
    nothing = np.empty((0, 0), dtype=np.uint8)
    assert lanes.sha256_many(
        nothing, np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64), nothing
    ).shape == (0, 32)
