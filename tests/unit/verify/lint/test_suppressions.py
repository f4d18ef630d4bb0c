"""Comments that let findings pass are read with their reason and their place."""

from ecluse.verify.lint.part import Part
from ecluse.verify.lint.suppressions import suppressions

TEXT = b"""\xef\xbb\xbfversion: 1
# lint: ignore a-b, c: once: and again
budgets:
  - id: x   # lint:ignore d:e
# not a lint: ignore f: g
# lint: ignore
"""


def test_they_are_read():
    found = suppressions([(Part.POLICY, ("p.yaml", TEXT))])
    assert [(s.codes, s.reason, s.line, s.first, s.last) for s in found] == [
        (("a-b", "c"), "once: and again", 2, 3, 4),
        (("d",), "e", 4, 4, 4),
        ((), "", 6, 0, 0),
    ]
    assert all((s.part, s.file) == (Part.POLICY, "p.yaml") for s in found)
    first = found[0]
    assert first.covers("c", "p.yaml", 4)
    assert not first.covers("c", "p.yaml", 5)
    assert not first.covers("c", "q.yaml", 4)
    assert not first.covers("d", "p.yaml", 4)
    assert not found[2].covers("", "p.yaml", 0)
