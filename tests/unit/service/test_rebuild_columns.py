import polars as pl
import pytest

from ecluse.model.access import AccessRequest
from ecluse.model.entry import Entry
from ecluse.model.policy import Budget, Count, Key, PolicySet, Target, Window
from ecluse.service.rebuild_acts import RELEASE, Acts
from ecluse.service.rebuild_columns import Gatherer
from rebuild_kit import Book, names

ALL = PolicySet(
    (
        Budget(
            "all",
            tuple(key for key in Key if key is not Key.SYSTEM),
            (Window(100, 5),),
            counts=Count.BYTES,
            target=Target(
                kinds=frozenset({"adviser"}),
                operations=frozenset({"view"}),
                categories=frozenset({"identity"}),
                factors=frozenset({"key"}),
                younger_than=5,
                own=True,
                justified=True,
                stepped_up=False,
            ),
        ),
    )
)
FEW = PolicySet((Budget("few", (Key.SYSTEM,), (Window(100, 5),)),))


def gathered(*entries, policies=ALL):
    gatherer, acts = Gatherer(policies), Acts(policies)
    for frame in Book(entries, at_once=2).scan(columns=sorted({*gatherer.columns, *Acts.COLUMNS})):
        acts.take_back(frame)
        gatherer.add(frame.filter(frame["kind"] != RELEASE))
    return gatherer.finish(acts.not_shown())


def requests(*entries, **options):
    return list(gathered(*entries, **options).requests())


FULL = Entry(
    at=7, account="a", account_kind="adviser", session="s", organization="o", lineage="l", application="x",
    source="192.0.2.1", factor="key", operation="view", categories=("health", "identity"), persons=names([5, 6]),
    own="10", created_at=3, bytes=9, detail='{"justified": "words", "stepped_up": true, "client": "c"}',
)  # fmt: skip


def test_every_fact_comes_back_as_it_was():
    assert requests(FULL) == [
        (
            7,
            AccessRequest(
                account="a", application="x", persons=(5, 6), session="s", organization="o", source="192.0.2.1",
                lineage="l", kind="adviser", factor="key", created_at=3, operation="view",
                categories=("health", "identity"), bytes=9, own=(True, False), justified=True, stepped_up=True,
            ),
        )
    ]  # fmt: skip


def test_empty_words_are_unknown_but_for_account_and_application():
    entry = Entry(at=1, account="", persons=names([1]))
    ((_, request),) = requests(entry)
    assert request == AccessRequest(account="", application="", persons=(1,), lineage="")


def test_only_what_the_policies_ask_about_is_read():
    assert set(Gatherer(FEW).columns) == {
        "seq",
        "at",
        "detail",
        "account",
        "application",
        "persons",
    }
    ((_, request),) = requests(FULL, policies=FEW)
    assert request == AccessRequest(account="a", application="x", persons=(5, 6))


@pytest.mark.parametrize(
    "detail", ["", "{}", "[]", "not json", '{"justified": ""}', '{"justified": null}']
)
def test_what_a_detail_does_not_say_is_absent(detail):
    ((_, request),) = requests(Entry(at=1, account="a", detail=detail))
    assert not request.justified
    assert not request.stepped_up


def test_a_person_named_twice_counts_once_and_keeps_its_place():
    ((_, request),) = requests(Entry(at=1, account="a", persons=names([3, 1, 3, 2]), own="1011"))
    assert request.persons == (3, 1, 2)
    assert request.own == (True, False, True)


@pytest.mark.parametrize("own", ["", "1", "101"])
def test_a_caseload_that_is_not_told_of_each_person_is_unknown(own):
    ((_, request),) = requests(Entry(at=1, account="a", persons=names([1, 2]), own=own))
    assert request.own is None


def test_a_ledger_that_goes_back_in_time_comes_in_order():
    entries = [
        Entry(at=at, account=f"a{at}", persons=names(range(at % 4)), bytes=at)
        for at in (5, 3, -2, 9, 3)
    ]
    found = requests(*entries)
    assert [at for at, _ in found] == [0, 3, 3, 5, 9]
    assert [r.account for _, r in found] == ["a-2", "a3", "a3", "a5", "a9"]
    assert [len(r.persons) for _, r in found] == [2, 3, 3, 1, 1]


def release(of, persons, account="a"):
    return Entry(
        at=9, kind=RELEASE, account=account, persons=names(persons), detail=f'{{"of": {of}}}'
    )


def test_persons_that_were_not_shown_are_left_out():
    entries = (
        Entry(at=1, account="a", persons=names([1, 2, 3]), own="101"),
        Entry(at=2, account="a", persons=names([4])),
        Entry(at=3, account="a", persons=names([1])),
    )
    found = requests(*entries, release(0, [1, 3]), release(1, [4]), release(9, [1]))
    assert [(at, r.persons, r.own) for at, r in found] == [(1, (2,), (False,)), (3, (1,), None)]


def test_a_release_of_another_account_or_of_no_access_takes_nothing_back():
    entries = (Entry(at=1, account="a", persons=names([1])), Entry(at=2, account="b"))
    found = requests(*entries, release(0, [1], account="b"), release(1, [1], account="b"))
    assert [r.persons for _, r in found] == [(1,), ()]


def test_nothing_is_nothing():
    past = gathered()
    assert (len(past.history), list(past.requests())) == (0, [])


def test_entries_are_known_by_their_numbers():
    past = gathered(Entry(at=5, account="a"), release(9, [1]), Entry(at=4, account="b"))
    assert past.seq.tolist() == [2, 0]


def test_what_a_retention_destroyed_is_unknown():
    (frame,) = Book([FULL, FULL]).scan(columns=Gatherer(ALL).columns)
    gone = pl.int_range(pl.len()) == 0
    destroyed = frame.with_columns(
        pl.when(gone).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("persons", "own", "session", "source")
    )
    gatherer = Gatherer(ALL)
    gatherer.add(destroyed)
    first, second = (r for _, r in gatherer.finish(Acts(ALL).not_shown()).requests())
    assert (first.persons, first.own, first.session, first.source) == ((), (), None, None)
    assert (second.persons, second.session) == ((5, 6), "s")


def test_many_entries_are_coded_at_once(monkeypatch):
    monkeypatch.setattr("ecluse.service.rebuild_columns._AT_ONCE", 3)
    entries = [Entry(at=n, account=f"a{n % 3}", persons=names(range(n % 2 + 1))) for n in range(20)]
    assert [(at, r.account, len(r.persons)) for at, r in requests(*entries)] == [
        (n, f"a{n % 3}", n % 2 + 1) for n in range(20)
    ]
