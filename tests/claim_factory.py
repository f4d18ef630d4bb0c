"""Samples, worlds and claims for the tests of attribution: everything invented, from seeds."""

import numpy as np

from ecluse.incident.attribution.attribute import attribute
from ecluse.incident.attribution.evidence import Columns, Decoy, Evidence, Leak, Version
from ecluse.incident.attribution.views import Views, Who
from ecluse.model.claim import Posted, Sample
from ecluse.model.exposure import LedgerState

BASE = 100_000
DAY = 86_400_000_000
START = 1_752_314_400_000_000  # 2025-07-12
LEAK_AT = START - 400 * DAY
"""Persons in the base; when the theft is; when the older leak was."""


def sample_facts(persons, **change):
    known = {
        "sha256": "5a" * 32,
        "form": "csv",
        "bytes": 9_000,
        "key": "0011223344556677",
        "rows": persons,
        "persons": persons,
        "columns": 4,
    }
    return Sample(**{**known, **change})


class World:
    """Advisers with caseloads, a session each day; thieves are added. Persons are numbers below `BASE`."""

    def __init__(self, seed, *, accounts=250, caseload=400, days=8, a_day=40):
        self.random = np.random.default_rng(seed)
        self.persons = self.random.permutation(BASE)[: accounts * caseload].reshape(
            accounts, caseload
        )
        self.sessions = {}
        for day in range(days):
            for account in range(accounts):
                read = self.random.choice(self.persons[account], a_day, replace=False)
                self.sessions[f"adviser-{account:03d}", f"d{day}"] = (
                    read,
                    START - (days - day) * DAY,
                )

    def steal(self, name, read, at=START):
        self.sessions[name, "night"] = (np.asarray(read), at)
        return read

    def thief(self, name, count, at=START):
        return self.steal(name, self.random.choice(BASE, count, replace=False), at)

    def views(self, sample):
        where = np.full(BASE, -1, dtype=np.int64)
        where[np.asarray(sample)] = np.arange(len(sample))
        sizes = np.array([len(read) for read, _ in self.sessions.values()])
        places = where[np.concatenate([read for read, _ in self.sessions.values()])]
        number = np.repeat(np.arange(len(sizes)), sizes)
        within = np.arange(len(places)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        begin = np.array([at for _, at in self.sessions.values()])
        hit = np.flatnonzero(places >= 0)
        seen, candidate = np.unique(number[hit], return_inverse=True)
        at = begin[number[hit]] + within[hit] * 1_000_000
        names = list(self.sessions)
        who = tuple(Who(*names[n], int(sizes[n]) == 1, ("kairos",)) for n in seen.tolist())
        unseen, counts = np.unique(np.delete(sizes, seen), return_counts=True)
        others = tuple(zip(unseen.tolist(), counts.tolist(), strict=True))
        return Views(places[hit], candidate.astype(np.int64), at, at, who, sizes[seen], others)

    def evidence(self, sample, **more):
        facts = more.pop("facts", None) or sample_facts(len(sample))
        return Evidence(
            len(sample), facts, self.views(sample), more.pop("population", BASE), **more
        )


def leak(name, persons, sample, *, until=LEAK_AT, share=1.0, **more):
    """A registered leak of these persons, in this order, as it lies to the sample."""
    place = {int(person): n for n, person in enumerate(persons)}
    places = np.array([place.get(int(p), -1) for p in sample], dtype=np.int64)
    return Leak(name, until, share, len(place), places, **more)


def _claims():
    world = World(3)
    stolen = world.thief("formateur-0038", 6_000)
    sample = world.random.choice(stolen, 40, replace=False)
    known = {
        "made_at": START + 300 * DAY,
        "made_by": "A. Analyst",
        "posted": Posted(
            group="example group",
            at=START + 299 * DAY,
            url_sha256="ab" * 32,
            since=START,
            until=START + DAY,
            persons=340_000,
        ),
        "ledgers": (LedgerState("ledger.example.org/kairos", 1_234_567, "c4" * 32),),
    }
    new = attribute(world.evidence(sample), number=1, **known)
    old = world.random.choice(BASE, 5_000, replace=False)
    posted = world.random.choice(old, 50, replace=False)
    dates = {
        "dated": 50,
        "first_at": LEAK_AT - 90 * DAY,
        "last_at": LEAK_AT - 3 * DAY,
        "held": 50,
        "compared": 100,
        "agreeing": 83,
    }
    recycled = attribute(
        world.evidence(posted, facts=sample_facts(50, **dates), leaks=(leak("leak-2024", old, posted, same=97, compared=100),), honey=()),
        number=2, **known,
    )  # fmt: skip
    world.thief("a" * 120 + "@" + "b" * 60, 2_500)
    world.thief("compte-éphémère", 1_500)
    parts = [
        world.sessions[name, "night"][0] for name, session in world.sessions if session == "night"
    ]
    mixed_rows = np.unique(
        np.concatenate(
            [world.random.choice(p, 20, replace=False) for p in parts]
            + [world.random.choice(old, 30, replace=False)]
        )
    )
    world.random.shuffle(mixed_rows)
    versions = (Version(0, LEAK_AT + DAY, None), Version(1, None, START + DAY))
    mixed = attribute(
        world.evidence(
            mixed_rows, leaks=(leak("leak-2024", old, mixed_rows), leak("an-older-one", old[:50], mixed_rows, until=LEAK_AT - DAY)),
            honey=(Decoy(2, "formateur-0038", START - 5 * DAY),), columns=Columns(7, 7, ("file of a person",), (LEAK_AT + DAY,)), gaps=("segment 3 cannot be read",),
        ),
        number=3, **known,
    )  # fmt: skip
    some = np.random.default_rng(1).choice(BASE, 2, replace=False)
    open_ = attribute(world.evidence(some, versions=versions, population=36_820_828), **known)
    return {"new": new, "recycled": recycled, "mixed": mixed, "undetermined": open_}


CLAIMS = _claims()
