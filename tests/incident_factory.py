"""Makes exposures, acts and incidents for tests; nobody in them exists."""

from types import SimpleNamespace

from ecluse.incident.folding import fold
from ecluse.loaders.clocks import load_clocks
from ecluse.loaders.defaults import shipped
from ecluse.loaders.gravity import load_gravity
from ecluse.model.exposure import CategoryCount, ExposureVersion
from ecluse.model.time import parse_instant

AT = parse_instant("2025-07-12T10:00:00Z")
CLOCKS = load_clocks(shipped("clocks.yaml"), file="clocks.yaml")
TABLE = load_gravity(shipped("gravity.yaml"), file="gravity.yaml")
OPENED = {"id": "2025-0001", "title": "one account reads everybody", "owner": "A. Martin"}


def exposure(*categories, persons=340_000, **more):
    """A frozen version in which these categories of all persons were shown."""
    counts = tuple(CategoryCount(c, persons, shown=persons) for c in categories)
    base = {
        "number": 1,
        "digest": "d" * 64,
        "made_at": AT,
        "made_by": "A. Martin",
        "selections": (),
        "ledgers": (),
        "persons": persons,
        "at_most": persons,
        "records": persons,
        "shown": persons,
        "categories": counts,
    }
    return ExposureVersion(**{**base, **more})


def lines(*acts, opened=OPENED, by="A. Martin", at=AT):
    """Lines of a log with heads: each act is (name, detail) or (name, detail, by)."""
    made = []
    for n, act in enumerate((("opened", opened), *acts), start=1):
        name, detail, who = (*act, by)[:3]
        line = SimpleNamespace(n=n, at=at + n, by=who, act=name, detail=detail)
        made.append((line, f"{n:064x}"))
    return made


def incident(*acts, **more):
    """What these acts make of an incident."""
    return fold("2025-0001", lines(*acts, **more))


def instant(kind, at, **more):
    """An act that writes an instant down; `at` as text or in microseconds."""
    when = parse_instant(at) if isinstance(at, str) else at
    return ("instant", {"kind": kind, "happened_at": when, **more})


def warning(at, *, name="w1"):
    """An act that takes a warning in."""
    return (
        "warning",
        {"warning": name, "source": "CERT", "summary": "", "received_at": parse_instant(at)},
    )
