"""Steering against choosing at the end: at equal NFE, FK with four particles is above best-of-4 on the mixture."""

from __future__ import annotations

import math
import secrets

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.draws import normal
from nodes.contracts.driving import solve
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.reward.linear import linear
from nodes.search.best_of_n import best_of_n
from nodes.search.fk_steering import fk_steering
from nodes.search.program import program
from nodes.solver.ddim import ddim
from tests.nodes.exact_mixture import Mixture
from tests.nodes.search.running import finished, run_with
from tests.oracles import Oracle

SEEDS, PARTICLES, STEPS = 64, 4, 16
REWARD = linear(direction=(-0.6, 0.8))
"""How far a point lies toward one of the three components."""


def noise_of(seeds: list[int]) -> Sample:
    """A row of noise for each seed."""
    rows = Rows.cat([Rows.first(seed, 1) for seed in seeds])
    x = normal(rows, (2,), "start").double()
    return Sample(x, torch.full((len(seeds),), math.inf, dtype=torch.float64), Mixture.space, rows)


def interval(gains: Tensor) -> tuple[float, float]:
    """The mean of paired gains and half of its interval of 95 %."""
    return float(gains.mean()), 1.96 * float(gains.std()) / math.sqrt(len(gains))


def test_four_particles_are_above_the_best_of_four_at_equal_nfe(oracle: Oracle) -> None:
    noise = noise_of([secrets.randbits(40) for _ in range(SEEDS)])
    levels, model, solver = karras(num_inference_steps=STEPS), Mixture(), ddim(eta=1.0)
    meters = Meter(), Meter()
    steered = fk_steering(solver, REWARD, particles=PARTICLES, strength=10.0, outcome="best")
    ours = solve(model, steered, noise, levels, Context(meters[0])).aux["fk/reward"]
    over = program(model, solver, levels)
    best = finished(best_of_n(noise, over, REWARD, candidates=PARTICLES, run=run_with(meters[1]))).best
    gains = ours - best.x @ torch.tensor([-0.6, 0.8], dtype=torch.float64)
    assert meters[0].rows == meters[1].rows == SEEDS * PARTICLES * STEPS
    mean, half = interval(gains)
    expected = "mean reward of 4 particles less that of best-of-4, lower end of its 95 % interval, is above 0"
    oracle("search.fk_steering", expected, -(mean - half), 0.0)
