"""Each theft of the simulator ends at or below the bound that was printed before it.

The thief's accounts are given as stolen, of their kinds and organizations, whatever their age; the shipped policies
decide; what is released to all of them together, in any stretch as long as the theft, is compared.
"""

import json
from collections import Counter

import pytest

from ecluse.cli import main
from ecluse.ledgers.query import run
from ecluse.ledgers.reader import take_snapshot
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import default_policy
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.time import MINUTE, parse_instant
from ecluse.simulator.catalogue import all_cards
from ecluse.verify.bound import bound

SCALES = {"export2021": "0.05", "evasive": "0.1", "newborn": "0.1"}
DAYS = {"capemploi": "3", "ficoba": "3", "export2021": "6", "evasive": "4", "newborn": "6", "cadastre": "4"}  # fmt: skip
THEFTS = [card.name for card in all_cards() if card.name not in {"ordinary", "peaks"}]


def ecluse(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    assert ended.value.code == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", THEFTS)
def test_the_theft_ends_below_the_bound(name, tmp_path, capsys):
    place, ledger = tmp_path / "logs", tmp_path / "ledger"
    days = ["--days", DAYS[name]] if name in DAYS else []
    ecluse("simulate", name, "--scale", SCALES.get(name, "0.01"), *days, "--out", place)
    logs = sorted(place.glob("*.log"))
    assert logs
    told = ["--map", place / "mapping.yaml", "--estate", place / "estate.yaml", "--ledger", ledger]
    ecluse("replay", *logs, *told, "--json")
    capsys.readouterr()
    truth = json.loads((place / "truth.json").read_text("utf-8"))
    thieves = truth["thieves"]
    begin, end = parse_instant(truth["first_theft_at"]), parse_instant(truth["last_theft_at"])
    horizon = -(-(end - begin + 1_000_001) // MINUTE) * MINUTE
    estate = load_estate((place / "estate.yaml").read_bytes(), file="estate.yaml")
    alike = Counter((t["kind"], t["organization"]) for t in thieves)
    stolen = tuple(Stolen(kind, body, number) for (kind, body), number in alike.items())
    (reached,) = bound(default_policy(), estate, Adversary(name, stolen), [horizon]).horizons
    names = ", ".join(f"'{t['account']}'" for t in thieves)
    sql = (
        f"SELECT count(DISTINCT person) FROM shown WHERE account IN ({names}) "
        f'AND "at" BETWEEN {begin} AND {begin - 1 + horizon}'
    )
    ((got,),) = run(take_snapshot(ledger), sql).rows()
    assert got > 0 or name == "export2021", "an export of more than the limit is refused whole"
    assert reached.persons is not None, "the shipped set bounds every account"
    assert got <= reached.persons
