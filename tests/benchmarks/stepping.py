"""What a step costs beyond the model: our drive against a loop by hand, over a model that costs nothing.

The loop by hand is the formula on the wire x = (x0 + s ε)/√(1 + s²), written as sums of floats times tensors; the
floats are made before the clock starts (tests/benchmarks/by_hand.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Leaf
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.solver.ddim import ddim
from nodes.solver.deis import deis
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.unipc import unipc
from tests.benchmarks import by_hand
from tests.benchmarks.sampling import compare

SHAPES = ((16, 4, 64, 64), (8, 4, 128, 128), (16, 3, 256, 256))
"""Latents of pictures of 512 × 512 and of 1024 × 1024, and pictures."""
STEPS = 20
METHODS: dict[str, tuple[Callable[[], Solver], by_hand.Prepare]] = {
    "euler": (euler, by_hand.euler),
    "heun": (heun, by_hand.heun),
    "dpmpp_2m": (dpmpp_2m, by_hand.dpmpp_2m),
    "deis order=4": (partial(deis, order=4), by_hand.deis),
    "unipc": (unipc, by_hand.unipc),
    "ddim eta=1": (partial(ddim, eta=1.0), by_hand.ddim),
}


class Ready(Leaf):
    """Answers that lie ready, one after the other."""

    def __init__(self, answers: Sequence[Tensor]) -> None:
        self.space = Space("pictures", tuple(answers[0].shape[1:]))
        self.answers = tuple(answers)

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """That of the step and stage."""
        return Prediction(self.answers[(int(q.step[0]) + q.stage) % len(self.answers)])


class Drawn(CounterNoise):
    """Noise that lies ready, the same at each step."""

    def __init__(self, z: Tensor) -> None:
        self.z = z

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """It."""
        return self.z


def overheads(pairs: int) -> None:
    """Print the seconds of both, and the ratio of a pair."""
    print(f"{STEPS} steps, {pairs} interleaved pairs, a model whose answers lie ready")
    print(f"{'method':24} {'ours s':>8} {'by hand s':>10} {'ratio':>7} {'largest difference':>20}")
    levels = Levels(karras(num_inference_steps=STEPS + 1).s[:-1])  # at s = 0 all end at the last answer
    draw = torch.Generator().manual_seed(0)
    for shape in SHAPES:
        x, z, *answers = (torch.randn(shape, generator=draw) for _ in range(5))
        for name, (make, prepare) in METHODS.items():
            loop = prepare(levels.s.tolist())
            hand = partial(by_hand.run, loop, x, answers, z)
            compare(f"{name} {'x'.join(map(str, shape))}", driven(make(), x, answers, z, levels), hand, pairs)


def driven(solver: Solver, x: Tensor, answers: Sequence[Tensor], z: Tensor, levels: Levels) -> Callable[[], Tensor]:
    """Our drive."""
    model = Ready(answers)
    start = torch.full((len(x),), math.inf, dtype=torch.float64)
    noise = Sample(x, start, model.space, Rows.first(0, len(x)))
    return lambda: solve(model, solver, noise, levels, Context(Meter(), Drawn(z))).x
