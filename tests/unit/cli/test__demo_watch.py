import msgspec

from ecluse.cli._demo_watch import Visit, Watch, clock


def visit(**more):
    given = {"at": 1.0, "account": "p", "thief": True, "manner": "list", "path": "/", "status": 200}
    return msgspec.convert({**given, "persons": 0, "total": 0, **more}, Visit)


def test_turns_of_the_thief():
    watch = Watch()
    assert watch.feed(visit(persons=100, total=100)) is None
    assert watch.feed(visit(at=2.0, status=429, total=100, title="no", reference=7)) is None
    ended = watch.feed(visit(at=3.0, manner="file", persons=1, total=101))
    assert (ended.requests, ended.gained, ended.refused, ended.title) == (2, 100, 1, "no")
    assert ended.line() == "0:01  list: 100 more persons, 1 of 2 requests refused (no)"
    assert (watch.thief, watch.stolen, watch.requests, watch.refused) == ("p", 101, 3, 1)
    assert watch.first.reference == 7
    assert watch.manners[-1].line() == "0:03  file: 1 more persons"


def test_what_is_tried_again_is_one_row():
    watch = Watch()
    for turn, manner in enumerate(["list", "file", "list", "file"]):
        watch.feed(visit(at=turn, manner=manner, status=403, title=f"{turn}"))
    assert [row.name for row in watch.rows()] == [
        "list",
        "file",
        "all of it again, in new sessions",
    ]
    assert (watch.rows()[-1].requests, watch.rows()[-1].title) == (2, "3")
    assert Watch().rows() == []


def test_everybody_else():
    watch = Watch()
    for status in (200, 404, 302, 403):
        watch.feed(visit(account="a", thief=False, status=status, total=4))
    watch.feed(visit(account="b", thief=False, total=2))
    assert watch.others == {"a": (4, 1, 4), "b": (1, 0, 2)}
    assert watch.disturbed == 1
    assert not watch.manners


def test_time():
    assert [clock(s) for s in (0, 59.9, 60, 3600)] == ["0:00", "0:59", "1:00", "60:00"]
