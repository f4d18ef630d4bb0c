"""An exposure says its holes in words that a person can use."""

import pytest
from msgspec import structs

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.exposure import expose
from ecluse.model.entry import Entry
from ledger_factory import entry


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        ([0, 1, 3, 3, 5], None),
        ([7, 0], "1 entry is dated earlier than entries before, by up to 7s"),
        ([3600, 1, 2], "2 entries are dated earlier than entries before, by up to 1h"),
        ([90_000, 1, 90_001], "1 entry is dated earlier than entries before, by up to 2d"),
    ],
)
def test_a_clock_that_went_back_is_told_in_round_units(tmp_path, numbers, what):
    with DirectoryLedger.create(
        tmp_path / "ledger", origin="example.org/x", now=lambda: 0
    ) as ledger:
        for number in numbers:
            ledger.append(entry(number))
        ledger.commit()
    exposure = expose(tmp_path / "ledger", ["agent-0", "agent-1", "agent-2"])
    assert [gap.what for gap in exposure.gaps] == ([f"the clock went back: {what}"] if what else [])
    assert exposure.records == sum(number % 3 for number in numbers)


def test_accesses_that_were_reported_afterwards_count_and_refusals_are_added_up(tmp_path):
    start = entry(0).at
    with DirectoryLedger.create(tmp_path / "ledger", now=lambda: 0) as ledger:
        seen = structs.replace(entry(2), account="a", kind="observed", effect="deny")
        ledger.append(seen)
        ledger.append(structs.replace(entry(4), account="a", effect="deny"))
        for number, count in ((5, 200), (9, 30)):
            detail = f'{{"count": {count}, "policies": {{"files": {count}}}}}'
            ledger.append(Entry(at=entry(number).at, account="a", kind="refusals", detail=detail))
        ledger.commit()
    exposure = expose(tmp_path / "ledger", ["a"], until=start + 9_000_000)
    assert (exposure.persons, exposure.records, exposure.refused) == (2, 2, 201)
    assert exposure.known
