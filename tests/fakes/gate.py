"""A gate in memory that counts exactly: distinct persons per account, held against one limit. It forgets nothing and has no time."""

import asyncio
import threading

from ecluse.model.asked import Answer, Settled, Why
from ecluse.sdk.errors import GateUnavailable

TEXT = {"en": "Enough for now.", "fr": "Assez pour le moment."}


class FakeGate:
    """Keeps the five methods of `SyncGate`.

    `limit` persons may be counted per account; beyond, `effect` refuses. With a justification, or a
    factor `key`, `more` persons besides. `warn_from` persons warn. `delay` in milliseconds slows.
    """

    def __init__(self, limit=10, *, effect="deny", more=0, warn_from=None, delay=0):
        self.limit, self.effect, self.more = limit, effect, more
        self.warn_from, self.delay = warn_from, delay
        self.down = None  # an exception that every call raises
        self.deaf = None  # an exception that post and release raise
        self.asked = []  # every question, in order
        self.refusals = 0
        self.most = {}  # the most that was ever counted, by account
        self.shown = {}  # posted, by account
        self.released = {}  # taken back, by account
        self.open = {}  # reservation: (account, persons)
        self.held = set()
        self._number = 0
        self._lock = threading.Lock()

    def counted(self, account):
        """Posted and open: what the limit is held against."""
        waiting = (persons for owner, persons in self.open.values() if owner == account)
        return set(self.shown.get(account, ())).union(*waiting)

    def reserve(self, asked):
        with self._lock:
            return self._decide(asked, "reserve")

    def check(self, asked):
        with self._lock:
            return self._decide(asked, "check")

    def observe(self, asked):
        with self._lock:
            self.shown.setdefault(asked.account, set()).update(asked.persons)
            return Answer(effect="permit", released=True, entry=self._next())

    def post(self, reservation, shown=None):
        with self._lock:
            self._reachable(settling=True)
            found = self.open.pop(reservation, None)
            if found is None:
                return Settled(False)
            account, persons = found
            kept = persons if shown is None else persons & set(shown)
            self.shown.setdefault(account, set()).update(kept)
            self.released.setdefault(account, []).extend(persons - kept)
            return Settled(True)

    def release(self, reservation):
        return self.post(reservation, ())

    def _decide(self, asked, operation):
        self._reachable()
        self.asked.append(asked)
        if asked.account in self.held:
            return self._refuse("hold", window=0)
        allowed = self.limit + (self.more if asked.justification or asked.factor == "key" else 0)
        counted = self.counted(asked.account) | set(asked.persons)
        if len(counted) > allowed:
            if self.effect == "hold":
                self.held.add(asked.account)
            return self._refuse(self.effect)
        self.most[asked.account] = max(len(counted), self.most.get(asked.account, 0))
        number = self._next()
        if operation == "check":
            self.shown.setdefault(asked.account, set()).update(asked.persons)
        else:
            self.open[f"r{number}"] = asked.account, set(asked.persons)
        near = self.warn_from is not None and len(counted) >= self.warn_from
        return Answer(
            effect="slow" if self.delay else "warn" if near else "permit",
            released=True,
            entry=number,
            reservation=f"r{number}" if operation == "reserve" else None,
            delay=self.delay,
        )

    def _refuse(self, effect, window=600):
        self.refusals += 1
        return Answer(
            effect=effect,
            released=False,
            entry=self._next(),
            reasons=(Why("account", effect, window, self.limit + 1, self.limit, text=TEXT),),
            retry_after=None if effect == "hold" else 700,
            acr_values=("urn:ecluse:second-factor",) if effect == "step_up" else (),
            max_age=300 if effect == "step_up" else None,
            contact={"en": "the desk", "fr": "l’accueil"},
        )

    def _next(self):
        self._number += 1
        return self._number

    def _reachable(self, *, settling=False):
        if self.down is not None:
            raise self.down
        if settling and self.deaf is not None:
            raise self.deaf

    def go_down(self):
        self.down = GateUnavailable("the gate does not answer: it cannot be reached")


class FakeAwaitedGate:
    """The same, awaited; each call lets others run before and after it is decided."""

    def __init__(self, inner):
        self.inner = inner

    async def _call(self, name, *arguments):
        await asyncio.sleep(0)
        found = getattr(self.inner, name)(*arguments)
        await asyncio.sleep(0)
        return found

    async def check(self, asked):
        return await self._call("check", asked)

    async def reserve(self, asked):
        return await self._call("reserve", asked)

    async def observe(self, asked):
        return await self._call("observe", asked)

    async def post(self, reservation, shown=None):
        return await self._call("post", reservation, shown)

    async def release(self, reservation):
        return await self._call("release", reservation)
