import pytest

from ecluse.visitors.recognize import persons_in


@pytest.mark.parametrize(
    ("body", "shown", "found"),
    [
        (b'<p data-person="P1"> <p data-person="P2">', r'data-person="(\w+)"', {"P1", "P2"}),
        (b"<p>nobody</p>", r'data-person="(\w+)"', set()),
        (b"\xff\xfe", r"(\d+)", set()),
        (b'{"number": "P1"}', "/number", {"P1"}),
        (b'{"persons": [{"n": 1}, {"m": 2}]}', "/persons/*/n", {"1"}),
        (b'[["a"], ["b"]]', "/1/0", {"b"}),
        (b'{"a/b": {"c~d": "x"}}', "/a~1b/c~0d", {"x"}),
        (b'{"n": true}', "/n", set()),
        (b'{"n": null}', "/n", set()),
        (b'{"n": {"x": 1}}', "/n", set()),
        (b"not json", "/n", set()),
        (b"[" * 100_000, "/n", set()),
        (b"[1]", "/5", set()),
    ],
)  # fmt: skip
def test_whom_an_answer_shows(body, shown, found):
    assert persons_in(body, shown) == found
