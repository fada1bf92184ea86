"""DPS: its two forms against closed forms, its gradient, its cost, and what it leaves of the model at zeta 0."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError, LevelCurve
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import alpha_sigma, eps_of, place
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.operator import Measurement
from nodes.contracts.query import Prediction, Query
from nodes.guidance.apg import apg
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.measurement.dps import Form, dps
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.nodes.measurement.linear_laws import ONE, moments, variance_preserving
from tests.nodes.measurement.toys import Identity, Smooth, Squares
from tests.nodes.solvers import Euler
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(8))
SEEN = Measurement(torch.tensor([[2.0, -1.0]], dtype=torch.float64), 0.5)


class Bent(Smooth):
    """A model that is not linear in x."""

    def predict(self, q: Query, ctx: object) -> Prediction:
        """Sines across both coordinates."""
        return Prediction(torch.sin(2 * q.x) + 0.3 * q.x.flip(1).square())


def going(x: Tensor, s: float, to: float) -> Query:
    """A question on the way to another level."""
    q = query(x, s)
    return Query(q.x, q.s, torch.full_like(q.s, to), q.rows, q.step)


@pytest.mark.parametrize("s", [0.2, 1.0, 8.0])
def test_the_score_form_of_a_gaussian_in_closed_form(s: float) -> None:
    variance, alpha = 0.7, 1 / math.sqrt(1 + s * s)
    sigma = s * alpha
    slope = variance * alpha / (variance * alpha**2 + sigma**2)
    x0 = slope * X
    expected = x0 + 1.5 * sigma**2 / alpha * slope * (SEEN.y - x0) / 0.5**2
    model = dps(Smooth(0.0, variance), Identity(), SEEN, zeta=1.5, form="score")
    torch.testing.assert_close(predict(model, query(X, s), context()).x0, expected, rtol=1e-12, atol=1e-12)


def residual_norm(model: Model, x: Tensor, s: float) -> Tensor:
    """|y − (x0)²| of each row."""
    residual = SEEN.y - predict(model, query(x, s), context()).x0.square()
    return residual.square().sum(1).sqrt()


def test_the_step_form_moves_a_first_order_step_down_the_gradient_of_the_residual() -> None:
    """The gradient by finite differences, through a model and an operator that are not linear."""
    h, slope = 1e-6, torch.zeros_like(X)
    for axis in range(2):
        nudge = torch.zeros(1, 2, dtype=torch.float64).index_fill(1, torch.tensor(axis), h)
        slope[:, axis] = (residual_norm(Bent(), X + nudge, 1.0) - residual_norm(Bent(), X - nudge, 1.0)) / (2 * h)
    pulled = predict(dps(Bent(), Squares(), SEEN, zeta=0.3), going(X, 1.0, 0.4), context())
    free = predict(Bent(), going(X, 1.0, 0.4), context()).x0
    to = torch.full((4,), 0.4, dtype=torch.float64)
    eps = eps_of(X, free, torch.ones(4, dtype=torch.float64))
    assert pulled.eps is not None
    moved = place(pulled.x0, pulled.eps, to) - place(free, eps, to)
    torch.testing.assert_close(moved, -0.3 * slope, rtol=1e-7, atol=1e-8)
    torch.testing.assert_close(pulled.aux["/residual"], residual_norm(Bent(), X, 1.0))


def test_the_score_form_with_ancestral_steps_is_as_biased_as_it_is_known_to_be(oracle: Oracle) -> None:
    """Prior N(0, 1), y = 2 ± 0.5: the posterior is 1.6 ± 0.447, and this gives 1.96 ± 0.354; moments without draws."""
    mean, deviation = moments(dps(Smooth(event=(1,)), Identity(), ONE, form="score"))
    oracle("measurement.dps", "score form, mean 1.96 (the posterior's is 1.6)", abs(mean - 1.96), 0.01)
    oracle("measurement.dps", "score form, deviation 0.354 (the posterior's is 0.447)", abs(deviation - 0.354), 0.006)


@pytest.mark.parametrize(("zeta", "spread"), [(1.0, 0.57), (0.1, 0.058)])
def test_the_step_form_swings_about_the_measurement_with_the_length_of_its_step(
    zeta: float, spread: float, oracle: Oracle
) -> None:
    """Near the end each step goes zeta to one side: evenly spread over 2 ± zeta, a deviation of zeta/√3."""
    model = dps(Smooth(event=(1,)), Identity(), ONE, zeta=zeta)
    out = solve(model, Euler(), pure_noise(256, (1,)), variance_preserving(300), context()).x
    oracle("measurement.dps", f"step form, zeta {zeta}: mean 2 in spreads", abs(float(out.mean()) - 2) / spread, 0.25)
    oracle("measurement.dps", f"step form, zeta {zeta}: spread {spread}", abs(float(out.std()) / spread - 1), 0.1)


def test_what_the_measurement_says_less_surely_pulls_less() -> None:
    free = predict(Smooth(), query(X, 1.0), context()).x0
    pulls = [
        predict(dps(Smooth(), Identity(), Measurement(SEEN.y, sigma), form="score"), query(X, 1.0), context()).x0 - free
        for sigma in (1.0, 10.0)
    ]
    torch.testing.assert_close(pulls[0], 100 * pulls[1], rtol=1e-9, atol=0)


@pytest.mark.parametrize("form", ["step", "score"])
def test_zeta_zero_is_the_model_itself_without_a_pass_backward(form: Form) -> None:
    ctx = context()
    answer = predict(dps(Smooth(), Identity(), SEEN, zeta=0.0, form=form), query(X, 1.3), ctx)
    assert torch.equal(answer.x0, predict(Smooth(), query(X, 1.3), context()).x0)
    assert answer.eps is None
    assert (ctx.meter.rows, ctx.meter.launches, ctx.meter.backwards) == (4, 1, 0)


@pytest.mark.parametrize("form", ["step", "score"])
def test_under_the_driver_it_finds_its_gradients_and_leaves_none(form: Form) -> None:
    ctx = context()
    model = dps(Smooth(), Identity(), SEEN, zeta=0.2, form=form)
    out = solve(model, heun(), pure_noise(3), karras(num_inference_steps=4), ctx).x
    assert bool(torch.isfinite(out).all())
    assert not out.requires_grad
    assert (ctx.meter.rows, ctx.meter.backwards) == (3 * 7, 3 * 7)


@pytest.mark.parametrize("form", ["step", "score"])
def test_at_pure_noise_nothing_is_pulled(form: Form) -> None:
    q = going(X, math.inf, 5.0)
    answer = predict(dps(Smooth(0.3), Identity(), SEEN, form=form), q, context())
    assert torch.equal(answer.x0, torch.full_like(X, 0.3))


def test_through_guidance_it_is_one_launch_of_twice_the_rows_and_one_pass_backward() -> None:
    leaf, ctx = Smooth(0.0, 0.5), context()
    predict(dps(cfg(leaf, means(1.0), means(-1.0)), Identity(), SEEN), query(X, 1.0), ctx)
    assert [len(q.rows) for q in leaf.asked] == [8]
    assert (ctx.meter.launches, ctx.meter.rows, ctx.meter.backwards) == (1, 8, 4)


def test_what_the_model_inside_keeps_is_handed_on_without_gradients() -> None:
    inner = apg(Smooth(), means(1.0), means(-1.0))
    answer = predict(dps(inner, Identity(), SEEN), query(X, 1.0), context())
    assert set(answer.keep) == {"/0/momentum"}
    assert set(answer.aux) == {"/residual", "/0/delta_norm", "/0/along", "/0/pull"}
    assert not any(entry.requires_grad for entry in (answer.x0, *answer.keep.values(), *answer.aux.values()))


def test_two_measurements_are_stacked_and_the_outer_one_differentiates_the_inner() -> None:
    """The outer pull is along the gradient of the inner model's x0, found by finite differences."""
    other, h = Measurement(torch.tensor([[0.5, 0.5]], dtype=torch.float64), 1.0), 1e-6
    inner = dps(Bent(), Identity(), SEEN, zeta=0.1, form="score")

    def misfit(x: Tensor) -> Tensor:
        return (other.y - predict(inner, query(x, 1.0), context()).x0).square().sum(1) / 2

    slope = torch.zeros_like(X)
    for axis in range(2):
        nudge = torch.zeros(1, 2, dtype=torch.float64).index_fill(1, torch.tensor(axis), h)
        slope[:, axis] = (misfit(X + nudge) - misfit(X - nudge)) / (2 * h)
    ctx = context()
    answer = predict(dps(inner, Identity(), other, form="score"), query(X, 1.0), ctx).x0
    alpha, sigma = alpha_sigma(torch.ones(1))
    expected = predict(inner, query(X, 1.0), context()).x0 - sigma**2 / alpha * slope
    torch.testing.assert_close(answer, expected, rtol=1e-6, atol=1e-7)
    assert (ctx.meter.rows, ctx.meter.backwards) == (4, 8)


def test_a_curve_pulls_each_row_by_its_own_level() -> None:
    curve = LevelCurve(((1.0, 0.0), (2.0, 1.0)), "linear")
    model = dps(Smooth(), Identity(), SEEN, zeta=curve, form="score")
    levels = torch.tensor([0.5, 1.0, 2.0, 9.0], dtype=torch.float64)
    q = query(X, 1.0)
    mixed = predict(model, Query(X, levels, levels, q.rows, q.step), context()).x0
    for row, zeta in enumerate([0.0, 0.0, 1.0, 1.0]):
        alone = predict(
            dps(Smooth(), Identity(), SEEN, zeta=zeta, form="score"), query(X, float(levels[row])), context()
        )
        assert torch.equal(mixed[row], alone.x0[row])


def test_a_model_without_gradients_and_a_score_without_noise_are_refused() -> None:
    with pytest.raises(InputError, match="no gradients") as caught:
        dps(Gaussian(), Identity(), SEEN)
    assert "measurement.ddnm" in str(caught.value)
    with pytest.raises(InputError, match="without noise is infinite"):
        dps(Smooth(), Identity(), Measurement(SEEN.y), form="score")
    assert isinstance(dps(Smooth(), Identity(), Measurement(SEEN.y)), Wrapper)
