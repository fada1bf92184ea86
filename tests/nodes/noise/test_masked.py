"""Noise for tokens."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.model.table import table
from nodes.noise.gaussian import gaussian
from nodes.noise.masked import masked


def test_everything_is_masked_at_pure_noise() -> None:
    model = table(words="ab\nba", run=RunContext(Meter()))
    noise = masked(model, count=3, seed=4)
    assert noise.x.tolist() == [[2, 2]] * 3
    assert noise.x.dtype == torch.int64
    assert bool(torch.isinf(noise.s).all())
    assert noise.space is model.space


def test_a_larger_batch_begins_with_the_same_rows() -> None:
    model = table(run=RunContext(Meter()))
    many, few = masked(model, count=8, seed=5), masked(model, count=3, seed=5)
    assert torch.equal(many.rows.seed[:3], few.rows.seed)
    assert torch.equal(masked(few, count=1, seed=5, first=3).rows.seed, many.rows.seed[3:4])


def test_real_numbers_cannot_be_masked() -> None:
    with pytest.raises(InputError, match="only tokens"):
        masked(gaussian(shape=(2,)))
    with pytest.raises(InputError, match="too large"):
        masked(table(words="a" * 5000, run=RunContext(Meter())), count=65536)
