"""Does a row meet the conditions of a rule? One boolean expression over the columns of a table."""

from functools import reduce

import polars as pl

from ecluse.formats.common.mapping import Condition

__all__ = ["all_hold"]


def all_hold(conditions: tuple[Condition, ...], frame: pl.DataFrame) -> pl.Expr:
    """True for the rows that meet every condition, false for all others."""
    return reduce(pl.Expr.and_, (_holds(c, frame) for c in conditions), pl.lit(value=True))


def _holds(condition: Condition, frame: pl.DataFrame) -> pl.Expr:
    column = pl.col(condition.field)
    many = isinstance(frame.schema[condition.field], pl.List)
    if condition.operator == "present":
        there = column.is_not_null() & (column.list.len() > 0 if many else column != "")
        wanted = condition.operands == ("true",)
        return there.fill_null(value=False) if wanted else ~there.fill_null(value=False)
    negative = condition.operator in {"not_matches", "not_in"}
    if many:
        met = column.list.eval(_test(condition, pl.element())).list.any()
        met = pl.when(column.list.len() > 0).then(met)  # an empty list is an absent field
    else:
        met = _test(condition, column)
    return (~met if negative else met).fill_null(value=False)


def _test(condition: Condition, column: pl.Expr) -> pl.Expr:
    first = condition.operands[0]
    match condition.operator:
        case "matches" | "not_matches":
            return column.str.contains(first)
        case "in" | "not_in":
            return column.is_in(list(condition.operands))
        case "starts_with":
            return column.str.starts_with(first)
        case "at_least":
            return column.cast(pl.Float64, strict=False) >= float(first)
        case "below":
            return column.cast(pl.Float64, strict=False) < float(first)
        case _:
            raise AssertionError(condition.operator)
