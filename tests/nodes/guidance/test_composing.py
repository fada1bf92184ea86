"""Mixtures, regions and factors of models against exact laws and plain arithmetic."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.guidance.conditional import conditional
from nodes.guidance.factorised import Kind, factorised
from nodes.guidance.mixture import mixture
from nodes.guidance.regional import regional
from nodes.model.gaussian import gaussian
from nodes.model.mixture import mixture as law_of
from nodes.reward.log_likelihood import log_likelihood
from tests.laws.exact import Exact, means
from tests.nodes.gaussian import context, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
PICTURES = torch.randn(3, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
ONE, TWO = conditional(Exact(), means(0.4)), conditional(Exact(), means(-0.7))
LEFT = gaussian(mean=(1.0, 0.0), covariance=(0.3, 0.1, 0.1, 0.2))
RIGHT = gaussian(mean=(-0.5, 1.0), covariance=(0.6, 0.0, 0.0, 0.1))


def at(model: Model, x: Tensor = PICTURES, s: float = 1.3) -> Tensor:
    """Its x0."""
    return predict(model, query(x, s), context()).x0


def picture(*rows: list[list[int]]) -> Image:
    """Grey pictures."""
    return Image(torch.tensor(rows, dtype=torch.uint8)[..., None])


def test_a_mixture_of_two_exact_models_is_the_exact_mixture(oracle: Oracle) -> None:
    both = law_of(
        preset="own",
        dimension=2,
        means=(1.0, 0.0, -0.5, 1.0),
        covariances=(0.3, 0.1, 0.1, 0.2, 0.6, 0.0, 0.0, 0.1),
        weights=(1.0, 3.0),
    )
    model = mixture((LEFT, RIGHT), (log_likelihood(LEFT), log_likelihood(RIGHT)), weights=(1.0, 3.0))
    apart = max(float((at(model, X, s) - at(both, X, s)).abs().max()) for s in (0.05, 0.5, 3.0, 50.0))
    oracle("guidance.mixture", "two exact models: the exact mixture, at every level", apart, 1e-10)
    shares = predict(model, query(X, 1.3), context()).aux["/share"]
    torch.testing.assert_close(shares.sum(1), torch.ones(4, dtype=torch.float64))


def test_a_model_of_weight_zero_is_not_followed() -> None:
    model = mixture((LEFT, RIGHT), (log_likelihood(LEFT), log_likelihood(RIGHT)), weights=(1.0, 0.0))
    torch.testing.assert_close(at(model, X), at(LEFT, X))


def test_each_region_follows_its_model_and_greys_blend(oracle: Oracle) -> None:
    first = [[255, 255, 0, 51]] * 4
    found, one, two = at(regional((ONE, TWO), picture(first))), at(ONE), at(TWO)
    expected = torch.cat([one[..., :2], two[..., 2:3], 0.2 * one[..., 3:] + 0.8 * two[..., 3:]], -1)
    oracle("guidance.regional", "masks of 0 and 1: pasted together", float((found - expected).abs().max()), 1e-12)


def test_overlapping_regions_are_averaged_and_masks_are_scaled_to_the_points() -> None:
    full, half = [[255] * 8] * 8, [[255] * 4 + [0] * 4] * 8
    found, one, two = at(regional((ONE, TWO), picture(full, half))), at(ONE), at(TWO)
    expected = torch.cat([(one + two)[..., :2] / 2, one[..., 2:]], -1)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("kind", ["frequency", "colour"])
def test_the_same_model_for_both_factors_is_the_model(kind: Kind, oracle: Oracle) -> None:
    apart = float((at(factorised(ONE, ONE, kind=kind)) - at(ONE)).abs().max())
    oracle("guidance.factorised", f"{kind}: both alike: the model", apart, 1e-14)


def test_factors_are_followed_each_by_its_model(oracle: Oracle) -> None:
    """Of one channel all is grey; a constant has no high frequencies: the mean is the first's, to within the edges."""
    assert torch.equal(at(factorised(ONE, TWO, kind="colour")), at(TWO) + (at(ONE) - at(TWO)))
    found = at(factorised(ONE, TWO, blur_sigma=100.0))
    # Of 4 cells, mirrored at both ends 3 deep, each counts as often in a flat kernel as it is mirrored.
    weights = torch.zeros(4, 4, dtype=torch.float64)
    for place in range(4):
        for step in range(-3, 4):
            seen = abs(place + step)
            weights[place, 6 - seen if seen > 3 else seen] += 1 / 7
    difference = at(ONE) - at(TWO)
    expected = at(TWO) + weights @ difference @ weights.T
    oracle("guidance.factorised", "wide blur: the mean is the first's", float((found - expected).abs().max()), 1e-3)


def test_all_models_are_asked_in_one_launch() -> None:
    shared = Exact()
    one, two = conditional(shared, means(0.4)), conditional(shared, means(-0.7))
    for model in (factorised(one, two), regional((one, two), picture([[255, 0, 0, 0]] * 4))):
        ctx = context()
        predict(model, query(PICTURES, 1.3), ctx)
        assert (ctx.meter.rows, ctx.meter.launches, model.cost(1.3)) == (6, 1, 2)


def test_masks_that_leave_a_place_open_or_are_too_few_are_refused() -> None:
    with pytest.raises(InputError, match="no mask covers"):
        regional((ONE, TWO), picture([[255, 0, 0, 0]] * 4, [[0, 255, 255, 0]] * 4))
    with pytest.raises(InputError, match="one mask for each"):
        regional((ONE, TWO, ONE), picture([[255] * 4] * 4))


def test_densities_and_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="one density for each"):
        mixture((LEFT, RIGHT), (log_likelihood(LEFT),))
    with pytest.raises(InputError, match="no weights"):
        mixture((LEFT,), (log_likelihood(LEFT),), weights=(-1.0,))
    with pytest.raises(InputError, match="only pictures"):
        factorised(LEFT, RIGHT)
