"""Which groups does a regular expression have? Rust syntax, whose matching time is linear in the text."""

import polars as pl

__all__ = ["groups"]


def groups(pattern: str) -> tuple[str, ...]:
    """The names of the groups, in order; a group without a name is called by its number.

    Raises:
        ValueError: when it is not an expression of the engine used here, with the engine's reason.

    >>> groups("(?P<person>[0-9]+)/([a-z]+)")
    ('person', '2')
    """
    try:
        struct = pl.Series([""], dtype=pl.String).str.extract_groups(pattern).struct
    except pl.exceptions.ComputeError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise ValueError(lines[-1].removeprefix("error: ").removeprefix("regex error: ")) from None
    return tuple(struct.fields)
