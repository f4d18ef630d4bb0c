"""What is the greatest value of a program, and how is it proved? HiGHS finds it; exact fractions prove it.

The solver works in floating point and is not believed. Its dual values are read as fractions, mended until they are
feasible exactly, and by weak duality their sum over the caps is an upper bound that anybody can check by hand
(`certificate`). Its primal values are rounded to whole persons, and counted again.

Cost: a few milliseconds a program; what is large is reduced first (`reduced`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import highspy
import numpy as np
from highspy._core import _Highs

from ecluse.verify.bound.program import Program

__all__ = ["Matrix", "Solved", "matrix", "solve"]

_INFINITE: Final = highspy.kHighsInf
_DENOMINATOR_MAX: Final = 10_000
_SECONDS_MAX: Final = 5.0  # for whole numbers; the fractions stand without


@dataclass(frozen=True, slots=True)
class Matrix:
    """maximise the sum of the first `persons` variables, where rows . variables <= caps, and variables >= 0.

    Attributes:
        persons: how many variables count persons; the others are numbers of accounts.
        names: of the variables.
        rows: for each row, (place of a variable, coefficient) pairs.
        caps: one a row.
        titles: one a row.
    """

    persons: int
    names: tuple[str, ...]
    rows: tuple[tuple[tuple[int, int], ...], ...]
    caps: tuple[int, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Solved:
    """A proved bound and the best plan found.

    Attributes:
        bound: greatest value of the program, or a little more; proved by `duals`.
        duals: one a row, not negative.
        values: whole numbers that satisfy every row.
    """

    bound: Fraction
    duals: tuple[Fraction, ...]
    values: tuple[int, ...]

    def total(self, persons: int) -> int:
        """What the plan takes."""
        return sum(self.values[:persons])


def matrix(program: Program) -> Matrix:
    """A bounded program as numbers."""
    count = len(program.columns)
    names = [_name(program, i) for i in range(count)]
    names += [f"accounts: {g.id}" for g in program.numbers]
    rows, caps, titles = [], [], []
    for row in program.rows:
        terms = [(c, 1) for c in row.columns] + [(count + n, -each) for n, each in row.numbers]
        rows.append(tuple(terms))
        caps.append(row.cap)
        titles.append(row.name)
    for name, numbers, most in program.together:
        rows.append(tuple((count + n, 1) for n in numbers))
        caps.append(most)
        titles.append(f"together | {name}")
    for place, group in enumerate(program.numbers):
        assert group.accounts is not None
        rows.append(((count + place, 1),))
        caps.append(group.accounts)
        titles.append(f"accounts | {group.id}")
    return Matrix(count, tuple(names), tuple(rows), tuple(caps), tuple(titles))


def solve(matrix: Matrix) -> Solved:
    """The greatest value, with its proof and a plan in whole persons.

    Raises:
        RuntimeError: when the solver finds no optimum, which a bounded program always has.
    """
    if not matrix.names:
        return Solved(Fraction(0), tuple(Fraction(0) for _ in matrix.rows), ())
    values, duals = _run(matrix, whole=False)
    proof = _mended(matrix, duals)
    bound = sum((y * cap for y, cap in zip(proof, matrix.caps, strict=True)), Fraction(0))
    plan = _whole(matrix, values)
    if sum(plan[: matrix.persons]) < int(bound):
        other = _whole(matrix, _run(matrix, whole=True)[0])
        plan = max(plan, other, key=lambda values: sum(values[: matrix.persons]))
    return Solved(bound, proof, plan)


def _run(matrix: Matrix, *, whole: bool) -> tuple[list[float], list[float]]:
    solver = _Highs()  # without the callbacks of its subclass, whose making prints a banner
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - its interface
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("time_limit", _SECONDS_MAX if whole else _INFINITE)
    solver.passModel(_model(matrix, whole=whole))
    solver.run()
    status = solver.getModelStatus()
    solution = solver.getSolution()
    found = status == highspy.HighsModelStatus.kOptimal
    late = whole and status == highspy.HighsModelStatus.kTimeLimit
    if not found and not (late and solution.value_valid):
        if late:
            return [0.0] * len(matrix.names), []
        raise RuntimeError(f"the solver ended with {status}")
    return list(solution.col_value), list(solution.row_dual)


def _model(matrix: Matrix, *, whole: bool) -> highspy.HighsLp:
    count, height = len(matrix.names), len(matrix.rows)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, height
    model.col_cost_ = np.where(np.arange(count) < matrix.persons, 1.0, 0.0)
    model.col_lower_, model.col_upper_ = np.zeros(count), np.full(count, _INFINITE)
    model.row_lower_ = np.full(height, -_INFINITE)
    model.row_upper_ = np.array(matrix.caps, np.float64)
    lengths = [len(row) for row in matrix.rows]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    model.a_matrix_.index_ = np.array([c for row in matrix.rows for c, _ in row], np.int32)
    model.a_matrix_.value_ = np.array([v for row in matrix.rows for _, v in row], np.float64)
    model.sense_ = highspy.ObjSense.kMaximize
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * count
    return model


def _mended(matrix: Matrix, duals: Sequence[float]) -> tuple[Fraction, ...]:
    """The duals as fractions that satisfy the dual program exactly, at the price of a little more bound at most."""
    proof = [max(Fraction(0), Fraction(y).limit_denominator(_DENOMINATOR_MAX)) for y in duals]
    columns = _columns(matrix)
    for place, terms in enumerate(columns[: matrix.persons]):
        lack = 1 - sum((proof[r] for r, _ in terms), Fraction(0))
        if lack > 0:  # on the row with the smallest cap, where it costs least
            assert terms, f"{matrix.names[place]} is bounded by no row"
            cheapest = min((r for r, _ in terms), key=lambda r: matrix.caps[r])
            proof[cheapest] += lack
    for terms in columns[matrix.persons :]:
        lack = -sum((proof[r] * value for r, value in terms), Fraction(0))
        if lack > 0:
            positive = [(matrix.caps[r], r, value) for r, value in terms if value > 0]
            _, row, value = min(positive)
            proof[row] += lack / value
    return tuple(proof)


def _columns(matrix: Matrix) -> list[list[tuple[int, int]]]:
    columns: list[list[tuple[int, int]]] = [[] for _ in matrix.names]
    for place, row in enumerate(matrix.rows):
        for column, value in row:
            columns[column].append((place, value))
    return columns


def _whole(matrix: Matrix, values: Sequence[float]) -> tuple[int, ...]:
    """Whole numbers at or under the values that satisfy every row, filled up where there is room."""
    plan = [max(0, int(v + 1e-6)) for v in values]
    left = [
        cap - sum(value * plan[c] for c, value in row)
        for row, cap in zip(matrix.rows, matrix.caps, strict=True)
    ]
    columns = _columns(matrix)
    for place in (*range(matrix.persons, len(plan)), *range(matrix.persons)):
        # a number of accounts only makes room, and a person only takes some
        short = max(
            (-(left[r] // value) for r, value in columns[place] if value > 0 and left[r] < 0),
            default=0,
        )
        _move(plan, left, columns, place, -min(short, plan[place]))
    for place in range(matrix.persons, len(plan)):
        room = min((left[r] // v for r, v in columns[place] if v > 0), default=0)
        _move(plan, left, columns, place, max(0, room))
    for place in range(matrix.persons):
        room = min((left[r] // v for r, v in columns[place]), default=0)
        _move(plan, left, columns, place, max(0, room))
    assert all(room >= 0 for room in left), "the plan satisfies every row"
    return tuple(plan)


def _move(
    plan: list[int], left: list[int], columns: list[list[tuple[int, int]]], place: int, by: int
) -> None:
    if by:
        plan[place] += by
        for row, value in columns[place]:
            left[row] -= value * by


def _name(program: Program, place: int) -> str:
    column = program.columns[place]
    cell = column.cell
    words = [column.group.id, "in", column.application.id]
    for before, word in (("by", cell.operation), ("seeing", cell.category), ("with", cell.factor)):
        if word:
            words += [before, word]
    return f"{place}: {' '.join(words)}"
