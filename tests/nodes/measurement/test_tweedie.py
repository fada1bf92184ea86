"""Tweedie's formulas against what integration says, and a noise level that is found blindly."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.levels import factor
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture
from nodes.measurement.tweedie import Denoised, Family, tweedie
from tests.nodes.gaussian import Gaussian
from tests.oracles import Oracle


class Scored(Leaf):
    """A model whose score is known: x0 = y + s² f(y)."""

    def __init__(self, score: Callable[[Tensor], Tensor], event: tuple[int, ...] = (1,)) -> None:
        self.score, self.space = score, Space("plane", event)

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """Tweedie backwards."""
        s = factor(q.s, q.x)
        y = q.x * torch.sqrt(1 + s.square())
        return Prediction(y + s.square() * self.score(y))


def noisy(x: Tensor) -> Sample:
    """Points with their noise, at s = 0."""
    return Sample(
        x, torch.zeros(len(x), dtype=torch.float64), Space("plane", tuple(x.shape[1:])), Rows.first(0, len(x))
    )


def denoised(x: Tensor, model: Leaf, family: Family = "gaussian", noise: float = 0.5, **how: bool) -> Denoised:
    """What it makes of the points."""
    return tweedie(
        noisy(x), model, family=family, noise=noise, blind=how.get("blind", False), level=1e-3, run=RunContext(Meter())
    )


KINDS = torch.tensor([1.0, 3.0], dtype=torch.float64)
"""What the clean number may be."""


def test_gaussian_noise_leaves_the_posterior_mean(oracle: Oracle) -> None:
    y = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    found = denoised(y, Gaussian(0.3, 0.7 + 0.25, (1,))).sample.x
    expected = (0.7 * y + 0.25 * 0.3) / (0.7 + 0.25)
    oracle("measurement.tweedie", "Gaussian: the posterior mean", float((found - expected).abs().max()), 1e-5)


def gamma_weights(y: Tensor, shape: float) -> Tensor:
    """P(x | y) of two kinds, for gamma noise of that shape and mean x; [B, 2]."""
    return torch.softmax(-shape * torch.log(KINDS) - shape * y / KINDS, 1)


def test_gamma_noise_leaves_one_over_the_mean_of_the_inverse(oracle: Oracle) -> None:
    shape, y = 5.0, torch.linspace(0.3, 5, 12, dtype=torch.float64)[:, None]
    model = Scored(lambda at: (shape - 1) / at - shape * (gamma_weights(at, shape) / KINDS).sum(1, keepdim=True))
    found = denoised(y, model, "gamma", shape).sample.x
    expected = 1 / (gamma_weights(y, shape) / KINDS).sum(1, keepdim=True)
    oracle("measurement.tweedie", "gamma: 1/E[1/x | y]", float((found - expected).abs().max()), 1e-7)


def poisson_log(y: Tensor, unit: float) -> Tensor:
    """log p(y) of y = unit · Pois(x/unit) for x of 1 or 3, between the counts by Euler's Γ."""
    k = y / unit
    return torch.logsumexp(k * torch.log(KINDS / unit) - KINDS / unit, 1, keepdim=True) - torch.lgamma(k + 1)


def poisson_score(y: Tensor, unit: float) -> Tensor:
    """Its derivative."""
    with torch.enable_grad():
        at = y.detach().requires_grad_()
        (slope,) = torch.autograd.grad(poisson_log(at, unit).sum(), at)
    return slope


def test_poisson_noise_leaves_about_what_robbins_formula_says(oracle: Oracle) -> None:
    unit, y = 0.1, 0.1 * torch.arange(5, 45, 3, dtype=torch.float64)[:, None]
    found = denoised(y, Scored(lambda at: poisson_score(at, unit)), "poisson", unit).sample.x
    robbins = (y + unit) * torch.exp(poisson_log(y + unit, unit) - poisson_log(y, unit))
    oracle("measurement.tweedie", "Poisson: Robbins' formula, relative", float((found / robbins - 1).abs().max()), 0.12)


def test_the_level_of_noise_is_found_on_pictures_of_even_parts(oracle: Oracle) -> None:
    event, sigma = (1, 8, 8), 0.2
    pictures = torch.zeros(2, *event, dtype=torch.float64)
    pictures[0, :, 2:6, 3:] = 1.0
    pictures[1, :, :, :4] = -1.0
    variances = torch.full((2, 64), sigma**2, dtype=torch.float64)
    model = Mixture(Space("plane", event), pictures.flatten(1), variances, torch.ones(2), ("one", "other"))
    z = torch.randn(2, *event, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    found = denoised(pictures + sigma * z, model, noise=0.5, blind=True)
    told = [float(value) for value in dict(found.noise.columns)["noise"] if isinstance(value, float)]
    worst = max(abs(value / sigma - 1) for value in told)
    oracle("measurement.tweedie", "blind: σ of pictures of even parts, relative", worst, 0.05)
    assert float((found.sample.x - pictures).abs().max()) < 0.05


def test_noise_that_is_not_found_blindly_is_refused() -> None:
    with pytest.raises(InputError, match="not found blindly"):
        denoised(torch.ones(1, 1), Gaussian(event=(1,)), "gamma", blind=True)
    noise = Sample(torch.ones(1, 1), torch.ones(1).double(), Space("plane", (1,)), Rows.first(0, 1))
    with pytest.raises(InputError, match="no clean points"):
        tweedie(noise, Gaussian(event=(1,)), run=RunContext(Meter()))
