"""Every format is found by its name and ships a mapping that loads."""

import pytest

from ecluse import formats
from ecluse.loaders.mapping import load_mapping, starter
from ecluse.model.errors import CallerError


def test_names_are_the_modules():
    assert formats.names() == (
        "cloudtrail", "combined", "csv", "elb", "jsonl", "nginx_json", "ocsf", "parquet",
        "pgaudit", "vhost_combined", "w3c",
    )  # fmt: skip


@pytest.mark.parametrize("name", formats.names())
def test_a_format_says_what_it_is_and_ships_a_mapping(name):
    fmt = formats.find(name)
    assert fmt.name == name
    assert fmt.description
    mapping = load_mapping(starter(name), file=f"{name}.yaml")
    assert mapping.format == name
    assert mapping.time
    assert fmt.open_fields or mapping.fields() <= fmt.fields.keys()


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(CallerError) as caught:
        formats.find("common")
    assert "combined" in caught.value.help
