"""What multistep methods remember."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from nodes.solver.history import in_line, recalled, remembered


def numbers(*values: float) -> Tensor:
    """Float64, one a row."""
    return torch.tensor(values, dtype=torch.float64)


def test_the_newest_entry_is_the_first_and_the_oldest_is_forgotten() -> None:
    past: dict[str, Tensor] = {"another/x0/1": numbers(9)}
    for value in (1, 2, 3):
        past = remembered(past, "mine/x0", numbers(value), 2)
    assert [entry.tolist() for entry in recalled(past, "mine/x0", 5)] == [[3], [2]]
    assert sorted(past) == ["another/x0/1", "mine/x0/1", "mine/x0/2"]


def test_nothing_is_remembered_where_nothing_is_wanted() -> None:
    assert remembered({}, "mine/x0", numbers(1), 0) == {}
    assert recalled({}, "mine/x0", 3) == []


@pytest.mark.parametrize(
    ("levels", "usable"),
    [
        ((1, 2, 3, 4), [True, True]),
        ((4, 3, 2, 1), [True, True]),
        ((0, 2, 3, 4), [True, True]),
        ((math.inf, 3, 2, 1), [True, True]),
        ((1, 2, 3, 3), [True, False]),
        ((1, 2, 3, 2.5), [True, False]),
        ((2, 2, 3, 4), [False, False]),
        ((3, 2, 3, 4), [False, False]),
        ((1, 2, math.inf, 4), [False, False]),
        ((1, 2, 0, 3), [False, False]),
        ((1, 2, 3, 0), [True, False]),
        ((1, 0, 3, 4), [False, False]),
        ((1, math.inf, 3, 4), [False, False]),
        ((0, 0, 0, 0), [False, False]),
        ((math.inf, math.inf, math.inf, math.inf), [False, False]),
    ],
)
def test_only_levels_that_go_one_way_can_be_used(levels: tuple[float, ...], usable: list[bool]) -> None:
    s_next, s, *earlier = (numbers(level) for level in levels)
    assert [bool(found) for found in in_line(s_next, s, earlier)] == usable


def test_each_row_is_judged_by_itself() -> None:
    found = in_line(numbers(1, 1), numbers(2, 2), [numbers(3, 0)])
    assert [entry.tolist() for entry in found] == [[True, False]]
