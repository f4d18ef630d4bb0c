"""A request's book: each reservation is settled once, and a refusal stays one."""

from uuid import UUID

import pytest

from ecluse.enforcers._book import Book, Refused, Settlement, identifiers
from ecluse.enforcers.identity import Identity
from ecluse.model.asked import PERSONS_MAX, Answer
from ecluse.model.errors import CallerError

ME = Identity(account="adviser", session="s1", source="192.0.2.1", factor="key", auth_time=5)


def book(identity=ME, **fields):
    return Book(identify=lambda: identity, application="portal", **fields)


def permit(number, effect="permit"):
    return Answer(effect=effect, released=True, reservation=f"r{number}")


def test_a_question_says_who_asks_for_whom():
    (asked,) = book(justification=lambda: "she called").questions(
        ("1", "2"), categories=["identity"], operation="list", size=9
    )
    assert (asked.account, asked.session, asked.source) == ("adviser", "s1", "192.0.2.1")
    assert (asked.factor, asked.auth_time, asked.application) == ("key", 5, "portal")
    assert (asked.persons, asked.categories, asked.operation) == (("1", "2"), ("identity",), "list")
    assert (asked.bytes, asked.justification) == (9, "she called")


def test_what_a_question_leaves_out_is_taken_from_the_route():
    kept = book(operation="view", categories=("health",))
    assert kept.questions(("1",))[0].operation == "view"
    assert kept.questions(("1",))[0].categories == ("health",)
    assert kept.questions(("1",), operation="export")[0].operation == "export"


def test_many_persons_are_split_and_bytes_counted_once():
    persons = tuple(str(n) for n in range(2 * PERSONS_MAX + 1))
    asked = book().questions(persons, size=7)
    assert [len(a.persons) for a in asked] == [PERSONS_MAX, PERSONS_MAX, 1]
    assert [a.bytes for a in asked] == [7, 0, 0]
    assert sum((a.persons for a in asked), ()) == persons


def test_nobody_is_a_question_too():
    (asked,) = book().questions(())
    assert asked.persons == ()


def test_who_is_held_already_is_not_asked_about_again():
    kept = book()
    (asked,) = kept.questions(("1", "2"), categories=["a"])
    kept.took(asked, permit(1))
    assert kept.questions(("2",), categories=["a"]) == []
    assert kept.questions(("2",), categories=["b"])
    assert kept.questions(("2",), categories=["a"], operation="export")
    assert kept.questions(("2", "3"), categories=["a"])
    assert kept.questions(("2",), categories=["a"], again=True)
    assert kept.questions(("2",), categories=["a"], size=5)
    kept.settle("r1", shown=False)
    assert kept.questions(("2",), categories=["a"]), "released, so not held any more"


@pytest.mark.parametrize("identity", [None, Identity(account="")])
def test_without_an_account_nobody_can_be_counted(identity):
    kept = book(identity)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            kept.questions(("1",))
        assert refused.value.case.kind == "anonymous"
    assert kept.case is not None


def test_who_asks_is_found_once():
    calls = []
    kept = Book(identify=lambda: calls.append(1) or ME)
    kept.know()
    kept.questions(("1",))
    kept.questions(("2",))
    assert len(calls) == 1


def test_each_reservation_is_settled_once():
    kept = book()
    for number in range(3):
        (asked,) = kept.questions((str(number),))
        kept.took(asked, permit(number))
    assert kept.open
    assert kept.settle("r0") == Settlement("r0")
    assert kept.settle("r0") is None
    assert kept.settle_all(shown=False) == [Settlement("r1", ()), Settlement("r2", ())]
    assert kept.settle_all(shown=True) == []
    assert not kept.open


def test_of_a_stream_those_handed_out_are_shown():
    kept = book()
    (asked,) = kept.questions(("1", "2", "3"), again=True)
    kept.took(asked, permit(1), stream=True)
    kept.handing_out("r1", ("1",))
    kept.handing_out("r1", ("1", "2"))
    kept.handing_out(None, ("9",))
    kept.handing_out("gone", ("9",))
    assert kept.settle_stream("r1") == Settlement("r1", ("1", "2"))
    assert kept.settle_stream(None) is None
    kept.took(asked, permit(2), stream=True)
    assert kept.settle_all(shown=True) == [Settlement("r2", ())], "nobody was handed out"
    kept.took(asked, permit(3), stream=True)
    kept.handing_out("r3", ("1", "2", "3"))
    assert kept.settle_stream("r3") == Settlement("r3"), "all were"


def test_a_refusal_stays_one():
    kept = book()
    raised = kept.refused(Answer(effect="hold", released=False, entry=3))
    assert raised.case.kind == "hold"
    assert "1" not in str(raised)
    with pytest.raises(Refused) as again:
        kept.questions(("1",))
    assert again.value.case is raised.case


def test_after_the_response_nothing_is_shown():
    kept = book()
    kept.over = True
    with pytest.raises(CallerError, match="has ended"):
        kept.questions(("1",))
    with pytest.raises(CallerError, match="has ended"):
        kept.handing_out("r1", ("1",))


def test_a_limit_that_is_near_gives_a_banner():
    kept = book(language="fr")
    assert kept.notice == ""
    (asked,) = kept.questions(("1",))
    kept.took(asked, permit(1, "warn"))
    kept.took(asked, permit(2))
    assert 'lang="fr"' in kept.notice


def test_persons_are_written_once_in_order():
    number = UUID(int=7)
    assert identifiers("12") == ("12",)
    assert identifiers(7) == ("7",)
    assert identifiers(number) == (str(number),)
    assert identifiers([3, "3", "é", number]) == ("3", "é", str(number))
    assert identifiers(str(n) for n in (2, 1, 2)) == ("2", "1")
    assert identifiers(()) == ()


class Someone:
    def __str__(self):
        return "somebody's name"


@pytest.mark.parametrize("wrong", [None, "", b"12", True, Someone(), 1.5, ["1", None], [["1"]]])
def test_a_person_without_an_identifier_is_a_mistake(wrong):
    with pytest.raises(CallerError) as error:
        identifiers(wrong)
    assert "name" not in str(error.value)
