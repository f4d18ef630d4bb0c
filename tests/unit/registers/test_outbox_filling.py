"""Every person of a frozen exposure gets one letter on the right way, whatever the file of names looks like."""

import pyarrow.parquet as pq
import pytest

from ecluse.model.errors import CallerError, SourceError
from ecluse.model.letter import LetterState
from ecluse.registers import outbox_filling
from ecluse.registers.outbox import open_outbox
from ecluse.registers.outbox_filling import People, fill, suppress
from letters_kit import everybody, exposure, person, write_people


@pytest.fixture
def filled(tmp_path):
    def made(rows, persons, **more):
        pq.write_table(exposure(persons, None, **more)[1], tmp_path / "v1.parquet")
        people = People(write_people(tmp_path / "people.csv", rows))
        go_on(outbox, tmp_path, people)
        return outbox

    with open_outbox(tmp_path, create=True) as outbox:
        yield made


def go_on(outbox, folder, people):
    fill(outbox, folder / "v1.parquet", people, language="fr", zone="Europe/Paris", most_per_address=3, moved=lambda *_: None)  # fmt: skip


def test_one_letter_a_person_whoever_shares_an_address_or_has_several(filled):
    rows = everybody(4)
    rows[1]["mail"] = rows[0]["mail"]  # a family
    rows.append({**rows[2], "mail": "other@example.org"})
    rows.append({**rows[2], "mail": "OTHER@EXAMPLE.ORG"})
    rows.append(
        {"n": "99", "name": "Nobody we know", "mail": "x@example.org"}
    )  # not in the exposure
    outbox = filled(rows, 4)
    letters = list(outbox.rows())
    assert [r.person for r in letters] == [person(n) for n in range(4)]
    assert letters[0].mail == letters[1].mail
    assert outbox.message_id(letters[0], "example.org") != outbox.message_id(letters[1], "example.org")  # fmt: skip
    assert {letters[2].mail, *letters[2].others} >= {"other@example.org", "p2@example.org"}
    assert outbox.count() == {"prepared": 4}


def test_the_way_follows_from_what_is_known(filled):
    rows = everybody(8)
    rows[0]["mail"] = ""
    rows[1]["mail"] = rows[1]["address"] = ""
    rows[2]["channel"] = "post"
    rows[3]["channel"] = "none"
    rows[4]["mail"] = "a@b@example.org"
    rows[5]["mail"] = "p5@example.org\r\nRCPT TO:<x@example.org>"
    del rows[7]  # nothing is known of that person
    outbox = filled(rows, 8, protected=frozenset({6}))
    states = [r.state for r in outbox.rows()]
    post, public = LetterState.POST, LetterState.PUBLIC
    assert states == [post, public, post, public, post, post, LetterState.SUPPRESSED, public]
    assert "cannot be one" in outbox.row(person(4)).note


def test_an_address_of_too_many_persons_is_nobodys_own(filled):
    rows = everybody(5)
    for row in rows[:4]:
        row["mail"] = "Shelter@example.org"
    outbox = filled(rows, 5)
    assert outbox.count() == {"post": 4, "prepared": 1}
    assert "more than one household" in outbox.row(person(0)).note


def test_wordings_follow_manner_language_and_age(filled, tmp_path):
    rows = everybody(3, language="en")
    rows[1]["language"] = "de"
    outbox = filled(rows, 3, minors=frozenset({2}))
    zero, one, two = (r.wording for r in outbox.rows())
    assert (zero.language, one.language) == ("en", "fr")
    assert zero.shown == ("contact", "identity")
    assert two.minor
    assert not zero.minor
    assert len(outbox.wordings()) == 3
    assert outbox.row(person(0)).seen == "2025-07-12"
    assert outbox.row(person(1)).seen == "12/07/2025"


def test_stopped_in_between_it_goes_on_and_ends_alike(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(outbox_filling, "_PIECE", 7)
    rows = everybody(30)
    outbox = filled(rows, 30)
    whole = outbox.list_digest()
    (tmp_path / "again").mkdir()
    with open_outbox(tmp_path / "again", create=True) as other:
        people = People(tmp_path / "people.csv")
        calls = []

        def stop(done, _total):
            calls.append(done)
            if done == 14:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fill(other, tmp_path / "v1.parquet", people, language="fr", zone="Europe/Paris", most_per_address=3, moved=stop)  # fmt: skip
        assert other.count() == {"prepared": 14}
        go_on(other, tmp_path, people)
        assert other.list_digest() == whole
        assert calls == [0, 7, 14]


def test_a_file_without_the_columns_is_refused(tmp_path):
    pq.write_table(exposure(1, None)[1], tmp_path / "v1.parquet")
    with pytest.raises(CallerError, match="no such file"):
        People(tmp_path / "missing.csv")
    for content in ("name,mail\na,b\n", "person,name\na,b\n", 'person,mail\n"a\n', "\x00\x01"):
        (tmp_path / "people.csv").write_text(content)
        with open_outbox(tmp_path, create=True) as outbox, pytest.raises(SourceError):
            go_on(outbox, tmp_path, People(tmp_path / "people.csv"))


def test_persons_are_set_aside_by_pseudonym_or_address_but_not_called_back(filled, tmp_path):
    outbox = filled(everybody(4), 4)
    row = outbox.row(person(3))
    outbox.begin(row, content="c", message_id="<m@example.org>", at=1)
    aside = tmp_path / "aside.csv"
    aside.write_text(f"person,mail,reason\n{person(0).hex()},,at risk\n,P1@example.org,\nzz,,\n{person(3).hex()},,too late\n")  # fmt: skip
    assert suppress(outbox, aside, at=5, by="Sacha") == (2, 1)
    assert outbox.count() == {"prepared": 1, "sending": 1, "suppressed": 2}
    assert outbox.row(person(0)).note == "at risk"
    assert outbox.attempts(person(0))[0].by == "Sacha"
    aside.write_text("name\nx\n")
    with pytest.raises(SourceError, match="no column"):
        suppress(outbox, aside, at=5, by="Sacha")
