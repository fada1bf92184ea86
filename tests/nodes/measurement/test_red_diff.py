"""RED-diff: its fixed point on a Gaussian, least squares without the model, and what it costs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.contracts.levels import Levels
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.sample import Sample
from nodes.measurement.blur import blur
from nodes.measurement.red_diff import Restored, red_diff
from nodes.measurement.super_resolution import super_resolution
from tests.laws.subjects import finished
from tests.nodes.gaussian import Gaussian
from tests.nodes.measurement.linear_laws import matrix_of
from tests.nodes.measurement.toys import clean
from tests.oracles import Oracle

EVENT = (1, 2, 4)
TRUTH = clean(2, EVENT)
BLUR = blur(TRUTH, kernel_size=2, shape="box")
SEEN = Measurement(BLUR.apply(TRUTH.x, TRUTH.rows) + 0.1, 0.5)


def restored(
    model: Gaussian,
    levels: Levels | None = None,
    operator: Operator = BLUR,
    seen: Measurement = SEEN,
    **settings: float,
) -> tuple[Restored, Meter]:
    """What it finds, from 0."""
    meter, start = Meter(), Sample(torch.zeros_like(TRUTH.x), TRUTH.s, TRUTH.space, TRUTH.rows)
    chosen = {"regularization": 0.25, "learning_rate": 0.02, **settings}
    steps = red_diff(
        start,
        model,
        operator,
        seen,
        levels,
        regularization=chosen["regularization"],
        learning_rate=chosen["learning_rate"],
        iterations=int(chosen.get("iterations", 600)),
        seed=int(chosen.get("seed", 0)),
        run=RunContext(meter),
    )
    value = finished(steps)
    assert isinstance(value, Restored)
    return value, meter


def fixed_point(mean: float, weight: float) -> Tensor:
    """Of (AᵀA + w) μ = Aᵀ y + w m: as many numbers are seen as there are."""
    matrix = matrix_of(BLUR, EVENT)
    curved = matrix.T @ matrix + weight * torch.eye(8, dtype=torch.float64)
    target = SEEN.y.flatten(1) @ matrix + weight * mean
    solution: Tensor = torch.linalg.solve(curved, target.T).T
    return solution


def test_of_a_point_it_ends_where_both_pulls_are_even(oracle: Oracle) -> None:
    """A model of no variance is sure of its mean, whatever the noise: w̄ = λ at every level."""
    found, _ = restored(Gaussian(0.4, 1e-12, EVENT), regularization=0.5)
    apart = float((found.sample.x.flatten(1) - fixed_point(0.4, 0.5)).abs().max())
    oracle("measurement.red_diff", "fixed point of a Gaussian without variance", apart, 1e-3)


def test_of_a_gaussian_it_ends_at_the_fixed_point_but_for_the_noise_of_its_draws(oracle: Oracle) -> None:
    s, variance = 1.0, 0.5
    weight = 0.25 * s * 0.5 / (0.5 * variance + 0.5)
    found, _ = restored(
        Gaussian(0.4, variance, EVENT), Levels(torch.tensor([s, 0.0], dtype=torch.float64)), regularization=0.25
    )
    apart = float((found.sample.x.flatten(1) - fixed_point(0.4, weight)).square().mean().sqrt())
    oracle("measurement.red_diff", "fixed point of a Gaussian, root mean square", apart, 0.12)


def test_without_the_model_it_is_least_squares(oracle: Oracle) -> None:
    found, _ = restored(Gaussian(0.4, 0.5, EVENT), regularization=0.0)
    seen = BLUR.apply(found.sample.x, TRUTH.rows)
    matched = BLUR.apply(BLUR.pinv(SEEN.y, TRUTH.rows), TRUTH.rows)
    oracle("measurement.red_diff", "regularization 0: least squares", float((seen - matched).abs().max()), 1e-3)


def test_both_parts_are_means_over_their_own_numbers_so_fewer_measurements_weigh_as_much(oracle: Oracle) -> None:
    """Blocks of 2 × 2: two numbers of eight are seen, each with 4 AᵀA of weight."""
    means = super_resolution(TRUTH, factor=2)
    seen = Measurement(means.apply(TRUTH.x, TRUTH.rows) + 0.1)
    found, _ = restored(Gaussian(0.4, 1e-12, EVENT), operator=means, seen=seen, regularization=0.5)
    matrix = matrix_of(means, EVENT)
    curved = 4 * matrix.T @ matrix + 0.5 * torch.eye(8, dtype=torch.float64)
    target = 4 * seen.y.flatten(1) @ matrix + 0.5 * 0.4
    apart = float((found.sample.x.flatten(1) - torch.linalg.solve(curved, target.T).T).abs().max())
    oracle("measurement.red_diff", "fixed point of means over blocks", apart, 1e-3)


def test_the_noise_of_a_measurement_changes_nothing() -> None:
    one, _ = restored(Gaussian(0.4, 0.5, EVENT), iterations=20)
    other, _ = restored(Gaussian(0.4, 0.5, EVENT), iterations=20, seen=Measurement(SEEN.y))
    assert torch.equal(one.sample.x, other.sample.x)


def test_the_loss_is_told_and_falls_and_the_cost_is_a_row_an_iteration() -> None:
    found, meter = restored(Gaussian(0.4, 0.5, EVENT), iterations=50, learning_rate=0.1)
    columns = dict(found.loss.columns)
    misfit = [float(value) for value in columns["misfit"] if isinstance(value, float)]
    assert len(misfit) == 50
    assert misfit[-1] < misfit[0] / 2
    assert (meter.rows, meter.backwards) == (2 * 50, 0)


def test_another_seed_leads_to_about_the_same_point() -> None:
    one, _ = restored(Gaussian(0.4, 0.5, EVENT), seed=1)
    other, _ = restored(Gaussian(0.4, 0.5, EVENT), seed=2)
    assert not torch.equal(one.sample.x, other.sample.x)
    assert float((one.sample.x - other.sample.x).abs().max()) < 0.4


def test_what_it_cannot_use_is_refused() -> None:
    noise = Sample(TRUTH.x, TRUTH.s + 1, TRUTH.space, TRUTH.rows)
    with pytest.raises(InputError, match="no clean points"):
        finished(red_diff(noise, Gaussian(event=EVENT), BLUR, SEEN, run=RunContext(Meter())))
