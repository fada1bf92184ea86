"""The likelihood by the probability flow, against the exact density."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.diagnosis.likelihood import Likelihood, Trace, likelihood, units
from nodes.exact.gaussian import Gaussian
from nodes.exact.mixture import Mixture
from nodes.guidance.conditional import conditional
from tests.laws.exact import masked
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.gaussian import Gaussian as Plain
from tests.nodes.model.laws import mixture, points


def at(x: Tensor, s: float = 0.0, space: Space | None = None) -> Sample:
    """Points at a level."""
    level = torch.full((len(x),), s, dtype=torch.float64)
    return Sample(x, level, space or Space("points", tuple(x.shape[1:])), Rows.first(2, len(x)))


def told(sample: Sample, model: Mixture, *, trace: Trace = "auto", probes: int = 1, substeps: int = 40) -> Likelihood:
    """The likelihood of the points."""
    return finished(likelihood(sample, model, trace=trace, probes=probes, substeps=substeps, run=run_context()))


def log_p(found: Likelihood) -> Tensor:
    """Its column of the table."""
    return torch.tensor(dict(found.table.columns)["log p"], dtype=torch.float64)


@pytest.mark.parametrize("s", [0.0, 0.5, 8.0])
def test_it_is_the_exact_density_of_a_mixture_at_every_level(s: float) -> None:
    sample = at(points(), s)
    expected = mixture().log_likelihood(sample.x, sample.s)
    torch.testing.assert_close(log_p(told(sample, mixture())), expected, rtol=0, atol=1e-3)


def test_the_noise_is_where_the_flow_of_a_gaussian_goes() -> None:
    covariance = torch.tensor([[0.5, 0.2], [0.2, 0.3]], dtype=torch.float64)
    model = Gaussian(Space("points", (2,)), torch.tensor([0.7, -0.4], dtype=torch.float64), covariance)
    sample = at(points())
    found = told(sample, model)
    expected = model.flow_map(sample.x, sample.s, torch.full_like(sample.s, math.inf))
    torch.testing.assert_close(found.noise.x, expected, rtol=0, atol=1e-4)
    assert bool(torch.isinf(found.noise.s).all())
    torch.testing.assert_close(log_p(found), model.log_likelihood(sample.x, sample.s), rtol=0, atol=1e-3)


def test_bits_per_dimension_are_the_mean_of_the_rows_and_shift_with_the_width_of_a_bin() -> None:
    sample, model = at(points(3)), mixture()
    found = finished(likelihood(sample, model, substeps=5, bin_width=2 / 256, run=run_context()))
    bits = -log_p(found) / (2 * math.log(2)) + 7
    assert dict(found.table.columns)["bits per dimension"] == pytest.approx(bits.tolist(), abs=1e-12)
    assert found.bits_per_dimension.value == pytest.approx(float(bits.mean()), abs=1e-12)


def test_random_signs_are_exact_where_coordinates_are_independent() -> None:
    model = Gaussian(Space("points", (3,)), torch.zeros(3), torch.tensor([0.2, 0.5, 1.3]))
    sample = at(torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)))
    exact, drawn = (log_p(told(sample, model, trace=trace, substeps=4)) for trace in ("exact", "hutchinson"))
    torch.testing.assert_close(drawn, exact, rtol=0, atol=1e-10)


def test_many_probes_are_right_in_the_mean_and_a_row_draws_its_own() -> None:
    sample, model = at(points(3)), mixture()
    exact = log_p(told(sample, model, trace="exact", substeps=2))
    many = log_p(told(sample, model, trace="hutchinson", probes=24, substeps=2))
    one = log_p(told(sample, model, trace="hutchinson", substeps=2))
    assert float((one - exact).abs().max()) > 0.02
    assert float((many - exact).abs().max()) < float((one - exact).abs().max())
    alone = log_p(told(sample.take(torch.tensor([1])), model, trace="hutchinson", substeps=2))
    assert torch.equal(alone, one[1:2])


def test_it_asks_four_times_a_step_and_goes_back_once_for_each_direction() -> None:
    run = run_context()
    finished(likelihood(at(points(3)), mixture(), substeps=3, run=run))
    assert (run.meter.rows, run.meter.backwards) == (3 * 12, 3 * 12 * 2)


def test_a_bound_condition_changes_it() -> None:
    model, sample = mixture(), at(points(3))
    prompt = model.prompt(("left",))
    found = finished(likelihood(sample, conditional(model, prompt), substeps=40, run=run_context()))
    expected = model.log_likelihood(sample.x, sample.s, prompt.gather(sample.rows.origin))
    torch.testing.assert_close(log_p(found), expected, rtol=0, atol=1e-3)


def test_dequantising_moves_points_within_a_bin_by_the_rows_seed() -> None:
    flat = Gaussian(Space("points", (2,)), torch.zeros(2), torch.ones(2))  # nothing flows, x stays
    sample = at(torch.zeros(200, 2, dtype=torch.float64))
    run = run_context()
    found = finished(likelihood(sample, flat, substeps=1, bin_width=0.5, dequantise=True, run=run))
    assert 0.24 < float(found.noise.x.abs().max()) <= 0.25
    assert abs(float(found.noise.x.mean())) < 0.03


def test_unit_vectors_are_all_directions() -> None:
    assert torch.equal(torch.cat(units(at(points(2)), 2)), torch.eye(2, dtype=torch.float64))


def test_what_has_no_likelihood_is_refused() -> None:
    with pytest.raises(InputError, match="no gradients"):
        finished(likelihood(at(points()), Plain(), run=run_context()))
    with pytest.raises(InputError, match="no likelihood"):
        finished(likelihood(masked(), mixture(), run=run_context()))
    by_place = replace(at(points()), s=torch.ones(5, 2, dtype=torch.float64))
    with pytest.raises(InputError, match="no likelihood"):
        finished(likelihood(by_place, mixture(), run=run_context()))
