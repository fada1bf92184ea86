"""Butcher tables: the coefficients of explicit Runge–Kutta methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from graphs import InputError

CLOSE = 1e-9
"""How far from 1 the weights may sum."""


@dataclass(frozen=True)
class Table:
    """An explicit table: row i of `a` [i] weighs the slopes before stage i + 1, `b` [stages] those of the end."""

    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]

    @property
    def c(self) -> tuple[float, ...]:
        """Where in the step each stage lies, from 0 to 1: the sums of the rows."""
        return (0.0, *(sum(row) for row in self.a))

    @property
    def ends(self) -> bool:
        """Whether a stage after the first lies at the end of the step."""
        return any(abs(c - 1) < CLOSE for c in self.c[1:])


EULER = Table((), (1.0,))
MIDPOINT = Table(((1 / 2,),), (0.0, 1.0))
RALSTON = Table(((2 / 3,),), (1 / 4, 3 / 4))
HEUN = Table(((1.0,),), (1 / 2, 1 / 2))
KUTTA3 = Table(((1 / 2,), (-1.0, 2.0)), (1 / 6, 2 / 3, 1 / 6))
RK4 = Table(((1 / 2,), (0.0, 1 / 2), (0.0, 0.0, 1.0)), (1 / 6, 1 / 3, 1 / 3, 1 / 6))
THREE_EIGHTHS = Table(((1 / 3,), (-1 / 3, 1.0), (1.0, -1.0, 1.0)), (1 / 8, 3 / 8, 3 / 8, 1 / 8))
DORMAND_PRINCE = Table(
    (
        (1 / 5,),
        (3 / 40, 9 / 40),
        (44 / 45, -56 / 15, 32 / 9),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
        (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
    ),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0.0),
)
DORMAND_PRINCE_LOW = (5179 / 57600, 0.0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40)
"""The weights of the embedded method of order 4."""


def flat(table: Table) -> tuple[float, ...]:
    """The rows of `a` and then `b`, one after the other, as `unfolded` reads them."""
    return tuple(number for row in (*table.a, table.b) for number in row)


def unfolded(numbers: Sequence[float]) -> Table:
    """The table with these rows, of 1, 2, 3, … numbers, the last being `b`; `InputError` where there is none."""
    starts = list(accumulate(range(len(numbers) + 1)))
    if len(numbers) not in starts[1:]:
        raise _no_table(f"{len(numbers)} numbers", "1, 3, 6, 10, … numbers: rows of 1, 2, 3, … of which the last is b")
    stages = starts.index(len(numbers))
    rows = [tuple(numbers[starts[row] : starts[row + 1]]) for row in range(stages)]
    table = Table(tuple(rows[:-1]), rows[-1])
    if abs(sum(table.b) - 1) > CLOSE:
        raise _no_table(f"a last row that sums to {sum(table.b):.12g}", "weights b that sum to 1")
    if not all(-CLOSE < c < 1 + CLOSE for c in table.c):
        raise _no_table(f"stages at {', '.join(f'{c:g}' for c in table.c)}", "rows that sum to a number from 0 to 1")
    return table


def _no_table(given: str, allowed: str) -> InputError:
    return InputError(
        "these numbers are no explicit Butcher table",
        given=given,
        allowed=allowed,
        mend="write the rows of a below its diagonal, then b: 2/3, 1/4, 3/4 for Ralston's method",
    )
