"""Levels that are written out."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch

from graphs import Estimate, InputError, Known, Span
from graphs.declaration.parameters import Kind
from nodes.levels.explicit import Listed, cost, explicit


def kind() -> Kind:
    """What the parameter takes."""
    found: Kind = next(extra for extra in get_args(Listed) if isinstance(extra, Kind))
    return found


def test_the_levels_are_those_of_the_list_in_its_order() -> None:
    s = explicit(sigmas=(math.inf, 3.0, 0.0, 2.0)).s
    assert s.tolist() == [math.inf, 3.0, 0.0, 2.0]
    assert s.dtype == torch.float64


def test_pure_noise_is_spelt_inf_and_less_than_nothing_is_refused() -> None:
    assert kind().decode(["inf", 1, 0]) == (math.inf, 1.0, 0.0)
    assert kind().problem(["inf", 1, 0]) is None
    assert kind().problem([1, -1]) is not None
    assert kind().problem([1]) is not None


def test_a_level_twice_in_a_row_is_refused_with_its_places() -> None:
    with pytest.raises(InputError, match="twice in a row") as caught:
        explicit(sigmas=(9.0, 2.0, 2.0, 0.0))
    assert caught.value.given == "2 at places 2 and 3"


def test_its_cost_counts_the_steps_where_the_list_is_known() -> None:
    assert cost(Known({"sigmas": (9.0, 2.0, 0.0)}, {})).steps == Span.of(2)
    assert cost(Known({}, {})).steps == Estimate().steps
