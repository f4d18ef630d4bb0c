"""The accounts table and the estate file are compared by kind and organization."""

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.verify.headcount import compare_headcounts

ESTATE = load_estate(shipped("estate-example.yaml"), file="e")
RIGHT = {
    ("adviser", "head-office"): 410, ("machine", "head-office"): 6, ("adviser", "agencies"): 9000,
    ("partner", "training-body"): 40, ("manager", "training-body"): 2,
}  # fmt: skip


def codes(counted):
    return [(f.code, f.about) for f in compare_headcounts(ESTATE, counted)]


def test_no_table_and_a_right_table_say_nothing():
    assert codes({}) == []
    assert codes(RIGHT) == []


def test_differences_are_found():
    assert codes(RIGHT | {("partner", "head-office"): 1}) == [
        ("accounts-not-in-estate", "head-office")
    ]
    assert codes(RIGHT | {("partner", "training-body"): 91}) == [
        ("accounts-miscounted", "training-body")
    ]
    assert codes(RIGHT | {("partner", "training-body"): 90}) == []
    without = {pair: n for pair, n in RIGHT.items() if pair[0] != "machine"}
    assert codes(without) == [("accounts-not-in-table", "head-office")]


def test_unknown_kinds_and_organizations_are_told_once():
    assert codes(RIGHT | {(None, "agencies"): 2, ("adviser", None): 1}) == [
        ("account-incomplete", "")
    ]
    (finding,) = compare_headcounts(ESTATE, RIGHT | {(None, None): 1})
    assert (
        finding.what == "there is 1 account of the accounts table without a kind or an organization"
    )
