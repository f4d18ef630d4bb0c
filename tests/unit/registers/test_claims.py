"""Claims in an incident's folder."""

import pytest

from claim_factory import CLAIMS
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.registers.claims import claims, load_claim, save_claim
from ecluse.registers.folder import IncidentFolder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "2026-0001").mkdir()
    return IncidentFolder(tmp_path / "2026-0001")


def test_a_claim_comes_back_as_it_was_kept(folder):
    for number, claim in enumerate(CLAIMS.values(), start=1):
        kept = save_claim(folder, claim)
        assert kept.number == number
        assert load_claim(folder) == load_claim(folder, number) == kept
    assert claims(folder) == (1, 2, 3, 4)


def test_one_that_is_not_there_is_said_with_those_that_are(folder):
    with pytest.raises(CallerError, match="no such claim"):
        load_claim(folder)
    save_claim(folder, CLAIMS["new"])
    with pytest.raises(CallerError) as error:
        load_claim(folder, 7)
    assert "it has: 1" in error.value.help


def test_an_altered_one_is_an_error(folder):
    save_claim(folder, CLAIMS["new"])
    (folder.path / "claims" / "1.json").write_text('{"verdict": "ours-new"}')
    with pytest.raises(IntegrityError, match="not what was written"):
        load_claim(folder)
