from ecluse.simulator.mappings import refused, same_names, web_mapping
from ecluse.simulator.staffing import application


def mapping(**categories):
    return web_mapping(
        "combined", (application("kairos", 10, **categories),), target="target", status="status", account="remote_user"
    )  # fmt: skip


def test_a_web_mapping_names_the_places_given() -> None:
    found = mapping()
    assert found["account"] == "remote_user"
    assert found["person"]["field"] == "target"
    assert found["ignore"][-1]["when"] == {"field": "status", "at_least": 400}


def test_lists_show_the_first_category_and_files_all() -> None:
    rules = [rule for rule in mapping()["rules"] if "categories" in rule["set"]]
    assert [rule["set"]["categories"] for rule in rules] == [
        ["contact", "identity", "registration"],
        ["identity"],
    ]


def test_an_application_without_categories_sets_none() -> None:
    assert [rule["set"] for rule in mapping(categories=())["rules"]] == [{"operation": "view"}]


def test_fields_called_as_the_facts_are() -> None:
    found = same_names(
        "csv",
        time={"field": "at"},
        person="persons",
        categories="categories",
        ignore=refused("status", at_least=400),
    )
    assert found["session"] == "session"
    assert found["ignore"] == [
        {"when": {"field": "status", "at_least": 400}, "reason": "found nobody"}
    ]
