"""The combined access log with the virtual host in front."""


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_vhost_combined_is_not_taken_for_combined(read):
    batch = read("vhost_combined", "vhost_combined.log")
    assert rows(batch, "account", "source", "application") == [
        ("alice", "192.0.2.1", "portal.example.org:443"),
        ("bob", "2001:db8::1", "portal.example.org:443"),
    ]
    assert batch.rejects == {"does not parse": 1}
    other = read("combined", "vhost_combined.log")
    assert other.rejects == {"does not parse": 2}
