"""Calibration: what a model misses in the mean is found in closed form, and is gone."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, angle, eps_of, factor, place
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.trajectory import Trajectory
from nodes.guidance.calibrated import MEAN_ERROR, Calibrated, calibrated
from nodes.guidance.calibration_fit import calibration_fit
from nodes.model.mixture import mixture
from nodes.solver.ddim import ddim
from tests.laws.exact import Spelling
from tests.laws.subjects import finished
from tests.nodes.gaussian import Gaussian, context, pure_noise, query
from tests.oracles import Oracle

MEAN, VARIANCE = 0.3, 0.5
EXACT = Gaussian(MEAN, VARIANCE)
S = (math.inf, 20.0, 3.0, 1.0, 0.2, 0.0)
LEVELS = Levels(torch.tensor(S, dtype=torch.float64))
ASIDE = torch.tensor([0.4, -0.7], dtype=torch.float64)


class Biased(Mixer):
    """A model whose x0 is aside by a number of the level times (0.4, −0.7); an ε of its own is 0.1 above x0's."""

    def __init__(self, model: Model, form: str, own: bool = False) -> None:
        self.model, self.form, self.own = model, form, own
        self.space, self.abilities = model.space, model.abilities

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Constant in ε ("epsilon"), or linear in atan(s) ("angle")."""
        size = torch.where(torch.isinf(q.s), 0.0, q.s) if self.form == "epsilon" else angle(q.s)
        x0 = answers[0].x0 + factor(size, q.x) * ASIDE
        return Prediction(x0, eps_of(q.x, x0, q.s) + 0.1 if self.own else None)


def points(x: Tensor) -> Sample:
    """Clean points."""
    return Sample(x, torch.zeros(len(x), dtype=torch.float64), EXACT.space, Rows.first(11, len(x)))


def around(count: int, seed: int = 5) -> Sample:
    """Points whose mean is the model's own: with each the one opposite."""
    apart = torch.randn(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return points(MEAN + torch.cat([apart, -apart]))


def fit(model: Model, sample: Sample, levels: Levels = LEVELS, draws: int = 1) -> tuple[Trajectory, int]:
    """The mean errors, and what they cost."""
    meter = Meter()
    found = finished(calibration_fit(sample, model, levels, draws=draws, run=RunContext(meter)))
    assert isinstance(found, Trajectory)
    return found, meter.rows


def test_an_exact_model_misses_what_the_sample_does(oracle: Oracle) -> None:
    """x̂0 = m + g (x̄ − m) in the mean over ±ε, with g = v/(v + s²), against x̄."""
    data = points(torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + MEAN)
    found, spent = fit(EXACT, data, draws=2)
    s = torch.tensor(S, dtype=torch.float64)
    shrunk = VARIANCE / (VARIANCE + s**2)
    expected = (shrunk - 1)[:, None] * (data.x.mean(0) - MEAN)
    apart = float((found.aux[MEAN_ERROR][:, 0] - expected).abs().max())
    oracle("guidance.calibration_fit", "exact Gauss: (v/(v + s²) − 1)(x̄ − m)", apart, 1e-12)
    assert spent == 2 * 2 * 50 * 5  # both signs of two draws; at data nothing is asked


def test_an_exact_mixture_misses_nothing_beyond_chance(oracle: Oracle) -> None:
    law = mixture(
        preset="own", dimension=2, means=(1.0, 0.0, -0.5, 1.0), covariances=(0.3, 0.1, 0.1, 0.2), names="a\nb"
    )
    count = 4000
    rough = Sample(pure_noise(count, seed=21).x, pure_noise(count, seed=21).s, law.space, pure_noise(count).rows)
    fine = Levels(torch.cat([torch.logspace(2, -3, 120, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))
    data = solve(law, ddim(), rough, fine, context())
    errors = fit(law, data)[0].aux[MEAN_ERROR][:, 0]
    # The error of each pair is at the most as wide as the data.
    worst = float((errors.abs() / (data.x.std(0) / math.sqrt(count))).max())
    oracle("guidance.calibration_fit", "exact mixture: standard errors from 0", worst, 5)


@pytest.mark.parametrize("form", ["epsilon", "angle"])
def test_an_error_of_the_level_alone_is_removed(form: str, oracle: Oracle) -> None:
    model = Biased(EXACT, form)
    mended = calibrated(model, fit(model, around(20))[0])
    x = torch.randn(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    between = (50.0, 2.0, 0.6, 0.1) if form == "angle" else ()
    apart = max(
        float((predict(mended, query(x, s), context()).x0 - predict(EXACT, query(x, s), context()).x0).abs().max())
        for s in (*S[:-1], *between)
    )
    oracle("guidance.calibrated", f"an error that depends on the level alone is gone ({form})", apart, 1e-12)
    assert max(abs(float(v)) for v in (predict(model, query(x, 3.0), context()).x0 - x)[0]) > 0.1


def test_samples_are_those_of_the_exact_model_at_no_cost(oracle: Oracle) -> None:
    model, ctx = Biased(EXACT, "epsilon"), context()
    mended, spoiled = (
        calibrated(model, fit(model, around(20))[0]),
        solve(model, ddim(), pure_noise(8), LEVELS, context()),
    )
    found = solve(mended, ddim(), pure_noise(8), LEVELS, ctx)
    expected = solve(EXACT, ddim(), pure_noise(8), LEVELS, context())
    oracle(
        "guidance.calibrated",
        "a constant error of ε: samples of the exact model",
        float((found.x - expected.x).abs().max()),
        1e-12,
    )
    assert ctx.meter.rows == 8 * 5
    assert float((spoiled.x - expected.x).abs().max()) > 0.1


def test_the_loss_falls_by_the_square_of_the_mean_error(oracle: Oracle) -> None:
    """Theorem 1 of the paper, on the very points of the fit: E|D' − x0|² = E|D − x0|² − |δ|²."""
    law = Biased(Gaussian(MEAN, 0.9), "angle")
    data = points(torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4)))
    found, _ = fit(law, data)
    mended = calibrated(law, found)
    worst = 0.0
    for number, s in enumerate(S[1:-1], start=1):
        q = query(data.x, s)
        q = Query(q.x, q.s, q.s, data.rows, q.step)
        eps = context().noise.normal(q, "calibration")
        losses = []
        for model in (law, mended):
            errors = [
                predict(model, Query(place(data.x, noise, q.s), q.s, q.s, data.rows, q.step), context()).x0 - data.x
                for noise in (eps, -eps)
            ]
            losses.append(float(torch.cat(errors).square().sum(1).mean()))
        fallen = float(found.aux[MEAN_ERROR][number, 0].square().sum())
        worst = max(worst, abs(losses[0] - losses[1] - fallen))
    oracle("guidance.calibrated", "the loss falls by the square of the mean error", worst, 1e-12)


def test_a_noise_of_its_own_loses_the_same_error() -> None:
    model = Biased(EXACT, "epsilon", own=True)
    mended = calibrated(model, fit(Biased(EXACT, "epsilon"), around(20))[0])
    x = torch.randn(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    for s in S[1:-1]:
        found, exact = predict(mended, query(x, s), context()), predict(EXACT, query(x, s), context())
        assert found.eps is not None
        torch.testing.assert_close(found.eps - 0.1, eps_of(x, exact.x0, query(x, s).s), atol=1e-12, rtol=0)


def test_levels_by_place_have_the_error_of_each_place() -> None:
    generator = torch.Generator().manual_seed(3)
    errors = torch.randn(2, 1, 2, 2, dtype=torch.float64, generator=generator)
    picture = Gaussian(event=(1, 2, 2))
    model = Calibrated(
        picture,
        angle(torch.tensor([0.0, 2.0], dtype=torch.float64)),
        errors * torch.tensor([0.0, 1.0])[:, None, None, None],
    )
    x = torch.randn(1, 1, 2, 2, dtype=torch.float64, generator=generator)
    s = torch.tensor([[[[0.5, 1.0], [2.0, 7.0]]]], dtype=torch.float64)
    still = torch.zeros(1, dtype=torch.int64)
    found = model.error(Query(x, s, s, Rows.first(0, 1), still))
    for row in range(2):
        for column in range(2):
            level = s[:, 0, row, column]
            alone = model.error(Query(x, level, level, Rows.first(0, 1), still))
            torch.testing.assert_close(found[..., row, column], alone[..., row, column], atol=1e-15, rtol=0)


def test_what_does_not_belong_is_refused() -> None:
    with pytest.raises(InputError, match="no mean errors"):
        calibrated(EXACT, Trajectory(LEVELS.s[:, None], Rows.first(0, 1), EXACT.space))
    with pytest.raises(InputError, match="another space"):
        calibrated(Gaussian(event=(3,)), fit(EXACT, around(2))[0])
    with pytest.raises(InputError, match="no points of the model's"):
        fit(Gaussian(event=(3,)), around(2))
    with pytest.raises(InputError, match="no points of the model's"):
        fit(EXACT, around(0))
    with pytest.raises(InputError, match="no clean points"):
        fit(EXACT, pure_noise(2))
    with pytest.raises(InputError, match="differ by row"):
        fit(EXACT, around(2), Levels(LEVELS.s[:, None].expand(-1, 2)))
    with pytest.raises(InputError, match="not of tokens"):
        calibrated(Spelling(), fit(EXACT, around(2))[0])
