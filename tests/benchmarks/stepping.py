"""What a step costs beyond the model: our drive against a loop by hand, over a model that costs next to nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from tests.benchmarks.sampling import compare

SHAPES = ((16, 4, 64, 64), (16, 3, 256, 256))
"""Latents of 512 × 512 pictures, and pictures."""
STEPS = 20


class Shrinking(Leaf):
    """x0 = x/2."""

    def __init__(self, event: tuple[int, ...]) -> None:
        self.space = Space("pictures", event)

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """Half of x."""
        return Prediction(q.x * 0.5)


def overheads(pairs: int) -> None:
    """Print the seconds of both, and the ratio of a pair."""
    print(f"{STEPS} steps, {pairs} interleaved pairs, x0 = x/2 as the model")
    print(f"{'method':24} {'ours s':>8} {'by hand s':>10} {'ratio':>7} {'largest difference':>20}")
    levels = karras(num_inference_steps=STEPS)
    for shape in SHAPES:
        x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
        size = "x".join(map(str, shape))
        compare(f"euler {size}", driven(euler(), x, levels), partial(by_hand_euler, x, levels), pairs)
        compare(f"dpmpp_2m {size}", driven(dpmpp_2m(), x, levels), partial(by_hand_2m, x, levels), pairs)


def driven(solver: Solver, x: Tensor, levels: Levels) -> Callable[[], Tensor]:
    """Our drive."""
    model = Shrinking(tuple(x.shape[1:]))
    start = torch.full((len(x),), math.inf, dtype=torch.float64)
    noise = Sample(x, start, model.space, Rows.first(0, len(x)))
    return lambda: solve(model, solver, noise, levels, Context(Meter())).x


def scales(levels: Levels) -> list[tuple[float, float, float]]:
    """s, α and σ of each level."""
    found = [(s, 1 / math.sqrt(1 + s * s)) for s in levels.s.tolist()]
    return [(s, alpha, s * alpha) for s, alpha in found]


@torch.no_grad()
def by_hand_euler(x: Tensor, levels: Levels) -> Tensor:
    """x' = α' x0 + σ' ε, with ε = (x − α x0)/σ."""
    at = scales(levels)
    x = at[0][2] * x
    for (_, alpha, sigma), (_, then, left) in pairwise(at):
        x0 = x * 0.5
        x = then * x0 + left * ((x - alpha * x0) / sigma)
    return x


@torch.no_grad()
def by_hand_2m(x: Tensor, levels: Levels) -> Tensor:
    """x' = (σ'/σ) x − α' expm1(−h) D, Algorithm 2 of arXiv:2211.01095."""
    at = scales(levels)
    x, before, last = at[0][2] * x, None, 0.0
    for (s, _, sigma), (s_next, then, left) in pairwise(at):
        x0 = x * 0.5
        mean = x0
        if s_next > 0:
            h = math.log(s / s_next)
            if before is not None:
                mean = x0 + h / (2 * last) * (x0 - before)
            last = h
        x = (left / sigma) * x + then * (1 - s_next / s) * mean
        before = x0
    return x
