"""The exact model of a set of points: the nearest one at little noise, Bayes at any level."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.empirical import Empirical
from nodes.model.empirical import empirical as node
from tests.nodes.model.laws import LEVELS, coefficients, jacobian, levels, points, x0_of

DATA = torch.tensor([[0.9, 0.2], [-0.5, 0.7], [-0.4, -0.8], [0.3, -0.3]], dtype=torch.float64)
every_level = pytest.mark.parametrize("s", LEVELS)


def empirical(classes: tuple[str, ...] = ("a", "b", "a", "b"), weights: Tensor | None = None) -> Empirical:
    return Empirical(Space("points", (2,)), DATA, torch.ones(4) if weights is None else weights, classes)


@every_level
def test_x0_is_the_mean_of_the_points_by_bayes(s: float) -> None:
    alpha, sigma = coefficients(s)
    weights = torch.tensor([1.0, 2.0, 3.0, 4.0])
    found = x0_of(empirical(weights=weights), points(), s)
    for point, answer in zip(points(), found, strict=True):
        shares = [
            weight * math.exp(-sum((point - alpha * place) ** 2) / (2 * sigma**2))
            for weight, place in zip(weights.tolist(), DATA, strict=True)
        ]
        expected = sum(share * place for share, place in zip(shares, DATA, strict=True)) / sum(shares)
        assert torch.allclose(answer, torch.as_tensor(expected), atol=1e-12)


def test_at_little_noise_the_nearest_point_is_the_answer() -> None:
    x = points(20)
    nearest = DATA[torch.cdist(x, DATA).argmin(1)]
    for s in (0.0, 1e-12, 1e-3):
        assert torch.allclose(x0_of(empirical(), x, s), nearest, atol=1e-9)
        assert torch.allclose(x0_of(empirical(), x.float(), s), nearest.float(), atol=1e-6)
    assert torch.allclose(x0_of(empirical(), DATA, 0.0), DATA, atol=0)


def test_pure_noise_says_nothing() -> None:
    assert torch.allclose(x0_of(empirical(), points(), math.inf), DATA.mean(0).expand(5, 2), atol=1e-14)
    only = x0_of(empirical(), points(), math.inf, empirical().prompt(("a",)))
    assert torch.allclose(only, DATA[[0, 2]].mean(0).expand(5, 2), atol=1e-14)


@every_level
def test_the_covariance_of_x0_is_the_slope_of_its_mean(s: float) -> None:
    model, x, (alpha, sigma) = empirical(), points(), coefficients(s)
    slope = sigma**2 / alpha * jacobian(model, x, s)
    assert torch.allclose(model.posterior_covariance(x, levels(s, x)), slope, atol=1e-12)


@every_level
def test_the_score_is_the_gradient_of_the_likelihood(s: float) -> None:
    model, x = empirical(), points().requires_grad_()
    (gradient,) = torch.autograd.grad(model.log_likelihood(x, levels(s, x)).sum(), x)
    assert torch.allclose(model.score(x, levels(s, x)), gradient, atol=1e-9)


@every_level
def test_the_likelihood_is_a_density(s: float) -> None:
    line = torch.linspace(-5, 5, 801, dtype=torch.float64)
    plane = torch.cartesian_prod(line, line)
    total = empirical().log_likelihood(plane, levels(s, plane)).exp().sum().item() * (10 / 800) ** 2
    assert total == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("s", [0.0, 1e-8, math.inf])
def test_gradients_are_finite_at_the_ends(s: float) -> None:
    for x in (points(), points().float()):
        x.requires_grad_()
        (slope,) = torch.autograd.grad(x0_of(empirical(), x, s).sum(), x)
        assert bool(torch.isfinite(slope).all())


def test_gradients_of_the_answer_are_right() -> None:
    x = points(2).requires_grad_()
    assert torch.autograd.gradcheck(lambda point: x0_of(empirical(), point, 0.6), (x,))


def test_what_is_known_of_a_point_can_be_held() -> None:
    # The first coordinate is known to be −0.5, of the second nothing: only one of the data fits.
    x = torch.tensor([[-0.5, 1.7]], dtype=torch.float64)
    s = torch.tensor([[0.0, math.inf]], dtype=torch.float64)
    assert torch.allclose(x0_of(empirical(), x, s), DATA[1:2])
    assert torch.allclose(x0_of(empirical(), x.float(), s), DATA[1:2].float())


def test_pictures_become_points() -> None:
    pictures = torch.tensor([[[[0]], [[255]]], [[[255]], [[0]]]], dtype=torch.uint8)
    model = node(Image(pictures), labels="down\nup", run=RunContext(Meter()))
    assert isinstance(model, Empirical)
    assert model.space.event == (1, 2, 1)
    x = torch.zeros(1, 1, 2, 1)
    assert x0_of(model, x, 1.0, model.prompt(("down",))).flatten().tolist() == [-1.0, 1.0]
    assert x0_of(model, x, 1.0, model.prompt(("2",))).flatten().tolist() == [1.0, -1.0]


def test_a_sample_has_to_be_clean() -> None:
    space, rows = Space("points", (2,)), Rows.first(0, 4)
    clean = Sample(DATA, torch.zeros(4).double(), space, rows)
    assert node(clean, run=RunContext(Meter())).space is space
    with pytest.raises(InputError, match="no clean points"):
        node(Sample(DATA, torch.ones(4).double(), space, rows), run=RunContext(Meter()))
