"""Rewards of points: quadratic, inside a region, measured, compared with a reference or with each other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from graphs import InputError
from nodes.contracts.operator import Measurement
from nodes.contracts.reward import Reward, score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.reward.diversity import diversity
from nodes.reward.inside import inside
from nodes.reward.measurement import measurement
from nodes.reward.quadratic import quadratic
from nodes.reward.sliced_wasserstein import population_wasserstein, sliced_wasserstein
from tests.laws.stand_ins import UpperHalf
from tests.nodes.gaussian import context
from tests.nodes.reward.points import clean, pictures
from tests.oracles import Oracle


def plane(count: int, seed: int = 4, dims: int = 2) -> Sample:
    """Normal points of a plane."""
    x = torch.randn(count, dims, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return clean(x, "plane")


def of_origins(sample: Sample, *origins: int) -> Sample:
    """The same, descending from these rows."""
    return replace(sample, rows=Rows(sample.rows.seed, torch.tensor(origins)))


def test_quadratic_is_the_log_likelihood_of_a_measurement_of_the_point(oracle: Oracle) -> None:
    sample = plane(4)
    target = plane(2, 9)
    scores = score(quadratic(target, tau=0.7), sample, context())
    wanted = [-float((sample.x[row] - target.x[row % 2]).square().sum()) / (2 * 0.49) for row in range(4)]
    oracle("reward.quadratic", "−|x − b|²/2τ², b by origin", float((scores - torch.tensor(wanted)).abs().max()), 1e-6)
    assert score(quadratic(point=(1.0, 2.0)), clean(torch.tensor([[1.0, 4.0]]), "plane"), context()).tolist() == [-2.0]
    x = sample.x.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda at: score(quadratic(), replace(sample, x=at), context()), (x,))


def test_a_target_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match="does not fit"):
        score(quadratic(point=(1.0, 2.0, 3.0)), plane(1), context())
    with pytest.raises(InputError, match="no clean points"):
        quadratic(replace(plane(1), s=torch.ones(1, dtype=torch.float64)))


def test_the_mean_of_the_indicator_is_the_probability_of_the_region(oracle: Oracle) -> None:
    """N(0, 1) in the plane lies within r of its centre with probability 1 − exp(−r²/2)."""
    sample = plane(20000)
    share = float(score(inside(radius=1.5), sample, context()).mean())
    oracle("reward.inside", "E r = 1 − exp(−r²/2)", abs(share - (1 - math.exp(-1.125))), 4 * 0.5 / math.sqrt(20000))
    x = clean(torch.tensor([[1.0, 1.0], [0.0, 1.0], [0.0, 1.1]]), "plane")
    assert score(inside(), x, context()).tolist() == [0.0, 1.0, 0.0]
    assert score(inside(region="box"), x, context()).tolist() == [1.0, 1.0, 0.0]
    assert score(inside(centre=(1.0, 1.0), radius=0.5), x, context()).tolist() == [1.0, 0.0, 0.0]
    with pytest.raises(InputError, match="centre does not fit"):
        score(inside(centre=(1.0, 1.0, 1.0)), x, context())


def test_the_fit_is_half_the_squared_residual_over_the_noise(oracle: Oracle) -> None:
    sample = clean(pictures())
    seen = UpperHalf().apply(sample.x, sample.rows) + 0.3
    reward = measurement(UpperHalf(), Measurement(seen, 0.5))
    apart = (score(reward, sample, context()) + 8 * 0.09 / (2 * 0.25)).abs().max()
    oracle("reward.measurement", "log N(y; A x, σ_y²) but for a constant", float(apart), 1e-12)
    other = measurement(UpperHalf(), Measurement(seen), sigma_y=0.1)
    assert float(score(other, sample, context())[0]) == pytest.approx(-8 * 0.09 / 0.02)
    x = sample.x.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda at: score(reward, replace(sample, x=at), context()), (x,))
    with pytest.raises(InputError, match="another operator"):
        measurement(UpperHalf(), Measurement(seen, 0.5, "another"))


def test_a_cloud_is_at_no_distance_from_itself_in_any_order() -> None:
    x = pictures()
    reward = sliced_wasserstein(clean(x))
    assert torch.equal(score(reward, clean(x), context()), torch.zeros(3, dtype=torch.float64))
    turned = clean(x.flip(3))
    assert torch.equal(score(reward, turned, context()), torch.zeros(3, dtype=torch.float64))
    assert bool((score(sliced_wasserstein(clean(x), of="patches", patch=2), turned, context()) < 0).all())
    assert bool((score(reward, clean(x.flip(0)), context())[[0, 2]] < 0).all()), "row by row by origin"


def quantile_distance(one: np.ndarray[tuple[int], np.dtype[np.float64]], other: torch.Tensor) -> float:
    """W2² of two lists of numbers, by repeating both until they are as long as each other."""
    first, second = np.sort(one), np.sort(other.numpy())
    length = np.lcm(len(first), len(second))
    apart = np.repeat(first, length // len(first)) - np.repeat(second, length // len(second))
    return float(np.mean(apart**2))


def test_in_one_dimension_it_is_the_formula_by_quantiles(oracle: Oracle) -> None:
    one, other = plane(6, dims=1), plane(4, 8, dims=1)
    scores = score(population_wasserstein(other), of_origins(one, 0, 0, 1, 0, 1, 0), context())
    wanted = [quantile_distance(one.x[[0, 1, 3, 5], 0].numpy(), other.x[:, 0])]
    wanted.append(quantile_distance(one.x[[2, 4], 0].numpy(), other.x[:, 0]))
    apart = (scores + torch.tensor(wanted, dtype=torch.float64)[[0, 0, 1, 0, 1, 0]]).abs().max()
    oracle("reward.population_wasserstein", "W2² by quantiles in one dimension", float(apart), 1e-12)
    three = plane(3, 1, dims=1)
    apart = score(population_wasserstein(other), of_origins(three, 0, 0, 0), context())[0]
    assert -float(apart) == pytest.approx(quantile_distance(three.x[:, 0].numpy(), other.x[:, 0]))


def test_moved_clouds_are_apart_by_the_square_of_the_way_over_the_dimensions(oracle: Oracle) -> None:
    """W2²(θ·x, θ·(x + v)) = (θ·v)², whose mean over all directions is |v|²/D."""
    sample = of_origins(plane(50), *[0] * 50)
    moved = replace(sample, x=sample.x + torch.tensor([0.6, -0.8], dtype=torch.float64))
    found = -float(score(population_wasserstein(sample, projections=4096), moved, context())[0])
    oracle(
        "reward.sliced_wasserstein",
        "a shift v is |v|²/D away, to the chance of 4096 directions",
        abs(found - 0.5),
        0.03,
    )


@pytest.mark.parametrize("kind", ["coordinates", "patches", "population"])
def test_the_distances_have_the_gradient_of_the_finite_difference(kind: str) -> None:
    x = pictures(2)
    reference = clean(pictures(4)[2:])
    reward: Reward = population_wasserstein(reference, projections=5)
    if kind != "population":
        reward = sliced_wasserstein(reference, of="patches" if kind == "patches" else "coordinates", projections=5)
    assert torch.autograd.gradcheck(lambda at: score(reward, clean(at), context()), (x.requires_grad_(),))


def test_references_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="another event"):
        score(population_wasserstein(plane(2)), plane(2, dims=3), context())
    with pytest.raises(InputError, match="other channels"):
        score(sliced_wasserstein(clean(torch.zeros(1, 3, 4, 4))), clean(pictures()), context())
    with pytest.raises(InputError, match="no such patches"):
        score(sliced_wasserstein(clean(pictures()), of="patches", patch=5), clean(pictures()), context())


def test_diversity_is_the_mean_distance_from_the_others_of_the_origin(oracle: Oracle) -> None:
    sample = of_origins(plane(5), 1, 0, 1, 1, 0)
    scores = score(diversity(), sample, context())
    x = sample.x.numpy() / math.sqrt(2)
    first = [np.mean([np.linalg.norm(x[i] - x[j]) for j in (0, 2, 3) if j != i]) for i in (0, 2, 3)]
    wanted = torch.tensor([first[0], np.linalg.norm(x[1] - x[4]), first[1], first[2], np.linalg.norm(x[1] - x[4])])
    oracle("reward.diversity", "mean distance from the others of a row", float((scores - wanted).abs().max()), 1e-12)
    assert score(diversity(), plane(1), context()).tolist() == [0.0]
