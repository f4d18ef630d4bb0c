"""The annex says what is not covered, and gives what a reader checks with."""

from dataclasses import replace

from assurance_factory import LEDGER, bare, full
from ecluse.reports.assurance.annex import chapter
from ecluse.reports.document.blocks import Bullets, Facts, Note
from ecluse.reports.language import words

EN, FR = words("en", document="assurance"), words("fr", document="assurance")


def _values(facts):
    return [f.value for b in chapter(facts, EN) if isinstance(b, Facts) for f in b.items]


def test_what_is_not_covered_is_said_in_both_languages():
    for spoken, named in ((EN, ("administrators", "backups", "processors")), (FR, ("administrateurs", "sauvegardes", "sous-traitants"))):  # fmt: skip
        outside = [b for b in chapter(full(), spoken) if isinstance(b, Bullets)][1]
        for word in named:
            assert any(word in item for item in outside.items)


def test_digests_checkpoint_and_commands_are_whole():
    values = _values(full())
    for value in (full().policies.digest, LEDGER.root, LEDGER.key, LEDGER.fingerprint, "ecluse ledger verify evidence"):  # fmt: skip
        assert value in values


def test_a_folder_that_a_stranger_named_is_quoted():
    values = _values(replace(full(), ledger=replace(LEDGER, folder="a; rm -rf ~")))
    assert "ecluse ledger verify 'a; rm -rf ~'" in values


def test_without_ledger_or_checkpoint():
    assert [b.warns for b in chapter(bare(), EN) if isinstance(b, Note)] == [True]
    unsigned = replace(full(), ledger=replace(LEDGER, size=0, root="", signed_at=""))
    assert [b.warns for b in chapter(unsigned, EN) if isinstance(b, Note)] == [True]
