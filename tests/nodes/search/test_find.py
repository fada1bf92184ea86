"""Fitting the law of the noise: closed forms for a linear program, counts, and rows by themselves."""

from __future__ import annotations

import torch

from graphs.running.context import Meter
from nodes.contracts.program import Program
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.reward.linear import linear
from nodes.reward.quadratic import quadratic
from nodes.search.find import find
from nodes.search.program import program
from nodes.solver.euler import euler
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.running import finished, numbers, run_with
from tests.oracles import Oracle

OVER = program(Gaussian(0.2, 0.5, (1,)), euler(), karras(num_inference_steps=3))


class Line(Program):
    """The sample a n + b of a noise n."""

    def run(self, noise: Sample, ctx: object) -> Sample:
        """At s = 0."""
        return Sample(0.8 * noise.x + 0.3, torch.zeros_like(noise.s), noise.space, noise.rows)


def test_the_law_comes_to_the_optimum_under_kl(oracle: Oracle) -> None:
    """Of E −(a n + b − t)²/2 − β KL: μ* = a (t − b)/(a² + β), σ*² = β/(a² + β), by the points of two rows' noise."""
    noise, beta = pure_noise(60, (1,)), 0.5
    search = find(
        noise, Line(), quadratic(point=(1.5,)), iterations=60, draws=24, kl=beta, standardise=False, run=run_with()
    )
    n = finished(search).noise.x[:, 0]
    eps = noise.x[:, 0]
    slope = ((n - n.mean()) * (eps - eps.mean())).sum() / (eps - eps.mean()).square().sum()
    mean = float((n - slope * eps).mean())
    oracle("search.find", "μ* = a (t − b)/(a² + β) of a linear program", abs(mean - 0.8 * 1.2 / 1.14), 0.06)
    oracle("search.find", "σ*² = β/(a² + β) of a linear program", abs(float(slope) ** 2 - 0.5 / 1.14), 0.06)


def test_it_counts_its_draws_and_none_are_the_noise_itself() -> None:
    meter, noise = Meter(), pure_noise(3, (1,))
    found = finished(find(noise, OVER, linear(), iterations=4, draws=5, run=run_with(meter)))
    assert meter.rows == 3 * 3 * (4 * 5 + 1)
    assert meter.rewards == 3 * (4 * 5 + 1)
    assert torch.equal(OVER.run(found.noise, context()).x, found.sample.x)
    none = finished(find(noise, OVER, linear(), iterations=0, run=run_with()))
    assert torch.equal(none.noise.x, noise.x)


def test_the_mean_reward_rises_and_rows_go_by_themselves() -> None:
    noise = pure_noise(4, (1,))
    found = finished(find(noise, OVER, linear(), iterations=12, epochs=3, run=run_with()))
    curve = torch.tensor(numbers(found.curve, "reward")).reshape(4, 13)
    assert bool((curve[:, 9:12].mean(1) > curve[:, :2].mean(1)).all())
    row = noise.take(torch.tensor([2]))
    alone = finished(find(row, OVER, linear(), iterations=12, epochs=3, run=run_with()))
    torch.testing.assert_close(alone.noise.x[0], found.noise.x[2])


def test_a_strong_kl_keeps_the_noise() -> None:
    noise = pure_noise(3, (1,))
    kept = finished(find(noise, OVER, linear(), iterations=5, kl=4.0, run=run_with())).noise.x
    moved = finished(find(noise, OVER, linear(), iterations=5, kl=0.0, run=run_with())).noise.x
    assert float((kept - noise.x).abs().mean()) < float((moved - noise.x).abs().mean())
