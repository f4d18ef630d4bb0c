"""The documented thefts, for any estate."""

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import default_estate, load_estate
from ecluse.model.adversary import ALL, Stolen
from ecluse.verify.bound import standard_adversaries

EXAMPLE = load_estate(shipped("estate-example.yaml"), file="estate.yaml")


def test_the_first_is_one_account_of_any_kind():
    for estate in (EXAMPLE, default_estate()):
        first = standard_adversaries(estate)[0]
        assert (first.stolen, first.creates) == ((Stolen(),), 0)


def test_every_kind_that_somebody_has_is_stolen_once():
    found = {a.id: a for a in standard_adversaries(EXAMPLE)}
    for kind in ("adviser", "partner", "manager", "machine"):
        assert found[f"one {kind}"].stolen == (Stolen(kind=kind),)
    assert found["one manager who creates accounts"].creates is None
    assert found["all accounts of agencies"].stolen == (
        Stolen(organization="agencies", accounts=ALL),
    )
    assert found["the credential of archive"].stolen == (Stolen(application="archive"),)
    assert len({a.id for a in found.values()}) == len(standard_adversaries(EXAMPLE))


def test_an_estate_of_one_kind_and_one_body_repeats_nothing():
    assert [a.id for a in standard_adversaries(default_estate())] == [
        "one account",
        "3 accounts",
        "10 accounts",
        "the credential of application",
    ]
