"""OCSF events of API activity, and what is none."""


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_ocsf(read):
    batch = read("ocsf", "ocsf.jsonl")
    assert rows(
        batch, "account", "persons", "session", "organization", "application", "operation"
    ) == [
        ("u-1", ["12", "13"], "s-1", "o-1", "portal", "GetPerson"),
        ("bob", ["14"], None, None, "example", "Read"),
    ]
    assert batch.ignored == {"another OCSF class": 1, "refused by the application": 1}
