"""Golden noise, and one noise for all inputs."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError, Keep
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.reward.quadratic import quadratic
from nodes.search.boundary_condition import boundary_condition
from nodes.search.golden_noise import golden_noise
from nodes.search.program import program
from nodes.solver.euler import euler
from tests.laws import exact
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.running import finished, numbers, run_with, told
from tests.oracles import Oracle


def test_golden_noise_is_a_step_of_one_model_and_back_with_the_other(oracle: Oracle) -> None:
    """Of Gaussians, in y = x0 + s ε: x0 = (v y + s² m)/(v + s²), a straight step down and one up."""
    strong, weak = Gaussian(1.5, 0.5), Gaussian(0.0, 0.5)
    levels = Levels(torch.tensor([8.0, 6.0, 0.0], dtype=torch.float64))
    noise, meter = pure_noise(3), Meter()
    found = golden_noise(noise, strong, levels, weak, run=run_with(meter))
    assert meter.rows == 2 * 3

    def step(y: torch.Tensor, s: float, to: float, mean: float) -> torch.Tensor:
        x0 = (0.5 * y + s * s * mean) / (0.5 + s * s)
        return y + (to - s) * (y - x0) / s

    wanted = step(step(8.0 * noise.x, 8.0, 6.0, 1.5), 6.0, 8.0, 0.0) / 65**0.5
    oracle("search.golden_noise", "a DDIM step and its inversion by hand", float((found.x - wanted).abs().max()), 1e-12)
    assert found.s.tolist() == [8.0] * 3
    shifted = solve(weak, euler(), found, levels, context()).x - solve(weak, euler(), noise, levels, context()).x
    assert bool((shifted > 0).all()), "it leans to what the strong model wants"


def test_golden_noise_of_pure_noise_is_finite_and_tokens_are_refused() -> None:
    found = golden_noise(pure_noise(2), Gaussian(), Levels(torch.tensor([torch.inf, 2.0, 0.0])), run=run_with())
    assert bool(torch.isfinite(found.x).all())
    with pytest.raises(InputError, match="could change"):
        golden_noise(exact.masked(), exact.Spelling(), exact.levels(), run=run_with())


def test_the_shared_noise_is_the_best_in_the_mean_of_all_inputs(oracle: Oracle) -> None:
    targets = Sample(
        torch.tensor([[0.4, 0.1], [-0.2, 0.6], [0.1, 0.5]], dtype=torch.float64),
        torch.zeros(3, dtype=torch.float64),
        Gaussian().space,
        Rows.first(0, 3),
    )
    over, meter = program(Gaussian(0.1, 0.6), euler(), karras(num_inference_steps=4)), Meter()
    reward = quadratic(targets)
    found, said = told(boundary_condition(pure_noise(3), over, reward, candidates=12, run=run_with(meter)))
    assert meter.rows == 12 * 3 * 4
    assert all(torch.equal(found.noise.x[0], row) for row in found.noise.x)
    means = numbers(found.rewards, "mean reward")
    of_it = float(-(found.sample.x - targets.x).square().sum(1).mean() / 2)
    oracle("search.boundary_condition", "its mean reward is the largest of all candidates'", max(means) - of_it, 1e-12)
    again = over.run(found.noise, context())
    assert torch.equal(again.x, found.sample.x), "used again it gives the same"
    assert sum(numbers(found.rewards, "chosen")) == 1
    kept = [entry.value for entry in said if isinstance(entry, Keep)]
    rest = finished(boundary_condition(pure_noise(3), over, reward, candidates=12, run=run_with(kept=kept[6])))
    assert torch.equal(rest.noise.x, found.noise.x)
    assert numbers(rest.rewards, "mean reward") == means
