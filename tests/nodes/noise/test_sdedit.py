"""SDEdit (arXiv:2108.01073) of noise.noised and a stochastic solver, held to its law on normal data."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.noise.noised import noised
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.inversion.curved import Curved, points
from tests.nodes.solver.moments import MEANS, VARIANCES, Independent, Probing
from tests.oracles import Oracle

START = 0.7


def edited(levels: Levels, x: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and variance [3] of what x becomes; all is affine in the draws, which are probed one by one."""
    noise = Probing()
    one = run(levels, x, noise, 1)
    ends = run(levels, x, noise, 2 + len(noise.number))
    assert torch.equal(one[0], ends[0])
    return ends[0], (ends[1:] - ends[0]).square().sum(0)


def run(levels: Levels, x: float, noise: Probing, count: int) -> torch.Tensor:
    """The ends of the row without any noise, of that with a first ε of 1, and of those with one draw of 1."""
    rows = Rows(torch.zeros(count, dtype=torch.int64), torch.arange(count))
    s = torch.full((count,), START, dtype=torch.float64)
    first = torch.full((count, 3), x / math.hypot(1, START), dtype=torch.float64)
    first[1:2] += START / math.hypot(1, START)
    return solve(
        Independent(), dpmpp_2m_sde(), Sample(first, s, Independent.space, rows), levels, Context(Meter(), noise)
    ).x


def test_the_law_of_an_edit_is_that_of_the_closed_form(oracle: Oracle) -> None:
    """N(m + kα(x − m), v_post + k²σ²) with kα = v/(v + s²) and v_post = v s²/(v + s²); the start's σ ε included."""
    gain = VARIANCES / (VARIANCES + START**2)
    spread = VARIANCES * START**2 / (VARIANCES + START**2) + gain.square() * START**2
    levels = karras(num_inference_steps=40, sigma_min=0.01, sigma_max=START)
    mean, variance = edited(levels, 1.3)
    far = float((mean - (MEANS + gain * (1.3 - MEANS))).abs().max())
    oracle("noise.noised", "SDEdit: the mean of an edit on a normal law", far, 2e-3)
    oracle(
        "noise.noised", "SDEdit: the variance of an edit on a normal law", float((variance - spread).abs().max()), 5e-3
    )


def test_without_noise_it_is_the_sample_and_from_pure_noise_it_forgets_it(oracle: Oracle) -> None:
    still = Levels(torch.zeros(2, dtype=torch.float64))
    kept = solve(Curved(), dpmpp_2m_sde(), noised(points(), still), still, context()).x
    oracle("noise.noised", "SDEdit of strength 0 is the sample", float((kept - points().x).abs().max()), 0)
    levels = Levels(torch.tensor([torch.inf, 2.0, 0.5, 0.0], dtype=torch.float64))
    ends = [
        solve(Curved(), dpmpp_2m_sde(), noised(begun, levels), levels, context()).x for begun in (points(), other())
    ]
    oracle("noise.noised", "SDEdit of strength 1 forgets the sample", float((ends[0] - ends[1]).abs().max()), 0)


def other() -> Sample:
    """Other points of the same rows."""
    return replace(points(), x=pure_noise(3).x)
