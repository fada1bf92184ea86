"""The law that a stochastic solver ends with on data that are not normal, without a single random number.

For a solver without memory E u(x_N) is found backwards: u_k(x) = E[u_{k+1}(x') | x], where x' is the solver's own step
from x. The mean over the draws of a step is Gauss and Hermite's, u between the points of a grid is Lagrange's
polynomial through the eight around it, and the law at the first level is summed over the grid. A finer grid and more
nodes change the orders in no digit that is told, from 20 steps on.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, beside
from nodes.contracts.model import Leaf
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space

WEIGHTS = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
MEANS = torch.tensor([1.0, -0.6, -1.4], dtype=torch.float64)
VARIANCES = torch.tensor([0.25, 0.15, 0.35], dtype=torch.float64)
WAVES = torch.tensor([0.7, 1.5, 2.5], dtype=torch.float64)
REACH, POINTS, AROUND, NODES = 6.0, 161, 8, 7
GRID = torch.linspace(-REACH, REACH, POINTS, dtype=torch.float64)


class Line(Leaf):
    """A mixture of three normal laws on the line."""

    space = Space("line", (1,))

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """E[x0 | y] at y = x √(1 + s²)."""
        square = beside(q.s, q.x).square()
        y, spread = q.x * torch.sqrt(1 + square), VARIANCES + square
        logs = WEIGHTS.log() - 0.5 * ((y - MEANS).square() / spread + spread.log())
        each = MEANS + VARIANCES / spread * (y - MEANS)
        return Prediction((torch.softmax(logs, 1) * each).sum(1, keepdim=True))


class Listed(CounterNoise):
    """Draws that are listed, one after the other: z [K, B]; more are 0 and counted."""

    def __init__(self, z: Tensor) -> None:
        self.z, self.asked = z, dict[tuple[str, int], int]()

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """The entry of this purpose and number."""
        place = self.asked.setdefault((purpose, draw), len(self.asked))
        return self.z[place].reshape(at.x.shape) if place < len(self.z) else torch.zeros_like(at.x)


def tested(x: Tensor) -> Tensor:
    """The test functions at x [N]: cos and sin of three waves, x and x², [N, 8]."""
    phase = x[:, None] * WAVES
    return torch.cat([phase.cos(), phase.sin(), x[:, None], x[:, None].square()], 1)


def exactly(s: float) -> Tensor:
    """Their means under the law of x at level s, [8]."""
    alpha = 1 / math.sqrt(1 + s * s)
    means, variances = alpha * MEANS, (VARIANCES + s * s) / (1 + s * s)
    damped = torch.exp(-WAVES[:, None].square() * variances / 2)
    phase = WAVES[:, None] * means
    waves = [(damped * phase.cos()) @ WEIGHTS, (damped * phase.sin()) @ WEIGHTS]
    return torch.cat([*waves, (WEIGHTS @ means)[None], (WEIGHTS @ (variances + means.square()))[None]])


def distance(solver: Solver, levels: Levels) -> float:
    """The RMS difference of the means of the test functions at the end from the exact ones."""
    if "memoryless" not in solver.abilities:
        raise TypeError(f"{type(solver).__name__} remembers, so its law is not one of x alone")
    s = levels.s.tolist()
    u = tested(GRID)
    for here, after in reversed(list(itertools.pairwise(s))):
        u = before(solver, here, after, u)
    first = torch.exp(log_density(s[0])) * (GRID[1] - GRID[0])
    return float((first @ u - exactly(s[-1])).square().mean().sqrt())


def log_density(s: float) -> Tensor:
    """That of x at level s, on the grid."""
    alpha, variances = 1 / math.sqrt(1 + s * s), (VARIANCES + s * s) / (1 + s * s)
    away = (GRID[:, None] - alpha * MEANS).square() / variances
    return torch.logsumexp(WEIGHTS.log() - 0.5 * (away + torch.log(2 * math.pi * variances)), 1)


def before(solver: Solver, s: float, s_next: float, u: Tensor) -> Tensor:
    """E u(x') of the solver's step from each point of the grid, [POINTS, 8]."""
    counting = Listed(torch.zeros(0, 1))
    stepped(solver, GRID[:1], s, s_next, counting)
    draws = len(counting.asked)
    nodes, shares = np.polynomial.hermite_e.hermegauss(NODES)
    z = torch.tensor(list(itertools.product(nodes.tolist(), repeat=draws))).double()
    share = torch.tensor(list(itertools.product((shares / shares.sum()).tolist(), repeat=draws))).double().prod(1)
    x = GRID.repeat_interleave(len(z))
    ends = stepped(solver, x, s, s_next, Listed(z.T.repeat(1, POINTS)))
    return torch.einsum("pzf,z->pf", between(u, ends).reshape(POINTS, len(z), -1), share)


def stepped(solver: Solver, x: Tensor, s: float, s_next: float, noise: CounterNoise) -> Tensor:
    """Where a step takes points [N]."""
    count = torch.arange(len(x))
    begin = Sample(x[:, None], torch.full((len(x),), s, dtype=torch.float64), Line.space, Rows(count, count))
    levels = Levels(torch.tensor([s, s_next], dtype=torch.float64))
    return solve(Line(), solver, begin, levels, Context(Meter(), noise)).x[:, 0]


def between(u: Tensor, x: Tensor) -> Tensor:
    """The functions u, known on the grid, at points x [N]; beyond the grid as at its end."""
    place = (x.clamp(-REACH, REACH) + REACH) / (GRID[1] - GRID[0])
    first = (place.floor().long() - AROUND // 2 + 1).clamp(0, POINTS - AROUND)
    at = place - first
    found = torch.zeros(len(x), u.shape[1], dtype=u.dtype)
    for one in range(AROUND):
        others = [other for other in range(AROUND) if other != one]
        weight = torch.stack([(at - other) / (one - other) for other in others]).prod(0)
        found += weight[:, None] * u[first + one]
    return found
