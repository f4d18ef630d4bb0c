"""nginx's access log as JSON."""


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_nginx_json_takes_the_time_and_the_path_from_what_there_is(read):
    batch = read("nginx_json", "nginx_json.log")
    assert rows(batch, "account", "persons", "at") == [
        ("alice", ["12"], 1_752_307_200_000_000),
        ("bob", ["13"], 1_752_307_201_500_000),
        ("carol", ["14", "15"], 1_752_307_202_000_000),
    ]
    assert batch.rejects == {"does not parse": 1}
