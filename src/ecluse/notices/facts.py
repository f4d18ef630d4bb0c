"""What does every document say of the exposure, as data? One block, so that two documents cannot state it differently."""

from collections.abc import Iterator
from typing import Any

from ecluse.model.exposure import ExposureVersion
from ecluse.model.notice import Affair, Both

__all__ = ["both", "exposure_data", "numbers"]


def exposure_data(affair: Affair) -> dict[str, Any]:
    """The version in force, for the key `exposure` of a document's data; empty when nothing is frozen."""
    version = affair.exposure
    if version is None:
        return {}
    return {
        "number": version.number,
        "digest": version.digest,
        "made_at": version.made_at,
        "persons": version.persons,
        "at_most": version.at_most,
        "records": version.records,
        "linked": version.linked,
        "shown": version.shown,
        "exported": version.exported,
        "listed": version.listed,
        "categories": {c.category: c.persons for c in version.categories},
        "first_at": version.first_at,
        "last_at": version.last_at,
        "minors": version.minors,
        "protected": version.protected,
        "member_states": None if version.member_states is None else dict(version.member_states),
        "gaps": [
            {"first_at": g.first_at, "last_at": g.last_at, "what": g.what, "at_most": g.at_most}
            for g in version.gaps
        ],
    }


def both(text: Both) -> dict[str, str]:
    """A text of a person, for a document's data: `{"fr": …, "en": …}`."""
    return {"fr": text.fr, "en": text.en}


def numbers(version: ExposureVersion) -> Iterator[int]:
    """Every number of persons or records that an exposure gives."""
    yield from (version.persons, version.records, version.linked)
    yield from (version.shown, version.exported, version.listed)
    for count in version.categories:
        yield from (count.persons, count.shown, count.exported, count.listed)
    yield from (one.persons for one in version.sets)
    yield from (persons for _, persons in version.member_states or ())
    for number in (version.at_most, version.minors, version.protected):
        if number is not None:
            yield number
    yield from (gap.at_most for gap in version.gaps if gap.at_most is not None)
    if version.at_most is not None:
        yield version.at_most - version.persons
