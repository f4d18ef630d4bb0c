"""Laws of the enforcement points, for any course of any number of requests.

1. Never more distinct persons are counted for an account than its limit.
2. Whoever was handed to a client is counted, and stays so.
3. When all requests have ended, no reservation is open, and nobody is counted who was certainly not shown.
"""

from hypothesis import given
from hypothesis import strategies as st

from ecluse.enforcers._book import Book, Refused
from ecluse.enforcers._disclosure import Disclosure
from ecluse.enforcers.identity import Identity
from fakes.gate import FakeGate

PERSONS = st.integers(0, 40)
LISTS = st.lists(PERSONS, max_size=12)
ACTS = st.one_of(
    st.tuples(st.just("disclose"), LISTS),
    st.tuples(st.just("ask"), LISTS),
    st.tuples(st.just("stream"), LISTS, st.integers(0, 12), st.booleans(), st.integers(1, 5)),
)
REQUESTS = st.lists(st.tuples(st.lists(ACTS, max_size=5), st.booleans()), max_size=8)
A = "adviser"


class Client:
    """One request: what it was handed, and what it holds reserved while it runs."""

    def __init__(self, gate):
        self.disclosure = Disclosure(gate, Book(identify=lambda: Identity(account=A)))
        self.whole, self.rows = set(), set()

    def do(self, act):
        match act:
            case ("disclose", persons):
                self.disclosure.disclose(persons)
                self.whole |= set(map(str, persons))
            case ("ask", persons):
                if self.disclosure.ask(persons).released:
                    self.whole |= set(map(str, persons))
            case ("stream", persons, count, closed, batch):
                rows = self.disclosure.stream(persons, person=str, batch=batch)
                for _, row in zip(range(count), rows, strict=False):
                    self.rows.add(str(row))
                if closed:
                    rows.close()


@given(REQUESTS, st.integers(0, 30), st.sampled_from(["deny", "hold", "justify"]))
def test_the_laws(requests, limit, effect):
    gate = FakeGate(limit, effect=effect)
    shown, possible = set(), set()
    for acts, answered in requests:
        client = Client(gate)
        refused = False
        for act in acts:
            try:
                client.do(act)
            except Refused:
                refused = True
                break
        left = answered and not refused  # a refusal replaces the answer
        client.disclosure.finish(shown=left)
        if left:
            shown |= client.whole | client.rows
        possible |= client.whole | client.rows
        assert not gate.open
        assert gate.most.get(A, 0) <= limit
        assert shown <= gate.shown.get(A, set())
        # a stream that ran ahead was posted as it went, whatever became of the answer
        assert gate.shown.get(A, set()) <= shown | possible


@given(st.lists(st.lists(PERSONS, max_size=30), max_size=6), st.integers(0, 30))
def test_a_stream_hands_out_the_longest_beginning_that_fits(exports, limit):
    gate = FakeGate(limit)
    seen = set()
    for rows in exports:
        client = Client(gate)
        try:
            out = list(client.disclosure.stream(rows, person=str))
        except Refused:
            out = []
        client.disclosure.finish(shown=True)
        fits = len(rows)
        for count in range(len(rows) + 1):
            if len(seen | set(rows[:count])) > limit:
                fits = count - 1
                break
        assert out == rows[:fits]
        seen |= set(out)
        assert gate.shown.get(A, set()) == set(map(str, seen))
