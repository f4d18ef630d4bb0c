"""W3C extended logs, whose header may change on the way."""


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_w3c_follows_the_fields_that_are_in_force(read):
    batch = read("w3c", "iis.log")
    assert rows(batch, "account", "persons", "source") == [
        ("EXAMPLE\\alice", ["12"], "192.0.2.1"),
        ("EXAMPLE\\bob", ["13", "14"], "192.0.2.2"),
        ("EXAMPLE\\bob", ["15"], "192.0.2.2"),
        ("carol", ["16"], "192.0.2.3"),
    ]
    assert batch.events["at"][3] == 1_752_307_203_000_000
    assert batch.rejects == {"wrong number of fields": 1}
    assert batch.ignored == {"directive": 5, "no data was shown": 1}


def test_w3c_without_a_header_cannot_be_read(read):
    batch = read("w3c", b"2025-07-12 08:00:00 192.0.2.9 GET /people/12 - 443 a 192.0.2.1 - 200\n")
    assert batch.rejects == {"does not parse": 1}
