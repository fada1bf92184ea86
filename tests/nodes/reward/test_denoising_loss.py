"""The likelihood by the loss of denoising."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.reward import score
from nodes.reward.denoising_loss import denoising_loss
from tests.laws import exact
from tests.nodes.gaussian import Gaussian, context
from tests.nodes.reward.points import clean
from tests.oracles import Oracle


def test_for_the_mean_of_x0_it_is_the_log_density(oracle: Oracle) -> None:
    """Of N(m, v), averaged over the draws of many rows at the same point."""
    mean, variance = 0.4, 0.6
    for point in (0.0, 1.5):
        x = torch.full((400, 1), point, dtype=torch.float64)
        reward = denoising_loss(Gaussian(mean, variance, (1,)), levels=48, sigma_min=1e-3, sigma_max=1e3)
        found = score(reward, clean(x, "plane"), context())
        wanted = -0.5 * (point - mean) ** 2 / variance - 0.5 * math.log(2 * math.pi * variance)
        error = float(found.std()) / 20
        assert error < 0.12
        apart = abs(float(found.mean()) - wanted)
        oracle("reward.denoising_loss", "log p(x) of a Gaussian, to four standard errors", apart, 4 * error)


def test_its_draws_are_each_rows_own_and_always_the_same() -> None:
    sample, reward = exact.clean(), denoising_loss(exact.Exact(), levels=3)
    ctx = exact.context()
    whole = score(reward, sample, ctx)
    assert (ctx.meter.rows, ctx.meter.launches, ctx.meter.rewards) == (3 * 4, 1, 4)
    assert torch.equal(score(reward, sample, exact.context()), whole)
    torch.testing.assert_close(score(reward, sample.take(torch.tensor([2])), exact.context()), whole[2:3])


@pytest.mark.parametrize("form", ["elbo", "loss"])
def test_its_gradient_is_the_finite_difference(form: str) -> None:
    reward = denoising_loss(exact.Exact(), levels=2, form="elbo" if form == "elbo" else "loss")
    sample = exact.clean(1)
    x = sample.x.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda at: score(reward, replace(sample, x=at), exact.context()), (x,))


def test_points_that_the_model_knows_are_likelier_than_others() -> None:
    reward = denoising_loss(Gaussian(0.0, 0.1, (4,)), form="loss")
    x = torch.stack([torch.full((4,), value, dtype=torch.float64) for value in (0.0, 2.0)])
    near, far = score(reward, clean(x, "plane"), context()).tolist()
    assert near > far


def test_levels_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InputError, match="sigma_min is not below"):
        denoising_loss(Gaussian(), sigma_min=2.0, sigma_max=1.0)
