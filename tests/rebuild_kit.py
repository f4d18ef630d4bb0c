"""A ledger in memory that a live engine writes, for the tests of what is rebuilt from one."""

import json

import polars as pl

from ecluse.ledgers.reader import frame_of
from ecluse.model.entry import Entry
from ecluse.model.policy import Key
from ecluse.service.rebuild import HOLD, OBSERVED, RELEASE, REOPEN
from ecluse.service.record import entry_of


class Book:
    """Entries in order, read as a ledger's are, some at a time."""

    def __init__(self, entries=(), *, at_once=7):
        self.entries = list(entries)
        self.at_once = at_once

    def scan(self, *, since=None, columns):
        """See `ports.Ledger`."""
        for begin in range(0, len(self.entries), self.at_once):
            part = self.entries[begin : begin + self.at_once]
            numbers = pl.Series("seq", range(begin, begin + len(part)), pl.Int64)
            frame = frame_of(part).with_columns(numbers).select(list(columns))
            yield frame if since is None else frame.filter(pl.col("at") >= since)


def names(persons):
    """Pseudonyms whose first halves are these identities."""
    return tuple(p.to_bytes(8, "little") + bytes(8) for p in persons)


class Gate:
    """A live engine that writes what it does into a book, as the gate does."""

    def __init__(self, engine, book=None):
        self.engine = engine
        self.book = book or Book()
        self.open = {}  # reservation -> number of its entry

    def write(self, request, decision, kind="access"):
        """Appends the entry of a decision, and says its number."""
        facts = {name: True for name in ("justified", "stepped_up") if getattr(request, name)}
        entry = entry_of(
            request, decision, at=self.engine.clock, pseudonyms=names(request.persons), kind=kind, facts=facts
        )  # fmt: skip
        self.book.entries.append(entry)
        return len(self.book.entries) - 1

    def check(self, request, at):
        """Decides and writes."""
        self.write(request, self.engine.check(request, at))

    def observe(self, request, at):
        """Counts and writes."""
        self.write(request, self.engine.observe(request, at), OBSERVED)

    def reserve(self, request, at):
        """Reserves for ever, and writes."""
        decision = self.engine.reserve(request, at, 1 << 50)
        number = self.write(request, decision)
        if decision.reservation is not None:
            self.open[decision.reservation] = number

    def settle(self, reservation, at, *, shown=None):
        """Posts with those shown, or releases when they are None; writes who was not shown."""
        number = self.open.pop(reservation)
        request = self.engine.reservations[reservation].request
        if shown is None:
            self.engine.release(reservation, at)
        else:
            self.engine.post(reservation, at, tuple(shown))
        gone = tuple(dict.fromkeys(p for p in request.persons if p not in (shown or ())))
        if gone:
            self.act(RELEASE, {"of": number}, account=request.account, persons=names(gone))

    def hold(self, key, name):
        """Closes by a person's word."""
        from ecluse.model.decision import Hold

        self.engine.holds.setdefault((key, name), Hold(HOLD, self.engine.clock))
        self.act(HOLD, {"key": key.value, "name": name, "tree": False, "by": "x", "reason": "y"})

    def reopen(self, key, name):
        """Lifts a hold by a person's word."""
        self.engine.reopen(key, name)
        self.act(REOPEN, {"key": key.value, "name": name, "by": "x", "reason": "y"})

    def act(self, kind, detail, *, account="a person", persons=()):
        """Writes an act."""
        text = json.dumps(detail)
        self.book.entries.append(
            Entry(at=self.engine.clock, kind=kind, account=account, persons=persons, detail=text)
        )

    def play(self, act, request, at, pick):
        """One move of a random history."""
        if act in {"check", "observe", "reserve"}:
            getattr(self, act)(request, at)
        elif act in {"hold", "reopen"}:
            getattr(self, act)(*self._subject(request))
        elif self.open:
            reservation = sorted(self.open)[pick % len(self.open)]
            persons = self.engine.reservations[reservation].request.persons
            if act == "release" and persons:
                self.settle(reservation, at)
            elif act == "post" and persons:
                self.settle(reservation, at, shown=persons[: 1 + pick % len(persons)])

    def end(self):
        """Keeps every reservation that is still open."""
        for reservation in sorted(self.open):
            self.engine.post(reservation, self.engine.clock)
        self.open = {}

    @staticmethod
    def _subject(request):
        if request.session is not None and len(request.persons) % 2:
            return Key.SESSION, request.session
        return Key.ACCOUNT, request.account
