"""What is bound to a run follows a row by its origin: taken out of its batch, it keeps what it had in it."""

from __future__ import annotations

import torch

from nodes.contracts.cond import Cond
from nodes.contracts.levels import Levels
from nodes.contracts.operator import Measurement
from nodes.contracts.rows import Rows

TAKEN = torch.tensor([2, 0])


def test_levels_that_differ_by_row_follow_their_rows() -> None:
    levels, rows = Levels(torch.arange(8.0).reshape(2, 4)), Rows.first(0, 4)
    assert torch.equal(levels.of(rows.take(TAKEN)), levels.of(rows)[:, TAKEN])


def test_measurements_follow_their_rows_and_take_turns() -> None:
    measurement, rows = Measurement(torch.tensor([[1.0], [2.0], [3.0]])), Rows.first(0, 4)
    like = torch.zeros(4, 1, dtype=torch.float64)
    assert measurement.of(rows, like)[:, 0].tolist() == [1.0, 2.0, 3.0, 1.0]
    assert torch.equal(measurement.of(rows.take(TAKEN), like), measurement.of(rows, like)[TAKEN])


def test_conditions_follow_their_rows() -> None:
    cond, rows = Cond({"mean": torch.tensor([[1.0], [2.0], [3.0]])}), Rows.first(0, 4)
    whole = cond.gather(rows.origin).entries["mean"]
    assert torch.equal(cond.gather(rows.take(TAKEN).origin).entries["mean"], whole[TAKEN])
