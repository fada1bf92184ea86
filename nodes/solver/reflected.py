"""Steps kept within a cube."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel, Kernel
from nodes.contracts.levels import Levels, alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.model.reflected import Wall
from nodes.processes.reflection import Cube, cube, folded, kernel
from nodes.solver.over import Over

Boundary: TypeAlias = Literal["fold", "clip"]
NEAR = 1e-6
"""So near to a wall, in widths of the cube, a point counts as on it."""


def cost(known: Known) -> Estimate:
    """The inner solver's."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("reversible",)), cost=cost)
def reflected(solver: Solver, *, low: Wall = -1.0, high: Wall = 1.0, boundary: Boundary = "fold") -> Solver:
    """A solver whose points y = x0 + s ε stay in the cube [low, high]^D (reflected diffusion, Lou & Ermon 2023,
    arXiv:2304.04740).

    "fold": after every step what went beyond a wall is folded back, with the cube as [0, 1] u = y mod 2, or 2 − u where
    that is above 1: the reflected SDE, for a model of reflected noise, as model.reflected. "clip" puts it on the wall
    instead, as is often done to ordinary samplers. That is biased: points gather on the walls, where the law has none,
    and are missing inside, the more the longer a noisy step. In both the sample begins folded, so that noise at a level
    of 2 widths or more is uniform. Nothing is done at s = inf, nor to a point inside, which stays bitwise.
    What a multistep solver remembers is not mirrored with a coordinate that crosses a wall.
    Cost: the solver's calls. Errors: low not below high; a solver of tokens.
    """
    if "tokens" in solver.abilities:
        raise InputError("tokens lie in no cube", where="solver", given=type(solver).__name__, mend="take it out")
    return Walled(solver, cube(low, high), boundary)


class Walled(Over):
    """The method of `reflected`."""

    def __init__(self, inner: Solver, inside: Cube, boundary: Boundary = "fold") -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"}
        self.inside = inside
        self.boundary: Boundary = boundary

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The inner solver's, folded."""
        state = self.inner.start(sample, levels, ctx)
        return replace(state, x=kept(state.x, state.s, self.inside, "fold"))

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's, brought back."""
        after = self.inner.step(model, state, s_next, ctx)
        return replace(after, x=kept(after.x, after.s, self.inside, self.boundary))

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The inner solver's law, brought back."""
        found = self.inner.kernel(model, state, s_next, ctx)
        if not isinstance(found, GaussianKernel):
            raise TypeError(f"{type(self.inner).__name__} draws no normal noise")
        return WalledKernel(found.mean, found.std, found, self.inside, self.boundary)


def kept(x: Tensor, s: Tensor, inside: Cube, boundary: Boundary) -> Tensor:
    """The points of the wire with those beyond a wall brought back; at s = inf as they are."""
    alpha, _ = alpha_sigma(s)
    y = factor(torch.where(alpha == 0, 1.0, 1 / alpha), x) * x
    fold = boundary == "fold"
    back = inside.own(folded(inside.unit(y)).at) if fold else y.clamp(inside.low, inside.high)
    stays = inside.holds(y) | (factor(alpha, x) == 0)
    return torch.where(stays, x, factor(alpha, x) * back)


@dataclass(frozen=True)
class WalledKernel(Kernel):
    """A normal next x, `inner`, brought back between the walls; `mean` and `std` are those before that."""

    mean: Tensor
    std: Tensor
    inner: GaussianKernel
    inside: Cube
    boundary: Boundary

    def sample(self, ctx: Context, draw: int = 0) -> Tensor:
        """The inner kernel's draw, brought back."""
        return kept(self.inner.sample(ctx, draw), self.inner.reached.s, self.inside, self.boundary)

    def at(self, x: Tensor) -> State:
        """The next state with this x."""
        return self.inner.at(x)

    def log_prob(self, x: Tensor) -> Tensor:
        """Folded: the log density of the folded normal. Clipped: that of the normal inside, of its tail on a wall."""
        alpha = factor(alpha_sigma(self.inner.reached.s)[0], x).double()
        mean, std, x = self.mean.double(), factor(self.std, x).double(), x.double()
        each = -0.5 * ((x - mean) / std).square() - std.log() - 0.5 * math.log(2 * math.pi)
        scale = torch.where(alpha == 0, 1.0, alpha)
        if self.boundary == "fold":
            at, centre = (folded(self.inside.unit(point / scale)).at for point in (x, mean))
            width = (self.inside.width * scale).expand_as(x)
            bounded = kernel(at, centre, std / width).log - width.log()
        else:
            low, high = self.inside.low * scale, self.inside.high * scale
            under, over = torch.special.log_ndtr((low - mean) / std), torch.special.log_ndtr((mean - high) / std)
            near = NEAR * self.inside.width * scale
            bounded = torch.where(x <= low + near, under, torch.where(x >= high - near, over, each))
        return torch.where(alpha == 0, each, bounded).flatten(1).sum(1)
