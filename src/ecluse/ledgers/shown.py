"""Which persons of an access were shown, when some were only reserved and taken back?

An entry of kind `release` says that persons of an earlier entry were not shown after all. It can only
make a number smaller, so it counts only when it is verified and acknowledged, and names an earlier
access that was released to the same account, and persons who are in it. What does not count is told.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ecluse.ledgers.accesses import Found
from ecluse.ledgers.asking import Gap

__all__ = ["Shown", "what_was_shown"]

_PERSONS = pl.col("persons").cast(pl.List(pl.Binary))


@dataclass(slots=True)
class Shown:
    """What is left of the accesses.

    Attributes:
        rows: as in `Found`, without the persons that were taken back, and without accesses of which nothing is left.
        taken_back: accesses of which all or some persons were taken back.
        doubted: sequence numbers of accesses of which a release that does not count would take something away.
    """

    rows: pl.DataFrame
    taken_back: int = 0
    gaps: list[Gap] = field(default_factory=list)
    doubted: list[int] = field(default_factory=list)


def what_was_shown(found: Found) -> Shown:
    """Takes away what was taken back."""
    if not found.releases.height:
        return Shown(found.rows)
    number = pl.col("detail").str.json_path_match("$.of").cast(pl.Int64, strict=False)
    releases = _in_question(found, found.releases.with_columns(of=number))
    named = pl.col("seq").is_in(releases["of"].drop_nulls().unique().to_list())
    target = pl.col("released") & pl.col("persons").is_not_null()
    accesses = found.rows.filter(named & target).with_columns(_PERSONS)
    counting = releases.filter(
        pl.col("sound") & pl.col("persons").is_not_null() & (pl.col("seq") > pl.col("of"))
    ).join(accesses.select("account", of="seq"), on=["of", "account"])
    pairs = counting.select("seq", "of", person=_PERSONS).explode("person").drop_nulls("person")
    inside = accesses.select("seq", person="persons").explode("person").drop_nulls("person")
    left = inside.join(pairs.unique(["of", "person"]), left_on=["seq", "person"], right_on=["of", "person"], how="anti")  # fmt: skip
    strangers = pairs.join(inside, left_on=["of", "person"], right_on=["seq", "person"], how="anti")
    accesses = _with_what_is_left(
        accesses.filter(pl.col("seq").is_in(counting["of"].unique().to_list())), left
    )
    shorter = accesses.filter(
        (pl.col("persons_count") < pl.col("before")) | (pl.col("before") == 0)
    )
    rows = pl.concat(
        [
            found.rows.join(accesses.select("seq"), on="seq", how="anti", maintain_order="left"),
            accesses.filter(
                ~(pl.col("persons_count") == 0) | ~pl.col("seq").is_in(shorter["seq"].to_list())
            ).select(found.rows.columns),
        ]
    )
    ignored = releases.join(counting.select("seq"), on="seq", how="anti")
    odd = releases.filter(pl.col("seq").is_in(strangers["seq"].unique().to_list()))
    doubted = ignored["of"].drop_nulls().to_list()
    return Shown(rows, shorter.height, [*_ignored(ignored), *_odd(odd)], doubted)


def _in_question(found: Found, releases: pl.DataFrame) -> pl.DataFrame:
    """Without those of accesses outside the interval, or in a segment that cannot be read."""
    of = releases["of"].fill_null(-1).to_numpy()
    outside = np.isin(of, found.elsewhere) & ~np.isin(of, found.rows["seq"].to_numpy())
    for first, end in found.unread:
        outside |= (of >= first) & (of < end)
    return releases.filter(pl.Series(~outside, dtype=pl.Boolean))


def _with_what_is_left(accesses: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """The accesses with the persons that are left in each, and how many there were `before`."""
    lists = left.group_by("seq").agg(left="person")
    nobody = pl.lit([], dtype=pl.List(pl.Binary))
    joined = accesses.join(lists, on="seq", how="left")
    persons = pl.when(pl.col("left").is_null()).then(nobody).otherwise(pl.col("left"))
    return joined.with_columns(
        before=pl.col("persons_count"),
        persons=persons,
        persons_count=persons.list.len().cast(pl.Int64),
    )


def _ignored(releases: pl.DataFrame) -> list[Gap]:
    what = (
        f"{_releases(releases.height)} ignored, and what would be taken away is counted: no earlier access by the same "
        "account, whose data left and whose persons are known, has that number, or the release is not verified or not acknowledged"
    )
    return _gap(releases, what)


def _odd(releases: pl.DataFrame) -> list[Gap]:
    return _gap(releases, f"{_releases(releases.height)} about persons who were not in the access")


def _releases(count: int) -> str:
    return "1 release is" if count == 1 else f"{count} releases are"


def _gap(releases: pl.DataFrame, what: str) -> list[Gap]:
    if not releases.height:
        return []
    times = releases["at"].to_numpy()
    return [Gap(int(times.min()), int(times.max()), what)]
