"""A signal and structured noise, sampled together: the Wiener filter where both are Gaussian."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.measurement.blur import blur
from nodes.measurement.joint import joint
from nodes.measurement.measure import measure
from nodes.measurement.observed import observed
from nodes.measurement.part import part
from nodes.measurement.pigdm import pigdm
from nodes.measurement.sum_of_parts import sum_of_parts
from nodes.solver.heun import heun
from tests.nodes.gaussian import context, pure_noise, query
from tests.nodes.measurement.linear_laws import matrix_of, posterior_of
from tests.nodes.measurement.toys import Smooth, Squares, clean
from tests.oracles import Oracle

EVENT = (1, 4, 4)
LIKE = clean(1, EVENT)
SIGNAL, STRIPES = blur(LIKE, kernel_size=2, shape="box"), blur(LIKE, kernel_size=3, shape="motion")
BOTH = joint((Smooth(event=EVENT), Smooth(event=EVENT)))
ADDED = sum_of_parts((SIGNAL, STRIPES), BOTH)


def test_the_operator_is_linear_and_its_ways_back_are_right(oracle: Oracle) -> None:
    x = pure_noise(3, (32,))
    y = ADDED.apply(x.x, x.rows)
    seen = SIGNAL.apply(x.x[:, :16].reshape(3, *EVENT), x.rows) + STRIPES.apply(x.x[:, 16:].reshape(3, *EVENT), x.rows)
    torch.testing.assert_close(y, seen)
    back = ADDED.adjoint(seen.flip(0), x.rows)
    torch.testing.assert_close((x.x * back).sum(1), (y * seen.flip(0)).flatten(1).sum(1))
    rho = torch.tensor([0.1, 1.0, 4.0], dtype=torch.float64)
    near = ADDED.prox(x.x, seen.flip(0), rho, x.rows)
    slope = ADDED.adjoint(ADDED.apply(near, x.rows) - seen.flip(0), x.rows) + rho[:, None] * (near - x.x)
    oracle("measurement.sum_of_parts", "the proximal map's gradient is 0", float(slope.abs().max()), 1e-10)


def test_white_things_under_their_operators_are_filtered_as_wiener_does(oracle: Oracle) -> None:
    """Noise of the covariance B Bᵀ, as stripes have it: E[x0 | x, y] at a level, and at pure noise all but E[x | y]."""
    y, sigma = clean(2, EVENT, seed=3), 0.2
    seen = observed(y, ADDED, sigma_y=sigma)
    matrix = matrix_of(ADDED, (32,))
    x, s = pure_noise(2, (32,)).x, 1.2
    found = predict(pigdm(BOTH, ADDED, seen), query(x, s), context()).x0
    left = s**2 / (1 + s**2) * torch.eye(32, dtype=torch.float64)
    expected, _ = posterior_of(matrix, y.x.flatten(1), sigma, x * (1 + s**2) ** -0.5, left)
    oracle("measurement.joint", "E[x, n | noised, y] of Gaussians", float((found - expected).abs().max()), 1e-10)
    far = predict(pigdm(BOTH, ADDED, seen), query(torch.zeros(2, 32).double(), 1e4), context()).x0[:, :16]
    signal, stripes = matrix_of(SIGNAL, EVENT), matrix_of(STRIPES, EVENT)
    total = signal @ signal.T + stripes @ stripes.T + sigma**2 * torch.eye(16, dtype=torch.float64)
    wiener = y.x.flatten(1) @ torch.linalg.inv(total) @ signal
    for name in ("joint", "observed"):
        apart = float((far - wiener).abs().max())
        oracle(f"measurement.{name}", "the Wiener filter of structured noise", apart, 1e-6)


def test_parts_are_sampled_in_one_launch_and_taken_out(oracle: Oracle) -> None:
    ctx = context()
    noise = pure_noise(2, (32,))
    start = Sample(noise.x, noise.s, BOTH.space, noise.rows)
    out = solve(BOTH, heun(), start, karras(num_inference_steps=4), ctx)
    assert ctx.meter.rows == 2 * 2 * 7
    taken = part(out, clean(1, EVENT), number=1)
    beside = torch.cat([part(out).x.flatten(1), taken.x.flatten(1)], 1)
    oracle("measurement.part", "all parts side by side are the joint points", float((beside - out.x).abs().max()), 0.0)
    assert (taken.space.name, taken.space.event) == ("plane", EVENT)
    assert part(out).space.event == EVENT
    with pytest.raises(InputError, match="no such part"):
        part(out, number=2)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="no joint points"):
        joint(())
    with pytest.raises(InputError, match="do not fit the parts"):
        sum_of_parts((SIGNAL, Squares()), BOTH)
    with pytest.raises(InputError, match="do not fit the parts"):
        sum_of_parts((SIGNAL,), LIKE)
    with pytest.raises(InputError, match="other points"):
        measure(LIKE, ADDED)
