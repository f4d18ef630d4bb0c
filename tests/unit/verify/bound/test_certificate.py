"""A certificate holds for whoever checks it with Python alone, and no changed one does."""

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest

from bound_kit import random_adversary, random_estate, random_policies
from ecluse.ledgers.standalone import check_bound
from ecluse.model.time import MINUTE
from ecluse.verify.bound.bounding import worst
from ecluse.verify.bound.certificate import certificate, digest_of
from ecluse.verify.bound.program import holding


def document(seed: int, *, creates: int | None = 0):
    rng = Random(seed)
    estate = random_estate(rng)
    policies = random_policies(rng, estate, dividing=rng.random() < 0.7)
    adversary = replace(random_adversary(rng, estate), creates=creates)
    budgets = holding(policies.budgets)
    case = worst(budgets, estate, adversary, rng.choice([1, 3, 8, 32]) * MINUTE)
    return json.loads(json.dumps(certificate(case, adversary, policy="0" * 64)))


@pytest.mark.parametrize("seed", range(120))
def test_every_certificate_holds(seed):
    assert check_bound.check(document(seed)) == []


def test_what_is_proved_is_not_less_than_what_the_plan_takes():
    for seed in range(40):
        found = document(seed)
        assert found["plan_takes"] <= found["persons"]


def _lower(found):
    found["persons"] -= 1


def _proof(found):
    place = next(i for i, y in enumerate(found["proof"]) if y != "0")
    found["proof"][place] = "0"


def _negative(found):
    place = next(i for i, y in enumerate(found["proof"]) if y != "0")
    found["proof"][place] = "-1"


def _cap(found):
    place = next(i for i, y in enumerate(found["proof"]) if y != "0")
    found["rows"][place]["cap"] -= 1


def _plan(found):
    found["plan"][0] += 10**9
    found["plan_takes"] += 10**9


def _taken(found):
    found["plan_takes"] += 1


def _short(found):
    found["proof"].pop()


@pytest.mark.parametrize("change", [_lower, _proof, _negative, _cap, _plan, _taken, _short])
def test_no_changed_certificate_holds(change):
    tried = 0
    for seed in range(12):
        found = document(seed)
        if not any(row.get("curve") for row in found["rows"]):
            continue
        changed = deepcopy(found)
        change(changed)
        if change is _cap and "curve" not in _changed_row(found, changed):
            continue  # a population is compared with the estate, not with windows
        assert check_bound.check(changed), f"seed {seed}"
        tried += 1
    assert tried >= 5


def _changed_row(before, after):
    return next(b for b, a in zip(before["rows"], after["rows"], strict=True) if a != b)


def test_the_curve_is_computed_by_the_script_itself():
    assert check_bound.most_in([[2, 3], [3, 4]], 5) == 7
    assert check_bound.most_in([[10, 60], [60, 150], [1440, 500]], 1440) == 500
    assert check_bound.most_in([[1, 1]], 3_000_000) == 3_000_000
    assert check_bound.most_in([[7, 5]], 0) == 0


def test_the_script_runs_alone(tmp_path):
    file = tmp_path / "bound.json"
    file.write_text(json.dumps({"certificates": [document(1), document(2)]}), "utf-8")
    command = [sys.executable, "-I", check_bound.__file__, str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.count(": holds")) == (0, 2), ran.stdout + ran.stderr
    wrong = document(1)
    _lower(wrong)
    file.write_text(json.dumps(wrong), "utf-8")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "DOES NOT HOLD" in ran.stdout
    file.write_text("{", "utf-8")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_the_digest_is_of_the_content_not_of_its_order():
    found = document(3)
    assert digest_of(found) == digest_of(dict(reversed(found.items())))
    assert digest_of(found) != digest_of(found | {"persons": found["persons"] + 1})
