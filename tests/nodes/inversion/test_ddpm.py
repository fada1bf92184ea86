"""DDPM inversion: the noise that leads a stochastic solver back to a sample."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.cfg import cfg
from nodes.inversion.ddpm import Inverted, Path, cost, ddpm
from nodes.levels.karras import karras
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from nodes.solver.replay import replay
from tests.nodes.gaussian import Gaussian, context, means
from tests.nodes.inversion.curved import Curved, points, result
from tests.oracles import Oracle

PATHS: tuple[Path, Path] = ("independent", "posterior")
LEVELS = karras(num_inference_steps=10, sigma_min=0.05, sigma_max=20.0)


def inverted(sample: Sample, model: Model, solver: Solver | None = None, path: Path = "independent") -> Inverted:
    """The way to a sample."""
    return result(ddpm(sample, model, solver or ancestral(), LEVELS, path=path, run=RunContext(Meter())))


def replayed(way: Inverted, model: Model, solver: Solver | None = None) -> Sample:
    """Where its noise leads another run."""
    return solve(model, replay(solver or ancestral(), way.trajectory), way.sample, LEVELS, context())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("solver", [ancestral(), ddim(eta=0.6)], ids=["ancestral", "ddim"])
def test_replayed_it_is_the_sample_whatever_the_model(path: Path, solver: Solver, oracle: Oracle) -> None:
    way = inverted(points(), Curved(), solver, path)
    far = float((replayed(way, Curved(), solver).x - points().x).abs().max())
    oracle("inversion.ddpm", f"replayed it is the sample, whatever the model is (path {path})", far, 1e-12)


def test_and_however_strong_the_guidance() -> None:
    model = cfg(Gaussian(variance=0.3), means(1.0), means(-1.0), guidance_scale=15.0)
    torch.testing.assert_close(replayed(inverted(points(), model), model).x, points().x, rtol=1e-10, atol=1e-10)


def test_under_another_mean_every_sample_moves_alike_by_the_difference(oracle: Oracle) -> None:
    """Data N(m, v) to N(m', v): mean and noise of a step are linear in x, so all move by one number."""
    way = inverted(points(5), Gaussian(mean=1.0, variance=0.25))
    shift = replayed(way, Gaussian(mean=3.0, variance=0.25)).x - points(5).x
    torch.testing.assert_close(shift, shift[:1, :1].expand(5, 2))
    moved = 0.0
    for s, s_next in zip(LEVELS.s.tolist()[:-1], LEVELS.s.tolist()[1:], strict=True):
        alpha, alpha_next = 1 / math.hypot(1, s), 1 / math.hypot(1, s_next)
        down = s_next**2 / s
        gain = 0.25 / (0.25 + s * s)
        difference = gain * moved / alpha + (1 - gain) * 2.0
        moved = alpha_next * (difference + down * (moved - alpha * difference) / (alpha * s))
    # The residual of the last step is the old model's, and stays as it is.
    oracle(
        "inversion.ddpm",
        "between normal laws the edit is the recursion's shift",
        abs(float(shift[0, 0]) - moved),
        1e-12,
    )
    assert moved == pytest.approx(2.0, abs=0.1)


def test_independent_noise_is_larger_than_one_and_neighbours_are_opposed(oracle: Oracle) -> None:
    """Section 3 of the paper; on the posterior path of an exact model z is N(0, 1) as the steps grow small."""
    independent, posterior = (fine(path)[20:-20] for path in PATHS)
    assert float(independent.var()) > 10
    oracle("inversion.ddpm", "edit-friendly neighbours: |correlation + 1/2|", abs(correlation(independent) + 0.5), 0.05)
    assert float(posterior.var()) == pytest.approx(1.0, abs=0.15)
    oracle("inversion.ddpm", "posterior path of an exact model: |var z − 1|", abs(float(posterior.var()) - 1), 0.15)
    assert correlation(posterior) == pytest.approx(0.0, abs=0.05)


def fine(path: Path) -> Tensor:
    """The noise found in many small steps."""
    levels = karras(num_inference_steps=120, sigma_min=0.05, sigma_max=20.0)
    trajectory = result(
        ddpm(points(40), Gaussian(), ancestral(), levels, path=path, run=RunContext(Meter()))
    ).trajectory
    assert trajectory.z is not None
    return trajectory.z


def correlation(z: Tensor) -> float:
    """That of neighbours."""
    return float((z[1:] * z[:-1]).mean() / z.square().mean())


def test_the_points_of_the_way_are_the_sample_noised() -> None:
    way = inverted(points(), Gaussian()).trajectory
    assert way.x is not None
    assert way.z is not None
    assert way.x.shape == (11, 3, 2)
    assert way.z.shape == (10, 3, 2)
    assert torch.equal(way.s[:, 0], LEVELS.s)
    torch.testing.assert_close(way.x[-1], points().x)
    alpha = 1 / torch.sqrt(1 + LEVELS.s[:10] ** 2)
    noise = (way.x[:10] - alpha[:, None, None] * points().x) / torch.sqrt(1 - alpha[:, None, None] ** 2)
    assert float(noise.var()) == pytest.approx(1.0, abs=0.4)
    assert bool((way.aux["residual"][:9] == 0).all())


def test_a_row_is_inverted_the_same_alone() -> None:
    whole = inverted(points(), Curved()).trajectory
    alone = inverted(points().take(torch.tensor([1])), Curved()).trajectory
    assert whole.z is not None
    assert alone.z is not None
    assert torch.equal(alone.z[:, 0], whole.z[:, 1])


def test_it_costs_what_it_declares() -> None:
    run = RunContext(Meter())
    result(ddpm(points(), Gaussian(), ancestral(), LEVELS, run=run))
    inputs = {
        "sample": (Estimate(rows=Span.of(3)),),
        "levels": (Estimate(steps=Span.of(10)),),
        "model": (Estimate(each=Span.of(1)),),
        "solver": (Estimate(calls=lambda steps: steps),),
    }
    assert Span.of(run.meter.rows) == cost(Known({}, inputs)).nfe == Span.of(30)


@pytest.mark.parametrize(
    ("sample", "solver", "levels", "message"),
    [
        (points(), heun(), LEVELS, "no noise of this solver"),
        (points(), ancestral(), Levels(LEVELS.s.flip(0)), "do not fall to 0"),
        (points(), ancestral(), Levels(LEVELS.s[:5]), "do not fall to 0"),
        (replace(points(), s=points().s + 1), ancestral(), LEVELS, "only a finished sample"),
    ],
)
def test_what_cannot_be_inverted_is_refused(sample: Sample, solver: Solver, levels: Levels, message: str) -> None:
    with pytest.raises(InputError, match=message):
        result(ddpm(sample, Gaussian(), solver, levels, run=RunContext(Meter())))


def test_every_point_of_the_independent_way_has_noise_of_its_own() -> None:
    trajectory = inverted(points(40), Gaussian()).trajectory
    assert trajectory.x is not None
    s = LEVELS.s[:-1].reshape(-1, 1, 1)
    noise = (trajectory.x[:-1] * torch.sqrt(1 + s**2) - points(40).x) / s
    for first in range(len(noise)):
        for second in range(first):
            together = torch.stack([noise[first].flatten(), noise[second].flatten()])
            assert abs(float(torch.corrcoef(together)[0, 1])) < 5 / math.sqrt(noise[first].numel())
