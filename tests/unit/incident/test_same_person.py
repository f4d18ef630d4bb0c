import pytest

from ecluse.incident.same_person import same_person


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A. Martin", "a.  martin ", True),
        ("Ève Petit", "E\u0300ve Petit", True),
        ("Ève Petit", "Eve Petit", True),
        ("\uff21. Martin", "A. Martin", True),
        ("A.\u00a0Martin", "A. Martin", True),
        ("A. Martin", "A Mar\u200btin", True),
        ("Jean-Paul Roux", "jean paul roux", True),
        ("A. Martin", "B. Martin", False),
        ("A. Martin", "A. Martinez", False),
    ],
)
def test_same_person(one, other, same):
    assert same_person(one, other) is same
    assert same_person(other, one) is same
