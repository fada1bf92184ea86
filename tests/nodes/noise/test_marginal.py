"""A truncated start: draws from the law at a level, and what sampling from there gives."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.codec.correlated import correlated
from nodes.contracts.driving import solve
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.gaussian import Gaussian
from nodes.exact.marginal import marginal_draw
from nodes.exact.mixture import Mixture
from nodes.levels.karras import karras
from nodes.model import correlated as under
from nodes.model.empirical import empirical
from nodes.model.fitted import fitted
from nodes.model.gaussian import gaussian
from nodes.model.mixture import mixture
from nodes.noise import gaussian as white
from nodes.noise.marginal import marginal
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian as Network
from tests.nodes.gaussian import context
from tests.nodes.model.laws import PRIOR, points
from tests.nodes.model.laws import mixture as plain

STATS = import_module("scipy.stats")  # has no types
LEVELS = (0.0, 0.4, 2.0, math.inf)
ONE = gaussian(mean=(0.7, -0.4), covariance=(0.5, 0.2, 0.2, 0.3))


def clean(x: torch.Tensor) -> Sample:
    space = Space("points", tuple(x.shape[1:]))
    return Sample(x, torch.zeros(len(x), dtype=torch.float64), space, Rows.first(0, len(x)))


@pytest.mark.parametrize("s", LEVELS)
def test_of_one_gaussian_it_is_where_the_flow_takes_the_noise(s: float) -> None:
    """So it begins without any bias: the same noise ends at the same point."""
    assert isinstance(ONE, Gaussian)
    noise = white.gaussian(ONE, count=6, seed=5)
    level = torch.full((6,), s, dtype=torch.float64)
    expected = ONE.flow_map(noise.x.double(), noise.s, level)
    drawn = marginal(ONE, sigma=s, count=6, seed=5)
    assert torch.allclose(marginal_draw(ONE, noise.rows, s), expected, atol=1e-12)
    assert torch.equal(drawn.x, marginal_draw(ONE, noise.rows, s).float())
    assert torch.equal(drawn.s, level)
    ends = ONE.flow_map(drawn.x.double(), level, torch.zeros_like(level))
    assert torch.allclose(ends, ONE.flow_map(noise.x.double(), noise.s, torch.zeros_like(level)), atol=1e-6)


@pytest.mark.parametrize("s", LEVELS)
def test_of_a_mixture_it_has_the_law_of_the_noised_data(s: float) -> None:
    count = 2000
    alpha, sigma = (0.0, 1.0) if math.isinf(s) else (1 / math.hypot(1, s), s / math.hypot(1, s))
    x = marginal(plain(), sigma=s, count=count, seed=2).x.double()
    for direction in (torch.tensor([1.0, 0.0]), torch.tensor([0.6, -0.8])):
        way = direction.double()
        means = alpha * PRIOR.means @ way
        stds = torch.sqrt(alpha**2 * torch.einsum("d,kde,e->k", way, PRIOR.covariances, way) + sigma**2)

        def below(value: float, means: torch.Tensor = means, stds: torch.Tensor = stds) -> float:
            return float((torch.special.ndtr((value - means) / stds) * PRIOR.weights).sum())

        assert STATS.kstest((x @ way).numpy(), np.vectorize(below)).pvalue > 0.01


def test_of_points_it_is_a_point_and_noise_and_of_correlated_noise_that() -> None:
    data, run = points(3), RunContext(Meter())
    model = empirical(clean(data), weights=(1.0, 0.0, 2.0), run=run)
    drawn = marginal(model, sigma=0.0, count=300).x.double()
    apart, nearest = torch.cdist(drawn, data).min(1)
    assert float(apart.max()) < 1e-6
    found = torch.bincount(nearest, minlength=3)
    assert found[1] == 0
    assert abs(int(found[0]) - 100) < 4 * math.sqrt(300 * 2 / 9)
    codec = correlated(length=2.0)
    coloured = under.correlated(model, codec)
    assert torch.allclose(marginal(coloured, sigma=0.0, count=300).x.double(), drawn, atol=1e-5)
    rest = marginal(coloured, sigma=2.0, count=4000).x.double()
    lines = (rest * math.sqrt(5) - marginal(coloured, sigma=0.0, count=4000).x.double()) / 2
    assert float(lines.mT.corrcoef()[0, 1]) == pytest.approx(math.exp(-0.5), abs=0.05)


def test_a_condition_chooses_components() -> None:
    law = mixture(preset="two_moons", components=8, std=0.01)
    drawn = marginal(law, law.prompt(("upper", "lower")), sigma=0.0, count=6).x
    assert isinstance(law, Mixture)
    nearest = torch.cdist(drawn.double(), law.means).argmin(1)
    assert [law.classes[number] for number in nearest.tolist()] == ["upper", "lower"] * 3


def test_a_row_is_the_same_in_every_batch() -> None:
    many, one = marginal(plain(), count=6, seed=1), marginal(plain(), count=1, first=4, seed=1)
    assert torch.equal(many.x[4:], one.x.expand(2, -1)) is False
    assert torch.equal(many.x[4:5], one.x)


def test_a_network_has_no_law_to_draw_from() -> None:
    with pytest.raises(InputError, match="is not known") as caught:
        marginal(Network())
    assert "model.fitted" in caught.value.mend


def test_of_one_component_the_fit_has_the_mean_and_the_covariance_of_the_data() -> None:
    data = points(40) @ torch.tensor([[1.0, 0.4], [0.0, 0.3]]).double()
    for kind in ("diagonal", "full"):
        model = fitted(clean(data), covariance="full" if kind == "full" else "diagonal", least_std=1e-6)
        assert isinstance(model, Mixture)
        whole = data.mT.cov(correction=0)
        assert torch.allclose(model.means[0], data.mean(0), atol=1e-12)
        expected = whole if kind == "full" else whole.diagonal()
        assert torch.allclose(model.covariances[0], expected, atol=1e-11)


def test_of_several_components_the_fit_finds_the_groups() -> None:
    law = mixture(preset="own", means=(-2.0, 0.0, 2.0, 1.0, 0.0, -3.0), weights=(1.0, 2.0, 1.0), std=0.3)
    data = marginal(law, sigma=0.0, count=800, seed=6)
    model = fitted(data, components=3, covariance="full")
    assert isinstance(law, Mixture)
    assert isinstance(model, Mixture)
    order = torch.cdist(law.means, model.means).argmin(1)
    assert sorted(order.tolist()) == [0, 1, 2]
    assert torch.allclose(model.means[order], law.means, atol=0.1)
    assert torch.allclose(model.log_weights.exp()[order], torch.tensor([0.25, 0.5, 0.25]).double(), atol=0.06)
    assert torch.allclose(model.values.sqrt(), torch.full((3, 2), 0.3).double(), atol=0.06)


def test_a_law_that_the_data_do_not_suffice_for_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be fitted"):
        fitted(clean(points(3)), components=4)
    with pytest.raises(InputError, match="cannot be fitted"):
        fitted(clean(torch.zeros(3, 1100)), covariance="full")


def test_the_farther_up_a_fitted_start_is_the_less_it_is_off() -> None:
    """Three groups, few in the middle, begun from one Gaussian: near pure noise the groups come out right."""
    law = mixture(preset="own", means=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), weights=(9.0, 2.0, 9.0), std=0.1)
    prior = fitted(marginal(law, sigma=0.0, count=2000, seed=3), covariance="full")
    off = []
    for sigma in (0.2, 8.0):
        start = marginal(prior, sigma=sigma, count=600, seed=9)
        grid = karras(num_inference_steps=14, sigma_min=0.02, sigma_max=sigma)
        ends = solve(law, heun(), replace(start, x=start.x.double()), grid, context()).x
        off.append(abs(float((ends[:, 0] < -0.5).double().mean()) - 0.45))
    assert off[0] > 0.1
    assert off[1] < 0.07
    own = marginal(law, sigma=0.2, count=600, seed=9)
    grid = karras(num_inference_steps=14, sigma_min=0.02, sigma_max=0.2)
    ends = solve(law, heun(), replace(own, x=own.x.double()), grid, context()).x
    assert abs(float((ends[:, 0] < -0.5).double().mean()) - 0.45) < 0.07
