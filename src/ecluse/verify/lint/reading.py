"""How do files become what lints look at? Read strictly, as everywhere; the faults of a file end it."""

import csv
from collections import Counter
from dataclasses import dataclass, field

from ecluse.loaders.afterwards import SUFFIX
from ecluse.loaders.estate import load_estate
from ecluse.loaders.mapping import load_mapping
from ecluse.loaders.outline import Outline
from ecluse.loaders.policy import load_policy
from ecluse.loaders.routes import load_routes
from ecluse.loaders.settings import load_settings
from ecluse.model.settings import Settings
from ecluse.model.time import parse_instant
from ecluse.verify.lint.contract import Part, Sample, Where
from ecluse.verify.lint.inspected import NO_ESTATE, NO_POLICIES, Headcounts, Inspected
from ecluse.verify.lint.suppressions import suppressions

__all__ = ["Files", "Read", "inspect", "inspect_sample"]

Named = tuple[str, bytes]
"""Name and content of a file."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files to look at; for the accounts table, its headcounts."""

    policy: Named | None = None
    estate: Named | None = None
    settings: Named | None = None
    routes: tuple[Named, ...] = ()
    mappings: tuple[Named, ...] = ()
    headcounts: Headcounts | None = None
    now: int | None = None


@dataclass(frozen=True)
class Read:
    """What was read, which parts of it there are, and where things stand in the files."""

    inspected: Inspected
    parts: frozenset[Part]
    outlines: dict[tuple[Part, str], Outline] = field(default_factory=dict)

    def place(self, where: Where) -> tuple[str, int, int]:
        """File, line and column; empty and 0 when there is no file to point to."""
        for (part, file), outline in self.outlines.items():
            if part is where.part and where.file in {"", file}:
                if where.line:
                    return (file, where.line, where.column)
                return (file, *outline.find(_written(where.path, outline)))
        return ("", 0, 0)


def inspect(files: Files) -> Read:
    """Reads the files.

    Raises:
        ConfigError: with every fault of the first file that has any.
    """
    estate = files.estate and load_estate(files.estate[1], file=files.estate[0], now=files.now)
    policies = files.policy and load_policy(
        files.policy[1], file=files.policy[0], estate=estate or None
    )
    inspected = Inspected(
        policies=policies or NO_POLICIES,
        estate=estate or NO_ESTATE,
        settings=load_settings(files.settings[1], file=files.settings[0])
        if files.settings
        else Settings(),
        routes={f: load_routes(t, file=f, estate=estate or None) for f, t in files.routes},
        mappings={f: load_mapping(t, file=f) for f, t in files.mappings},
        headcounts=files.headcounts,
        now=files.now,
        suppressions=suppressions(_texts(files)),
    )
    outlines = {(part, f): Outline(t, file=f) for part, (f, t) in _texts(files)}
    parts = {part for part, _ in outlines}
    parts |= {Part.TABLES} if files.headcounts is not None else set()
    parts |= {Part.TODAY} if files.now is not None else set()
    return Read(inspected, frozenset(parts), outlines)


def inspect_sample(sample: Sample) -> Read:
    """Reads an example, with its files named `policy.yaml`, `estate.yaml`, …

    Raises:
        ConfigError: when it does not load.
    """

    def named(part: str) -> Named | None:
        text = getattr(sample, part)
        return None if text is None else (f"{part}.yaml", text.encode())

    routes, mapping = named("routes"), named("mapping")
    return inspect(
        Files(
            policy=named("policy"),
            estate=named("estate"),
            settings=named("settings"),
            routes=(routes,) if routes else (),
            mappings=(mapping,) if mapping else (),
            headcounts=None if sample.accounts is None else _count(sample.accounts),
            now=None if sample.today is None else parse_instant(sample.today),
        )
    )


def _count(table: str) -> Headcounts:
    rows = csv.DictReader(table.splitlines())
    return Counter((row["kind"] or None, row["organization"] or None) for row in rows)


def _texts(files: Files) -> list[tuple[Part, Named]]:
    single = (
        (Part.POLICY, files.policy),
        (Part.ESTATE, files.estate),
        (Part.SETTINGS, files.settings),
    )
    found = [(part, named) for part, named in single if named is not None]
    found += [(Part.ROUTES, named) for named in files.routes]
    return found + [(Part.MAPPING, named) for named in files.mappings]


def _written(path: tuple[str, ...], outline: Outline) -> tuple[str, ...]:
    """The way as the file writes it: a budget that `afterwards` makes stands in the budget that it belongs to."""
    if path[:1] != ("budgets",) or outline.has(path[:2]):
        return path
    parent, suffix, rest = path[1].rpartition(SUFFIX)
    if not suffix or rest:
        return path
    return ("budgets", parent, "afterwards", *path[3:])
