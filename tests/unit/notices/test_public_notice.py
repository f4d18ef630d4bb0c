"""The communication to the public has the numbers of the exposure, and what art. 34(2) asks for."""

import pytest

from ecluse.model.notice import Both
from ecluse.notices.checks import texts
from ecluse.notices.notice import examine
from ecluse.notices.public_notice import NOTICE
from notice_factory import affair, exposure, gap, statement


def said(made, language="fr"):
    return " ".join(text for _, text in texts(NOTICE.build(made, language)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_whole_one_is_not_refused(language):
    assert examine(NOTICE, affair(), language) == ()


def test_it_says_the_exact_number_and_the_most_where_the_ledger_has_a_gap():
    assert "340\u202f000 personnes sont touchées" in said(affair())
    assert "pas une estimation" in said(affair())
    open_ = affair(exposures=(exposure(gaps=(gap(),), at_most=341_200),))
    assert "341\u202f200" in said(open_)
    assert "pas une estimation" not in said(open_)
    assert "cannot say yet" in said(affair(exposures=(exposure(gaps=(gap(None),), at_most=None),)), "en")  # fmt: skip


def test_another_number_than_the_exposures_is_refused():
    wrong = statement(facts=Both("Les dossiers de 43 millions de personnes ont été lus.", "x" * 40))
    reasons = examine(NOTICE, affair(statement=wrong), "fr")
    assert any(r.code == "inconsistent" for r in reasons)


@pytest.mark.parametrize("field", ["facts", "consequences_text", "informing_text"])
def test_what_is_missing_is_refused(field):
    reasons = examine(NOTICE, affair(statement=statement(**{field: Both()})), "fr")
    assert any(r.code == "missing" for r in reasons)


def test_it_has_lines_for_the_press_answers_and_a_script():
    text = said(affair())
    for part in ("Éléments pour la presse", "Questions fréquentes", "Script pour", "Suis-je concerné"):  # fmt: skip
        assert part in text
