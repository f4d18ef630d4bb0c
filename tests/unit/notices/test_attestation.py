"""The attestation says which categories and by which references, and leaves the identity to the person."""

import pytest

from ecluse.model.letter import Personal, Wording
from ecluse.notices.attestation import NOTICE, attestation
from ecluse.notices.checks import texts
from ecluse.notices.notice import examine
from notice_factory import affair, statement

ONE = Personal("7K3F-9QWX-M2TD", "ABCD-EFGH-JKLM", "NPQR-STUV-WXYZ", "12/07/2025")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_is_not_refused(language):
    assert examine(NOTICE, affair(), language) == ()


def test_without_a_complaint_of_the_organization_there_is_nothing_to_join():
    made = affair(statement=statement(complaint_number=""))
    assert any(r.where == "complaint_number" for r in examine(NOTICE, made, "fr"))


def test_it_says_what_was_read_of_this_person():
    made = attestation(affair(), Wording("fr", shown=("contact",), listed=("identity",)), ONE)
    said = " ".join(text for _, text in texts(made))
    for part in (ONE.attestation, ONE.reference, "12/07/2025", "PV 2025/0042", "Affichées à l’écran", "Vues dans une liste", "……"):  # fmt: skip
        assert part in said
    assert ONE.code not in said  # the other code stays the person's own
    assert "Copiées" not in said
