"""What a drill reads in a ledger while a gate writes it."""

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.drills import LedgerWitness
from ecluse.model.entry import Entry


def test_persons_shown_without_those_taken_back_and_who_logged_last(tmp_path):
    with DirectoryLedger.create(tmp_path / "l") as ledger:
        one, two, three = ledger.pseudonymizer.pseudonyms(["1", "2", "3"])
        first = ledger.append(Entry(at=10, account="d", application="a", persons=(three,))).seq
        second = ledger.append(Entry(at=20, account="d", application="a", persons=(one, two))).seq
        ledger.append(Entry(at=21, account="d", application="b", persons=(one,)))
        ledger.append(Entry(at=22, account="d", application="b", persons=(two,), effect="deny"))
        ledger.append(Entry(at=23, account="e", application="c", persons=(two,)))
        ledger.append(Entry(at=24, account="d", application="a", kind="release", persons=(two,), detail=f'{{"of": {second}}}'))  # fmt: skip
        ledger.append(Entry(at=25, account="d", kind="drill", detail='{"phase": "begin"}'))
        ledger.append(Entry(at=26, account="", kind="finding", detail="not json"))
        ledger.commit()
        witness = LedgerWitness(tmp_path / "l")
        assert witness.shown("d", after=first, since=0) == {"a": {one}, "b": {one}}
        assert witness.shown("d", after=-1, since=0)["a"] == {one, three}
        assert witness.last_accesses(since=0, but=frozenset({"d"})) == {"c": 23}
        assert witness.last_accesses(since=0, but=frozenset()) == {"a": 20, "b": 22, "c": 23}
        assert witness.last_accesses(since=22, but=frozenset({"d"})) == {"c": 23}
        assert [(s.kind, s.account, s.detail) for s in witness.said(since=0)] == [("drill", "d", {"phase": "begin"}), ("finding", "", {})]  # fmt: skip
        assert witness.pseudonyms(["1", "3"]) == [one, three]
