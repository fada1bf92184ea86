"""The exact mixture: by brute force, by Tweedie's formulas, under conditions, at both ends."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture
from nodes.exact.shapes import ShapeName
from nodes.model.mixture import mixture as node
from tests.nodes.exact import Law, law, noised, posterior_by_force
from tests.nodes.gaussian import context, means, query
from tests.nodes.model.laws import LEVELS, PRIOR, coefficients, jacobian, levels, mixture, points, x0_of

every_level = pytest.mark.parametrize("s", LEVELS)


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@every_level
def test_mean_and_covariance_of_x0_are_those_of_a_sum_over_the_plane(s: float) -> None:
    alpha, sigma = (numbers(value, value) for value in coefficients(s))
    x = points(3)
    covariances = mixture().posterior_covariance(x, levels(s, x))
    for row, (point, found) in enumerate(zip(x, x0_of(mixture(), x, s), strict=True)):
        mean, covariance = posterior_by_force(PRIOR, point, alpha, sigma)
        assert torch.allclose(found, mean, atol=1e-6)
        assert torch.allclose(covariances[row], covariance, atol=1e-6)


@every_level
def test_the_likelihood_is_that_of_the_noised_law(s: float) -> None:
    x = points()
    expected = noised(PRIOR, *coefficients(s)).log_density(x)
    assert torch.allclose(mixture().log_likelihood(x, levels(s, x)), expected, atol=1e-12)


@every_level
def test_the_score_is_the_gradient_of_the_likelihood(s: float) -> None:
    model, x = mixture(), points().requires_grad_()
    (gradient,) = torch.autograd.grad(model.log_likelihood(x, levels(s, x)).sum(), x)
    score = model.score(x, levels(s, x))
    assert torch.allclose(score, gradient, atol=1e-11)
    alpha, sigma = coefficients(s)
    assert torch.allclose((alpha * x0_of(model, x, s) - x) / sigma**2, gradient, atol=1e-9)


@every_level
def test_the_covariance_of_x0_is_the_slope_of_its_mean(s: float) -> None:
    model, x, (alpha, sigma) = mixture(), points(), coefficients(s)
    slope = sigma**2 / alpha * jacobian(model, x, s)
    assert torch.allclose(model.posterior_covariance(x, levels(s, x)), slope, atol=1e-11)


@every_level
def test_gradients_of_the_answer_are_right(s: float) -> None:
    x = points(2).requires_grad_()
    assert torch.autograd.gradcheck(lambda point: x0_of(mixture(), point, s), (x,))


@every_level
def test_a_condition_leaves_the_components_that_it_names(s: float) -> None:
    model, x = mixture(), points()
    alone = mixture(Law(PRIOR.weights[1:] / PRIOR.weights[1:].sum(), PRIOR.means[1:], PRIOR.covariances[1:]), ("", ""))
    for text in ("right", "2 3", "3, 2", "RIGHT 3"):
        cond = model.prompt((text,))
        assert torch.allclose(x0_of(model, x, s, cond), x0_of(alone, x, s), atol=1e-12)
        gathered = cond.gather(torch.arange(len(x)))
        assert torch.allclose(
            model.log_likelihood(x, levels(s, x), gathered), alone.log_likelihood(x, levels(s, x)), atol=1e-12
        )
    assert torch.equal(x0_of(model, x, s, model.prompt(("",))), x0_of(model, x, s))


def test_each_row_has_its_own_condition() -> None:
    model, x = mixture(), points(4)
    together = x0_of(model, x, 1.0, model.prompt(("left", "right")))
    for row in range(4):
        alone = x0_of(model, x[row : row + 1], 1.0, model.prompt((("left", "right")[row % 2],)))
        assert torch.allclose(together[row], alone[0], atol=1e-14)


def test_rows_do_not_see_each_other() -> None:
    model, x, s = mixture(), points(6), numbers(0.0, 0.1, 1.0, 5.0, 80.0, math.inf)
    together = x0_of(model, x, s)
    alone = torch.cat([x0_of(model, x[row : row + 1], s[row : row + 1]) for row in range(6)])
    assert torch.allclose(together, alone, atol=1e-14)


def test_both_ends() -> None:
    model, x = mixture(), points()
    assert torch.allclose(x0_of(model, x, 0.0), x, atol=1e-13)
    assert torch.allclose(x0_of(model, x, math.inf), PRIOR.mean().expand(5, 2), atol=1e-14)
    assert torch.allclose(x0_of(model, x, math.inf, model.prompt(("left",))), PRIOR.means[0].expand(5, 2), atol=1e-14)
    for s in (0.0, math.inf):
        x.requires_grad_()
        (slope,) = torch.autograd.grad(x0_of(model, x, s).sum(), x)
        assert bool(torch.isfinite(slope).all())
        assert bool(torch.isfinite(model.score(x, levels(s, x))).all())


def test_single_precision_stays_single_and_near() -> None:
    x = points()
    for s in (0.0, 0.01, 1.0, 1e6, math.inf):
        found = x0_of(mixture(), x.float(), s)
        assert found.dtype == torch.float32
        assert torch.allclose(found.double(), x0_of(mixture(), x, s), atol=2e-5)


def test_the_shares_of_all_components_are_one_and_the_classifier_sums_them() -> None:
    model, x = mixture(), points()
    shares = model.responsibilities(x, levels(0.5, x))
    assert torch.allclose(shares.sum(1), torch.ones(5).double())
    right = model.log_class(x, levels(0.5, x), model.prompt(("right",)).gather(torch.arange(5)))
    assert torch.allclose(right.exp(), shares[:, 1:].sum(1), atol=1e-14)


def axis_aligned() -> tuple[Mixture, Law]:
    prior = law([1, 3], [[0.5, -0.3], [-0.6, 0.8]], [[[0.3, 0.0], [0.0, 0.2]], [[0.15, 0.0], [0.0, 0.4]]])
    variances = torch.diagonal(prior.covariances, dim1=1, dim2=2)
    return Mixture(Space("points", (2,)), prior.means, variances, prior.weights, ("", "")), prior


def test_a_diagonal_covariance_is_a_full_one_without_its_zeros() -> None:
    model, prior = axis_aligned()
    x = points()
    full = mixture(prior, ("", ""))
    assert torch.allclose(x0_of(model, x, 0.8), x0_of(full, x, 0.8), atol=1e-14)
    s = levels(0.8, x)
    assert torch.allclose(model.posterior_covariance(x, s), full.posterior_covariance(x, s), atol=1e-14)


def two_levels() -> tuple[Tensor, Tensor, Tensor]:
    """Levels of two rows whose places differ, [2, 2], and the α and σ of the places."""
    alpha, sigma = zip(*(coefficients(s) for s in (0.3, 2.0)), strict=True)
    return numbers(0.3, 2.0).expand(2, 2), numbers(*alpha), numbers(*sigma)


def test_each_place_may_have_its_own_level() -> None:
    model, prior = axis_aligned()
    x, (s, alpha, sigma) = points(2), two_levels()
    for found, point in zip(x0_of(model, x, s), x, strict=True):
        assert torch.allclose(found, posterior_by_force(prior, point, alpha, sigma)[0], atol=1e-6)
    assert torch.allclose(x0_of(model, x, numbers(0.7, 0.7).expand(2, 2)), x0_of(model, x, 0.7), atol=1e-14)


def test_axes_that_are_not_those_of_the_places_make_no_difference() -> None:
    x, (s, alpha, sigma) = points(2), two_levels()
    covariances = mixture().posterior_covariance(x, s)
    for found, covariance, point in zip(x0_of(mixture(), x, s), covariances, x, strict=True):
        expected = posterior_by_force(PRIOR, point, alpha, sigma)
        assert torch.allclose(found, expected[0], atol=1e-6)
        assert torch.allclose(covariance, expected[1], atol=1e-6)
    assert torch.allclose(x0_of(mixture(), x, numbers(0.7, 0.7).expand(2, 2)), x0_of(mixture(), x, 0.7), atol=1e-13)


def test_a_place_that_is_known_stays_and_says_what_it_can_of_the_others() -> None:
    x = points(2)
    found = x0_of(mixture(), x, numbers(0.0, math.inf).expand(2, 2))
    assert torch.allclose(found[:, 0], x[:, 0], atol=1e-12)
    # Given the first coordinate, the second of a component is normal around m2 + c12/c11 (x1 − m1).
    known = x[:, 0, None]
    apart = known - PRIOR.means[:, 0]
    variance = PRIOR.covariances[:, 0, 0]
    shares = PRIOR.weights * torch.exp(-apart.square() / (2 * variance)) / variance.sqrt()
    second = PRIOR.means[:, 1] + PRIOR.covariances[:, 0, 1] / variance * apart
    assert torch.allclose(found[:, 1], (shares * second).sum(1) / shares.sum(1), atol=1e-12)


@pytest.mark.parametrize("preset", ["ring", "grid", "two_moons", "spiral"])
def test_presets_lie_in_the_square_that_pictures_use(preset: ShapeName) -> None:
    model = node(preset=preset, components=16, std=0.05)
    assert isinstance(model, Mixture)
    assert model.space.event == (2,)
    assert len(model.means) == 16
    assert float(model.means.abs().max()) <= 0.95
    assert float(model.values.min()) == pytest.approx(0.05**2)
    assert bool(torch.isfinite(x0_of(model, points(), 1.0)).all())


@pytest.mark.parametrize(("preset", "names"), [("two_moons", ("upper", "lower")), ("spiral", ("first", "second"))])
def test_the_halves_of_a_shape_can_be_asked_for(preset: ShapeName, names: tuple[str, str]) -> None:
    model = node(preset=preset, components=12)
    halves = [x0_of(model, points(1), math.inf, model.prompt((name,))) for name in names]
    assert torch.allclose(halves[0], -halves[1], atol=1e-12)
    assert not torch.allclose(halves[0], halves[1])


def test_a_mixture_of_ones_own() -> None:
    model = node(preset="own", means=(0.0, 1.0, 2.0, 3.0), weights=(1.0, 3.0), std=0.5, names="near\nfar")
    assert torch.allclose(x0_of(model, points(1), math.inf), numbers(1.5, 2.5)[None])
    assert torch.allclose(x0_of(model, points(1), math.inf, model.prompt(("near",))), numbers(0.0, 1.0)[None])
    full = node(preset="own", means=(0.0, 0.0), covariances=(1.0, 0.5, 0.5, 1.0))
    assert isinstance(full, Mixture)
    assert torch.allclose(full.values, numbers(0.5, 1.5)[None])


def test_a_component_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match='no component "4"') as caught:
        mixture().prompt(("left 4",))
    assert "left, right" in caught.value.allowed


def test_wrong_lists_are_refused() -> None:
    with pytest.raises(InputError, match="do not fill"):
        node(preset="own", means=(1.0, 2.0, 3.0))
    with pytest.raises(InputError, match="own components"):
        node(preset="ring", means=(1.0, 2.0))
    with pytest.raises(InputError, match="wrong number"):
        node(preset="ring", weights=(1.0,))
    with pytest.raises(InputError, match="weights"):
        node(preset="own", means=(1.0, 2.0), weights=(-1.0,))
    with pytest.raises(InputError, match="wrong number"):
        node(preset="own", means=(1.0, 2.0), covariances=(1.0, 0.0))
    with pytest.raises(InputError, match="positive definite"):
        node(preset="own", means=(1.0, 2.0), covariances=(1.0, 2.0, 2.0, 1.0))
    with pytest.raises(InputError, match="symmetric"):
        node(preset="own", means=(1.0, 2.0), covariances=(1.0, 0.5, 0.2, 1.0))


def test_a_condition_that_another_model_made_is_refused() -> None:
    with pytest.raises(InputError, match="another model") as caught:
        predict(node(), query(torch.zeros(2, 2, dtype=torch.float64), 1.0, means(1.0, 2.0)), context())
    assert "mean" in caught.value.given


def test_points_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="another shape") as caught:
        predict(node(), query(torch.zeros(2, 3), 1.0), context())
    assert caught.value.allowed == "points of shape [2]"
