"""Ways out are found by the names of their files."""

import pytest

from ecluse.exports.common.contract import Carried, find, names
from ecluse.model.errors import CallerError
from export_kit import ALL, material


def test_ways_out_are_the_files_of_the_room():
    assert names() == ("dfir_iris", "misp", "ocsf", "stix", "syslog", "thehive", "veris")
    assert all(find(name).name == name for name in names())


@pytest.mark.parametrize("name", ["nope", "common", "__init__", "../x", ""])
def test_another_name_is_refused(name):
    with pytest.raises(CallerError, match="no way out"):
        find(name)


@pytest.mark.parametrize(
    "name", ["dfir_iris", "misp", "ocsf", "stix", "syslog", "thehive", "veris"]
)
def test_with_nothing_there_nothing_is_written(name):
    assert not list(find(name).document(material(incident=None, findings=()), ALL))


def test_only_ocsf_can_name_persons():
    assert [name for name in names() if find(name).names_persons] == ["ocsf"]
    assert [name for name in names() if Carried.ACCESSES in find(name).carries] == [
        "ocsf",
        "syslog",
    ]
