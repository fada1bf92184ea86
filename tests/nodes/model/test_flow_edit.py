"""FlowEdit as a field that solvers integrate."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.draws import normal
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.model.flow_edit import PURPOSE, flow_edit
from nodes.noise.noised import noised
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.inversion.curved import Curved, points
from tests.oracles import Oracle

SOURCE, TARGET = Gaussian(mean=1.0, variance=0.25), Gaussian(mean=3.0, variance=0.25)
MOVED = torch.tensor([1.0, -0.5], dtype=torch.float64)
FROM_NOISE = Levels(torch.tensor([torch.inf, 3.0, 1.0, 0.2, 0.0], dtype=torch.float64))


@pytest.mark.parametrize("averaged", [1, 3])
def test_between_normal_laws_of_one_spread_it_is_the_shift_in_any_steps(averaged: int, oracle: Oracle) -> None:
    model = flow_edit(SOURCE, TARGET, points(), n_avg=averaged)
    edited = solve(model, euler(), pure_noise(3), FROM_NOISE, context()).x
    far = float((edited - points().x - 2.0).abs().max())
    oracle("model.flow_edit", "from pure noise the edit between normal laws is the difference of the means", far, 1e-12)


def test_from_a_lower_level_the_shift_is_less(oracle: Oracle) -> None:
    """(m' − m) (1 − √v/√(v + s²)) as the steps grow many, s the first level."""
    start, errors = points(), []
    wanted = 2.0 * (1 - 0.5 / math.sqrt(0.25 + 1.5**2))
    for steps in (40, 80):
        levels = karras(num_inference_steps=steps, sigma_min=1e-3, sigma_max=1.5)
        edited = solve(flow_edit(SOURCE, TARGET, start), heun(), noised(start, levels), levels, context()).x
        errors.append(float((edited - start.x - wanted).abs().max()))
    assert errors[1] < errors[0] / 3
    oracle("model.flow_edit", "begun at s the shift is that of the closed form", errors[1], 2e-3)


def paper(sample: Sample, s: list[float], averaged: int) -> Tensor:
    """The paper's loop in the time t = s/(1 + s) of a rectified flow, from a mixture to that moved by (1, −0.5)."""
    z = sample.x.clone()

    def velocity(point: Tensor, t: float, shift: Tensor) -> Tensor:
        level = torch.full((len(point),), t / (1 - t), dtype=torch.float64)
        return (point - posterior_mean(point / (1 - t) - shift, level) - shift) / t

    for step, (here, after) in enumerate(pairwise(s)):
        t, to = here / (1 + here), after / (1 + after)
        slopes = []
        for draw in range(averaged):
            noise = normal(sample.rows, (2,), PURPOSE, step=step, draw=draw).double()
            source = (1 - t) * sample.x + t * noise
            slopes.append(velocity(z + source - sample.x, t, MOVED) - velocity(source, t, torch.zeros(2).double()))
        z = z + (to - t) * torch.stack(slopes).mean(0)
    return z


class Shifted(Leaf):
    """The mixture, moved by (1, −0.5)."""

    space = Mixture.space

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The mean of x0, given x."""
        y = q.x * torch.sqrt(1 + q.s.square())[:, None]
        return Prediction(posterior_mean(y - MOVED, q.s) + MOVED)


def test_under_euler_it_is_the_loop_of_the_paper(oracle: Oracle) -> None:
    levels = Levels(torch.tensor([4.0, 1.5, 0.6, 0.2, 0.0], dtype=torch.float64))
    start = noised(points(), levels)
    model = flow_edit(Mixture(), Shifted(), points(), n_avg=2)
    found = solve(model, euler(), start, levels, context()).x
    wanted = paper(Sample(points().x, start.s, start.space, start.rows), levels.s.tolist(), 2)
    far = float((found - wanted).abs().max())
    oracle("model.flow_edit", "under Euler it is the paper's loop in the time of a flow", far, 1e-12)


def test_between_a_model_and_itself_nothing_is_moved(oracle: Oracle) -> None:
    found = solve(flow_edit(Curved(), Curved(), points()), heun(), pure_noise(3), FROM_NOISE, context()).x
    changed = float((found != points().x).sum())
    oracle("model.flow_edit", "between a model and itself it is the sample, bitwise", changed, 0)


def test_where_it_begins_beside_the_sample_is_no_edit() -> None:
    """From other noise the same edit, but for the draws of the steps, which are the row's own."""
    levels = karras(num_inference_steps=6, sigma_min=0.05, sigma_max=5.0)
    model = flow_edit(Mixture(), Shifted(), points())
    one = noised(points(), levels, seed=1)
    other = Sample(noised(points(), levels, seed=2).x, one.s, one.space, one.rows)
    ends = [solve(model, heun(), start, levels, context()).x for start in (one, other)]
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-10, atol=1e-10)


def test_all_questions_of_a_step_go_out_together() -> None:
    ctx = context()
    model = flow_edit(SOURCE, TARGET, points(), n_avg=3)
    solve(model, euler(), pure_noise(3), FROM_NOISE, ctx)
    assert ctx.meter.rows == 4 * 3 * model.cost(1.0) == 4 * 3 * 6
    assert len(SOURCE.asked) == len(TARGET.asked)


def test_a_noised_sample_and_another_space_are_refused() -> None:
    with pytest.raises(InputError, match="no clean points"):
        flow_edit(SOURCE, TARGET, pure_noise(2))
    with pytest.raises(InputError, match="other points"):
        flow_edit(SOURCE, Gaussian(event=(3,)), points())
