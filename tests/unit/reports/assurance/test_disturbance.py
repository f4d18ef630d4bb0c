"""The backtest: by kind and week, cases with what is known of them; another policy's numbers are marked."""

from dataclasses import replace

from assurance_factory import DISTURBANCE, bare, full
from ecluse.reports.assurance.disturbance import chapter
from ecluse.reports.document.blocks import Figure, Note, Paragraph, Table
from ecluse.reports.language import words

EN, FR = words("en", document="assurance"), words("fr", document="assurance")


def _blocks(spoken=EN, **changes):
    return list(chapter(replace(full(), disturbance=replace(DISTURBANCE, **changes)), spoken))


def test_none_was_given():
    assert [b.warns for b in chapter(bare(), EN) if isinstance(b, Note)] == [True]


def test_kinds_and_price():
    table = next(b for b in _blocks(FR) if isinstance(b, Table))
    assert [c.text.replace("\u202f", " ") for c in table.rows[1]] == ["partner", "45", "1 214", "6", "1", "7,41"]  # fmt: skip
    frame = [b.text for b in _blocks() if isinstance(b, Paragraph)][1]
    assert "97 of 402,118 account-days had a refusal, that is 0.24 in a thousand" in frame


def test_cases_say_what_is_known_and_name_no_account():
    cases = [b for b in _blocks() if isinstance(b, Table)][1]
    reasons = [(row[-1].text, row[-1].small, row[-1].strong) for row in cases.rows]
    assert reasons == [
        ("the job fair of 28 September", "", False),
        ("stolen account", "a theft after all", False),
        ("nobody has explained it", "", True),
    ]


def test_the_chart_has_a_column_for_each_week():
    (figure,) = [b for b in _blocks() if isinstance(b, Figure)]
    assert figure.description.count("week of") == len(DISTURBANCE.weeks)


def test_nobody_refused_and_nothing_seen():
    said = [b.text for b in _blocks(cases=(), weeks=(), first_at=None, last_at=None) if isinstance(b, Paragraph)]  # fmt: skip
    assert said[1:] == ["The backtest saw no access.", "Nobody would have been refused."]


def test_numbers_of_other_settings_are_marked():
    assert [b.warns for b in _blocks(digest="00" * 32) if isinstance(b, Note)] == [True]
    assert not [b for b in _blocks() if isinstance(b, Note)]
