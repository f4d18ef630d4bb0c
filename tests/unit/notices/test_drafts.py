"""What the log says of documents is folded, and an act that does not say it is found."""

from types import SimpleNamespace

import pytest

from ecluse.model.errors import IntegrityError
from ecluse.notices.drafts import documents, latest, reasons

DRAWN = {"name": "cnil", "version": 1, "kind": "initial", "signer": "D", "made_at": 5, "files": {"cnil-v1.fr.html": "a"}, "exposure": [1, "e"], "sources": {"statement.yaml": "s"}}  # fmt: skip
SIGNED = {"name": "cnil", "version": 1, "files": {"cnil-v1.fr.html": "a"}}


def log(*acts):
    return [
        SimpleNamespace(n=n, at=n, by=f"p{n}", act=act, detail=detail)
        for n, (act, detail) in enumerate(acts, 1)
    ]


def test_signatures_follow_the_draft():
    (made,) = documents(log(("note", {"text": "x"}), ("document_drafted", DRAWN), ("document_signed", SIGNED), ("document_released", SIGNED)))  # fmt: skip
    assert (made.first.by, made.second.by, made.released) == ("p3", "p4", True)
    assert made.exposure == (1, "e")


def test_the_last_one_and_the_last_released_one():
    found = documents(log(("document_drafted", DRAWN), ("document_signed", SIGNED), ("document_released", SIGNED), ("document_drafted", DRAWN | {"version": 2})))  # fmt: skip
    assert latest(found, "cnil").version == 2
    assert latest(found, "cnil", released=True).version == 1
    assert latest(found, "letter") is None


@pytest.mark.parametrize(
    "acts",
    [
        [("document_signed", SIGNED)],
        [("document_drafted", DRAWN), ("document_signed", SIGNED | {"files": {"cnil-v1.fr.html": "b"}})],
        [("document_drafted", {"name": "cnil"})],
        [("document_drafted", DRAWN), ("document_released", {"version": 1})],
    ],
)  # fmt: skip
def test_an_act_that_does_not_say_what_it_must_is_found(acts):
    with pytest.raises(IntegrityError):
        documents(log(*acts))


def test_nothing_stands_against_a_signature_when_nothing_changed():
    (made,) = documents(log(("document_drafted", DRAWN)))
    same = {"by": "A", "files": {"cnil-v1.fr.html": "a"}, "exposure": (1, "e"), "sources": {"statement.yaml": "s"}, "newer": False}  # fmt: skip
    assert list(reasons(made, **same)) == []
    for change in ({"files": {}}, {"exposure": None}, {"exposure": (1, "f")}, {"sources": {"statement.yaml": "t"}}, {"newer": True}):  # fmt: skip
        assert len(list(reasons(made, **(same | change)))) == 1
