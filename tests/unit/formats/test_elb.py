"""Logs of Amazon's load balancers, classic and application."""


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_elb_reads_both_kinds(read):
    batch = read("elb", "elb.log")
    assert rows(batch, "account", "persons", "at") == [
        ("192.0.2.1", ["12"], 1_752_307_200_186_641),
        ("2001:db8::1", ["13"], 1_752_307_201_945_958),
    ]
    assert batch.rejects == {"does not parse": 1, "wrong number of fields": 1}
    assert batch.ignored == {"no data was shown": 1}
