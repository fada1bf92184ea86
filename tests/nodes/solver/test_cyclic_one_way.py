"""Cyclic one-way diffusion, on two pixels that go together."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.media import Image
from nodes.contracts.model import Leaf
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.solver.ancestral import ancestral
from nodes.solver.cyclic_one_way import cyclic_one_way
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from tests.nodes.gaussian import context
from tests.oracles import Oracle

SPACE = Space("pixels", (1, 1, 2))
COVARIANCE = torch.tensor([[1.0, 0.8], [0.8, 1.0]], dtype=torch.float64)
KNOWN = 1.5
MASK = Image(torch.tensor([[[[0], [255]]]], dtype=torch.uint8))
LEVELS = karras(num_inference_steps=12, sigma_min=0.02, sigma_max=10.0)


class Pair(Leaf):
    """Two pixels ~ N(0, COVARIANCE)."""

    space = SPACE

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """C (C + s² I)⁻¹ y."""
        square = q.s.square()[:, None, None]
        y = (q.x.flatten(1) * torch.sqrt(1 + q.s.square())[:, None])[..., None]
        spread = COVARIANCE + square * torch.eye(2, dtype=torch.float64)
        return Prediction((COVARIANCE @ torch.linalg.solve(spread, y)).reshape(q.x.shape))


class Mean(CounterNoise):
    """Noise at its mean, 0: the model is linear, so the mean of all ends is the end without noise."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Nothing."""
        return torch.zeros_like(at.x)


def picture(second: float = -1.0) -> Sample:
    """A row with the known pixel."""
    x = torch.tensor([[[[KNOWN, second]]]], dtype=torch.float64)
    return Sample(x, torch.zeros(1, dtype=torch.float64), SPACE, Rows.first(1, 1))


def begun(levels_first: float = 10.0) -> Sample:
    """The canvas at the first level, by the mean of its noise."""
    s = torch.full((1,), levels_first, dtype=torch.float64)
    return replace(picture(), x=picture().x / (1 + levels_first**2) ** 0.5, s=s)


def mean(cycles: int) -> float:
    """That of the unknown pixel at the end."""
    solver = cyclic_one_way(heun(), picture(), MASK, cycles=cycles, s_min=0.1, s_max=0.3, s_end=0.02)
    return float(solve(Pair(), solver, begun(), LEVELS, Context(Meter(), Mean())).x[0, 0, 0, 1])


def test_the_more_cycles_the_nearer_the_unknown_comes_to_its_conditional_mean(oracle: Oracle) -> None:
    far = [abs(mean(cycles) - 0.8 * KNOWN) for cycles in (0, 1, 2, 4, 8, 16, 60)]
    assert all(after < before for before, after in pairwise(far))
    left = far[-1] / far[0]
    oracle("solver.cyclic_one_way", "60 low cycles leave this share of the bias that none have", left, 0.1)


def test_above_the_end_the_known_part_stays_what_it_was() -> None:
    solver = cyclic_one_way(heun(), picture(), MASK, cycles=2, s_end=0.0)
    levels = type(LEVELS)(LEVELS.s[:-1])
    end = solve(Pair(), solver, begun(), levels, Context(Meter(), Mean()))
    torch.testing.assert_close(end.x[0, 0, 0, 0] * torch.sqrt(1 + end.s[0] ** 2), torch.tensor(KNOWN).double())


def test_it_draws_and_asks_as_it_says() -> None:
    solver, ctx = cyclic_one_way(ddim(), picture(), MASK, cycles=3, num_cycle_steps=4), context()
    first = solve(Pair(), solver, begun(), LEVELS, ctx)
    assert ctx.meter.rows == 12 + 3 * 4 <= solver.calls(12)
    other = replace(begun(), rows=Rows.first(2, 1))
    assert not torch.equal(solve(Pair(), solver, other, LEVELS, context()).x, first.x)


def test_a_row_goes_the_same_way_in_a_batch() -> None:
    solver = cyclic_one_way(ddim(), picture(), MASK)
    rows = Rows.first(1, 3)
    three = Sample(begun().x.repeat(3, 1, 1, 1), begun().s.repeat(3), SPACE, rows)
    alone = solve(Pair(), solver, begun(), LEVELS, context()).x
    assert torch.equal(solve(Pair(), solver, three, LEVELS, context()).x[:1], alone)


def test_what_cannot_be_cycled_is_refused() -> None:
    with pytest.raises(InputError, match="s_min is not below"):
        cyclic_one_way(ddim(), picture(), MASK, s_min=3.0, s_max=2.0)
    with pytest.raises(InputError):
        cyclic_one_way(ancestral(), picture(), MASK)
    with pytest.raises(InputError, match="no clean points"):
        cyclic_one_way(ddim(), begun(), MASK)
